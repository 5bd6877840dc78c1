/**
 * Doc comments of the user's source, so that they can stand in the Verilog, the register documents and the reports.
 * The language is ordinary TypeScript without a compiler plugin: the only way to a comment is to read the file that a
 * `Source` names. A small scanner is enough for that, and a file it cannot make sense of just has no comments.
 */
import { readFileSync } from "node:fs";
import type { Source } from "./ir.ts";

interface Token {
  readonly kind: "word" | "string" | "number" | "punctuation" | "other";
  readonly text: string;
  readonly line: number;
  /** 1-based, as in stack traces. */
  readonly column: number;
  /** The doc comment that stands directly before it; "" where there is none. */
  readonly doc: string;
}

/** The text of a doc comment without its frame and tags. */
const clean = (comment: string): string => {
  const lines = comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd());
  const tags = lines.findIndex((line) => line.startsWith("@"));
  return (tags < 0 ? lines : lines.slice(0, tags))
    .join("\n")
    .replaceAll(/\{@\w+ ([^}]*)\}/g, "$1")
    .trim();
};

/** In this order: a comment, a string, a word, a number, `=>`, one character. */
const lexeme = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\p{ID_Start}_$#][\p{ID_Continue}$]*|\d[\w.]*|=>|\S/uy;
const regularExpression = /\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const keywordsBeforeOperand = new Set(["return", "typeof", "case", "in", "of", "new", "void", "yield", "await"]);

/** Splits a file into tokens. Text inside templates is skipped, what stands in `${}` is not. */
const scan = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  let doc = "";
  /** For each open `{`: does its `}` go back into a template? */
  const braces: boolean[] = [];
  const move = (to: number): void => {
    for (let newline = text.indexOf("\n", at); newline >= 0 && newline < to; newline = text.indexOf("\n", newline + 1)) {
      line++;
      lineStart = newline + 1;
    }
    at = to;
  };
  const push = (kind: Token["kind"], value: string): void => {
    tokens.push({ kind, text: value, line, column: at - lineStart + 1, doc });
    doc = "";
  };
  const template = (): void => {
    let end = at;
    for (; end < text.length && text[end] !== "`"; end++) {
      if (text[end] === "\\") end++;
      else if (text.startsWith("${", end)) {
        braces.push(true);
        move(end + 2);
        return;
      }
    }
    move(end + 1);
  };
  const regularExpressionMayStart = (): boolean => {
    const last = tokens.at(-1);
    if (last === undefined) return true;
    return last.kind === "punctuation" ? !")]}".includes(last.text) : last.kind === "word" && keywordsBeforeOperand.has(last.text);
  };
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) move(at + 1);
    if (at >= text.length) return tokens;
    lexeme.lastIndex = at;
    let found = lexeme.exec(text)?.[0] ?? (text[at] as string);
    if (found.startsWith("/*")) {
      doc = found.startsWith("/**") && found.length > 4 ? clean(found) : "";
    } else if (found.startsWith("//")) {
      // A line comment between a doc comment and what it describes changes nothing.
    } else if (found === "`") {
      push("other", "`");
      move(at + 1);
      template();
      continue;
    } else if (found === "/" && regularExpressionMayStart()) {
      regularExpression.lastIndex = at;
      found = regularExpression.exec(text)?.[0] ?? found;
      push("other", found);
    } else if (found === "}" && braces.pop() === true) {
      move(at + 1);
      template();
      continue;
    } else {
      if (found === "{") braces.push(false);
      const first = found[0] as string;
      push(
        first === '"' || first === "'" ? "string" : /\d/.test(first) ? "number" : /[\p{ID_Start}_$#]/u.test(first) ? "word" : "punctuation",
        found,
      );
    }
    move(at + found.length);
  }
};

const files = new Map<string, readonly Token[]>();
const tokensOf = (file: string): readonly Token[] => {
  const known = files.get(file);
  if (known !== undefined) return known;
  let tokens: readonly Token[] = [];
  try {
    tokens = scan(readFileSync(file, "utf8"));
  } catch {
    // Evaluated code, a bundle, a file that has moved: nothing can be said about it.
  }
  files.set(file, tokens);
  return tokens;
};

const opens = (t: Token): boolean => t.kind === "punctuation" && "([{".includes(t.text);
const closes = (t: Token): boolean => t.kind === "punctuation" && ")]}".includes(t.text);

/** Index of the bracket that closes the one at `open`. */
const closing = (tokens: readonly Token[], open: number): number => {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (opens(tokens[i] as Token)) depth++;
    else if (closes(tokens[i] as Token) && --depth === 0) return i;
  }
  return tokens.length - 1;
};

