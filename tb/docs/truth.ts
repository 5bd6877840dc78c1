/** What a reader would try in a page: links, headings, commands. Each function returns what is wrong, as sentences. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CommandEntry } from "#cli/registry.ts";
import { blocksOf } from "./pages.ts";

const outsideBlocks = (page: string): string => {
  const lines = page.split("\n");
  for (const b of blocksOf(page)) lines.fill("", b.open, b.close + 1);
  return lines.join("\n");
};
/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
export const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set([...outsideBlocks(page).matchAll(/^#{1,6} (.*)$/gm)].map((m) => anchorOf((m[1] as string).trim())));

/**
 * Relative links and images of a page that lead nowhere.
 * @param file absolute path of the page
 * @param read text of another page
 */
export const brokenLinks = (file: string, page: string, read: (path: string) => string): readonly string[] =>
  [...outsideBlocks(page).matchAll(/\]\(([^()\s]+)\)/g)].flatMap((m) => {
    const link = m[1] as string;
    if (/^[a-z]+:/.test(link)) return [];
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : resolve(dirname(file), path);
    if (!existsSync(target)) return [`${link}: there is no such file`];
    if (anchor === undefined || !target.endsWith(".md")) return [];
    return anchorsOf(path === "" ? page : read(target)).has(anchor) ? [] : [`${link}: the page has no such heading`];
  });

/** Words behind `./accio` of each command that a page shows, in blocks for the shell and in backticks. */
export const commandsIn = (page: string): readonly (readonly string[])[] => {
  const shell = blocksOf(page)
    .filter((b) => b.language === "sh")
    .flatMap((b) => b.text.replaceAll("\\\n", " ").split("\n"));
  const inline = [...outsideBlocks(page).matchAll(/`([^`\n]+)`/g)].map((m) => m[1] as string);
  return [...shell, ...inline].flatMap((line) =>
    [...line.replace(/(^|\s)#.*$/, "").matchAll(/\.\/accio((?: +[^\s|&;>]+)*)/g)].map((m) =>
      (m[1] as string).split(" ").filter((w) => w !== ""),
    ),
  );
};
/** What a command line of a page has that the command does not: an unknown name, an unknown option. */
export const wrongCommand = async (words: readonly string[], commands: readonly CommandEntry[]): Promise<string | null> => {
  const [name, ...rest] = words;
  if (name === undefined || ["help", "--help", "--version"].includes(name)) return null;
  const shown = `./accio ${words.join(" ")}`;
  const entry = commands.find((c) => c.name === name);
  if (entry === undefined) return `${shown}: there is no command ${name}; there are ${commands.map((c) => c.name).join(", ")}`;
  let { command } = await entry.load();
  for (const word of rest) command = command.commands.find((c) => c.name() === word) ?? command;
  const known = new Set(["--help", "-h", "--debug", ...command.options.flatMap((o) => [o.long, o.short])]);
  for (const word of rest) {
    const option = /^(--?[a-z][\w-]*)/.exec(word.replace(/^\[/, ""))?.[1];
    if (option !== undefined && !known.has(option)) return `${shown}: ${name} has no option ${option}`;
  }
  return null;
};

/** Paths of one machine. What a reader has may be named: `/dev/accio`, `~/.npmrc`. */
export const machinePaths = (page: string): readonly string[] =>
  [...page.matchAll(/(?<![\w.~-])\/(?:work|tmp|root|home|mnt|opt|Users|srv|var)\/[^\s`"')]*/g)].map((m) => m[0]);
