/**
 * Documentation that runs. A page's TypeScript blocks are programs, and the block behind one shows what it prints:
 *
 *     ```ts counter.ts    begins a program; its lines are counted from here on, so that messages name them
 *     ```ts               goes on with it
 *     ```ts throws        goes on with it; must throw, and prints the message
 *     ```sh               for the reader's shell: not run, see commands.test.ts
 *     ```text, verilog, c ... exactly what the block before it prints
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "../..");
const runtime = join(import.meta.dirname, "page-runtime.ts");

export interface Block {
  readonly language: string;
  /** The words behind the language. */
  readonly words: readonly string[];
  readonly text: string;
  /** Line numbers in the page, from 0, of the opening and the closing fence. */
  readonly open: number;
  readonly close: number;
}

/** Fenced blocks of a page, in order. Throws where one is not closed. */
export const blocksOf = (page: string): readonly Block[] => {
  const lines = page.split("\n");
  const found: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(`{3,})(.*)$/.exec(lines[i] as string);
    if (fence === null) continue;
    const close = lines.indexOf(fence[1] as string, i + 1);
    if (close < 0) throw new Error(`line ${i + 1}: this block is not closed`);
    const [language = "", ...words] = (fence[2] as string).trim().split(/\s+/);
    found.push({ language, words, text: lines.slice(i + 1, close).join("\n"), open: i, close });
    i = close;
  }
  return found;
};

/** A block that runs, and the block that shows what it prints. */
interface Step {
  readonly code: Block;
  readonly throws: boolean;
  shown: Block | null;
}
export interface Program {
  readonly file: string;
  readonly steps: readonly Step[];
}

const forShell = new Set(["sh", "mermaid"]);

/** The programs of a page. Throws where a block has no meaning. */
export const programsOf = (page: string): readonly Program[] => {
  const programs: { file: string; steps: Step[] }[] = [];
  const wrong = (b: Block, what: string): never => {
    throw new Error(`line ${b.open + 1}: ${what}`);
  };
  let last: Step | null = null;
  for (const b of blocksOf(page)) {
    if (forShell.has(b.language)) continue;
    if (b.language !== "ts") {
      if (last === null || last.shown !== null)
        wrong(b, `a ${b.language || "bare"} block shows what a ts block before it prints, and there is none`);
      else last.shown = b;
      continue;
    }
    const throws = b.words.includes("throws");
    const file = b.words.find((w) => w.endsWith(".ts"));
    const other = b.words.find((w) => w !== "throws" && w !== file);
    if (other !== undefined) wrong(b, `"${other}" is neither a file name nor "throws"`);
    if (file !== undefined) {
      if (programs.some((p) => p.file === file)) wrong(b, `a second program ${file}`);
      programs.push({ file, steps: [] });
    }
    last = { code: b, throws, shown: null };
    (programs.at(-1) ?? wrong(b, "the first ts block of a page names its file"))?.steps.push(last);
  }
  return programs;
};

const importPath = (folder: string): string => relative(folder, runtime).replaceAll("\\", "/");
/** The program's text: its blocks below each other, with what tells their output apart on lines that are already there. */
export const textOf = (program: Program, folder: string): string =>
  program.steps
    .map(({ code, throws }, i) => {
      const opening = `${i === 0 ? `import { $block, $throws } from "${importPath(folder)}"; ` : ""}$block(${i}); ${throws ? "$throws(() => { " : ""}`;
      return `${opening}${code.text}${throws ? " });" : ""}\n`;
    })
    .join("");

const run = promisify(execFile);
const outputOf = async (program: Program, folder: string): Promise<readonly string[]> => {
  const name = program.file;
  const where = `the program of line ${(program.steps[0] as Step).code.open + 1}, ${name}`;
  const result = await run(process.execPath, ["--no-warnings", name], { cwd: folder, timeout: 240_000, encoding: "utf8" }).catch(
    (error: { stderr?: string; message: string }) => {
      throw new Error(`${where} failed:\n${error.stderr || error.message}`);
    },
  );
  const outputs = program.steps.map(() => "");
  for (const part of result.stdout.split("\u0001").slice(1)) {
    const end = part.indexOf("\n");
    outputs[Number(part.slice(0, end))] += part.slice(end + 1);
  }
  return outputs;
};

/**
 * Runs the programs of a page in `folder` (emptied first) and returns the page with what they print in the blocks that
 * show it. Throws where a program fails, prints what no block shows, or shows what it does not print.
 */
export const regenerate = async (page: string, folder: string): Promise<string> => {
  const programs = programsOf(page);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const p of programs) writeFileSync(join(folder, p.file), textOf(p, folder));
  const replaced = new Map<Block, string>();
  for (const p of programs) {
    const outputs = await outputOf(p, folder);
    p.steps.forEach(({ code, shown }, i) => {
      const printed = (outputs[i] as string).replace(/\n+$/, "");
      if (shown === null && printed !== "")
        throw new Error(`line ${code.open + 1}: this block prints, and no block behind it shows it:\n${printed}`);
      if (shown !== null && printed === "")
        throw new Error(`line ${shown.open + 1}: this block shows output, and the ts block before it prints none`);
      if (shown !== null) replaced.set(shown, printed);
    });
  }
  const lines = page.split("\n");
  for (const [block, text] of [...replaced].reverse()) lines.splice(block.open + 1, block.close - block.open - 1, ...text.split("\n"));
  return lines.join("\n");
};

/** What the compiler says of the programs that `regenerate` left in `folder`; "" where it finds nothing. */
export const typeErrors = async (folder: string): Promise<string> => {
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  return run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder, "--noEmit"], {
    cwd: folder,
    encoding: "utf8",
  }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
};

/** The page with the lines between `<!-- begin NAME -->` and `<!-- end NAME -->` replaced. Throws where it has no such part. */
export const replacePart = (page: string, name: string, text: string): string => {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no part between ${begin.trim()} and ${end}`);
  return `${page.slice(0, from + begin.length)}${text.trimEnd()}\n${page.slice(to)}`;
};

/** A table; columns that hold numbers only stand to the right. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const right = head.map((_, i) => rows.every((r) => /^[\d.]+$/.test(String(r[i]))));
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;
  return [line(head), line(right.map((r) => (r ? "---:" : "---"))), ...rows.map(line)].join("");
};