/** The called name at a place, and the `(` of its arguments. */
const callAt = (tokens: readonly Token[], at: Source): { readonly callee: number; readonly open: number } | null => {
  const argumentsOf = (i: number): number => {
    if (tokens[i]?.kind !== "word") return -1;
    if (tokens[i + 1]?.text === "(") return i + 1;
    // Explicit type arguments: `h.memory<...>(`.
    if (tokens[i + 1]?.text !== "<") return -1;
    let depth = 0;
    for (let k = i + 1; k < tokens.length && k < i + 60; k++) {
      if (tokens[k]?.text === "<") depth++;
      else if (tokens[k]?.text === ">" && --depth === 0) return tokens[k + 1]?.text === "(" ? k + 1 : -1;
    }
    return -1;
  };
  const start = tokens.findIndex((t) => t.line > at.line || (t.line === at.line && t.column >= at.column));
  // A stack trace may name the object of a method call, and be off by a little after a source map.
  for (let i = Math.max(0, start); i < tokens.length && (tokens[i] as Token).line === at.line; i++) {
    const open = argumentsOf(i);
    if (open >= 0) return { callee: i, open };
  }
  return null;
};

/** Doc of property `key` of an object literal between two tokens, or of an object that is named there or spread into it. */
const docInObject = (tokens: readonly Token[], from: number, to: number, key: string, followed: ReadonlySet<string>): string | null => {
  for (let i = from; i < to; i++) {
    const t = tokens[i] as Token;
    if (opens(t) && t.text !== "{") i = closing(tokens, i);
    else if (t.text === "{") {
      const end = closing(tokens, i);
      for (let k = i + 1; k < end; k++) {
        const name = tokens[k] as Token;
        if (opens(name)) k = closing(tokens, k);
        else if (
          (name.text === key || name.text === `"${key}"`) &&
          /^[{,]$/.test(tokens[k - 1]?.text ?? "") &&
          /^[:,}(]$/.test(tokens[k + 1]?.text ?? "")
        )
          return name.doc;
      }
      const inner = docInNamedObject(tokens, i + 1, end, key, followed);
      if (inner !== null) return inner;
      i = end;
    }
  }
  return docInNamedObject(tokens, from, to, key, followed);
};
/** `module("x", ports, ...)` and `{ ...common }`: the object is a constant of the same file. */
const docInNamedObject = (
  tokens: readonly Token[],
  from: number,
  to: number,
  key: string,
  followed: ReadonlySet<string>,
): string | null => {
  for (let i = from; i < to; i++) {
    const t = tokens[i] as Token;
    if (opens(t)) i = closing(tokens, i);
    if (
      t.kind !== "word" ||
      followed.has(t.text) ||
      !/^[(,.]$/.test(tokens[i - 1]?.text ?? "") ||
      !/^[,)}]$/.test(tokens[i + 1]?.text ?? "")
    )
      continue;
    const open = tokens.findIndex((x, k) => x.text === "{" && tokens[k - 1]?.text === "=" && tokens[k - 2]?.text === t.text);
    const found = open < 0 ? null : docInObject(tokens, open, closing(tokens, open) + 1, key, new Set([...followed, t.text]));
    if (found !== null) return found;
  }
  return null;
};

const declarators = new Set(["const", "let", "var", "function", "return", "export", "class"]);
const modifiers = new Set(["export", "default", "async", "declare"]);
const endsOperand = (t: Token): boolean => t.kind !== "punctuation" || closes(t);

/**
 * Doc of the statement that the token at `from` is part of. `outward`: where that statement has none, of the function
 * or constant around it, so that a module made inside a function gets the function's comment.
 */
const docOfStatement = (tokens: readonly Token[], from: number, outward: boolean): string => {
  let depth = 0;
  /** Outward, the statements before ours in the same block are none of our business. */
  let skipping = false;
  for (let i = from; i >= 0; i--) {
    const t = tokens[i] as Token;
    if (closes(t)) depth++;
    else if (opens(t) && depth > 0) depth--;
    else if (opens(t)) {
      if (!outward) return "";
      skipping = false;
      continue;
    }
    if (depth > 0 || skipping) continue;
    if (t.doc !== "") return t.doc;
    const before = tokens[i - 1];
    const starts =
      before === undefined ||
      before.text === ";" ||
      (before.text === "," && tokens[i + 1]?.text === ":") ||
      (before.text === "=>" && !outward) ||
      // `<const T>` is a type parameter.
      (declarators.has(t.text) && !modifiers.has(before.text) && !/^[<,]$/.test(before.text)) ||
      (before.line < t.line && endsOperand(before) && (t.kind === "word" || t.kind === "string"));
    if (starts && !outward) return "";
    skipping = starts;
  }
  return "";
};

/**
 * The doc comment that the user wrote for what the call at `at` declares, without its frame; "" where there is none.
 * With `key`: the comment before that key of the object literal among the call's arguments, else before the call's
 * statement (which then describes all keys). `module` and `external`: ports never take the module's comment, and
 * without `key` the comment of the enclosing declaration counts.
 */
export const docFor = (at: Source, key?: string): string => {
  const tokens = tokensOf(at.file);
  if (tokens.length === 0) return "";
  const call = callAt(tokens, at);
  if (call === null) return "";
  const callee = tokens[call.callee]?.text ?? "";
  const isModule = callee === "module" || callee === "external";
  if (key !== undefined) {
    const own = docInObject(tokens, call.open + 1, closing(tokens, call.open), key, new Set());
    if (own !== null && own !== "") return own;
    if (isModule) return "";
  }
  return docOfStatement(tokens, call.callee, isModule);
};
