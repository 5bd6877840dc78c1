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
const lexeme =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[A-Za-z_$#\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|=>|\S/y;
const blank = /\s*/y;
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
    blank.lastIndex = at;
    move(at + (blank.exec(text)?.[0].length ?? 0));
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
        first === '"' || first === "'"
          ? "string"
          : /\d/.test(first)
            ? "number"
            : /[A-Za-z_$#\u0080-\uffff]/.test(first)
              ? "word"
              : "punctuation",
        found,
      );
    }
    move(at + found.length);
  }
};

const isOpening = (t: Token): boolean => t.kind === "punctuation" && (t.text === "(" || t.text === "[" || t.text === "{");
const isClosing = (t: Token): boolean => t.kind === "punctuation" && (t.text === ")" || t.text === "]" || t.text === "}");

/** A file's tokens, and what is asked of them for each signal of a design: worked out once. */
class Tokens {
  readonly list: readonly Token[];
  /** Docs that were asked for, by place and key. */
  readonly docs = new Map<string, string>();
  /** For each opening bracket the token that closes it; 0 for every other token. */
  readonly #closing: Int32Array;
  #objects: Map<string, number> | null = null;

  constructor(list: readonly Token[]) {
    this.list = list;
    this.#closing = new Int32Array(list.length);
    const open: number[] = [];
    list.forEach((t, i) => {
      if (isOpening(t)) open.push(i);
      else if (isClosing(t)) this.#closing[open.pop() ?? i] = i;
    });
    for (const i of open) this.#closing[i] = list.length - 1;
  }
  opens(i: number): boolean {
    return isOpening(this.list[i] as Token);
  }
  /** Index of the bracket that closes the one at `open`. */
  closing(open: number): number {
    return this.#closing[open] as number;
  }
  /** The `{` of `NAME = {`, where the file has one; of several the first. */
  object(name: string): number | undefined {
    if (this.#objects === null) {
      this.#objects = new Map();
      for (let i = 2; i < this.list.length; i++) {
        if (this.list[i]?.text !== "{" || this.list[i - 1]?.text !== "=") continue;
        const named = this.list[i - 2]?.text as string;
        if (!this.#objects.has(named)) this.#objects.set(named, i);
      }
    }
    return this.#objects.get(name);
  }
  /** The first token at a place or behind it. */
  at(line: number, column: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const t = this.list[middle] as Token;
      if (t.line > line || (t.line === line && t.column >= column)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

const files = new Map<string, Tokens>();
const tokensOf = (file: string): Tokens => {
  const known = files.get(file);
  if (known !== undefined) return known;
  let list: readonly Token[] = [];
  try {
    list = scan(readFileSync(file, "utf8"));
  } catch {
    // Evaluated code, a bundle, a file that has moved: nothing can be said about it.
  }
  const tokens = new Tokens(list);
  files.set(file, tokens);
  return tokens;
};

/** The called name at a place, and the `(` of its arguments. */
const callAt = (tokens: Tokens, at: Source): { readonly callee: number; readonly open: number } | null => {
  const { list } = tokens;
  const argumentsOf = (i: number): number => {
    if (list[i]?.kind !== "word") return -1;
    if (list[i + 1]?.text === "(") return i + 1;
    // Explicit type arguments: `h.memory<...>(`.
    if (list[i + 1]?.text !== "<") return -1;
    let depth = 0;
    for (let k = i + 1; k < list.length && k < i + 60; k++) {
      if (list[k]?.text === "<") depth++;
      else if (list[k]?.text === ">" && --depth === 0) return list[k + 1]?.text === "(" ? k + 1 : -1;
    }
    return -1;
  };
  // A stack trace may name the object of a method call, and be off by a little after a source map.
  for (let i = tokens.at(at.line, at.column); i < list.length && (list[i] as Token).line === at.line; i++) {
    const open = argumentsOf(i);
    if (open >= 0) return { callee: i, open };
  }
  return null;
};

/** Doc of property `key` of an object literal between two tokens, or of an object that is named there or spread into it. */
const docInObject = (tokens: Tokens, from: number, to: number, key: string, followed: ReadonlySet<string>): string | null => {
  const { list } = tokens;
  const quoted = `"${key}"`;
  for (let i = from; i < to; i++) {
    if (!tokens.opens(i)) continue;
    const end = tokens.closing(i);
    if ((list[i] as Token).text === "{") {
      for (let k = i + 1; k < end; k++) {
        const name = list[k] as Token;
        if (tokens.opens(k)) k = tokens.closing(k);
        else if (
          (name.text === key || name.text === quoted) &&
          /^[{,]$/.test(list[k - 1]?.text ?? "") &&
          /^[:,}(]$/.test(list[k + 1]?.text ?? "")
        )
          return name.doc;
      }
      const inner = docInNamedObject(tokens, i + 1, end, key, followed);
      if (inner !== null) return inner;
    }
    i = end;
  }
  return docInNamedObject(tokens, from, to, key, followed);
};
/** `module("x", ports, ...)` and `{ ...common }`: the object is a constant of the same file. */
const docInNamedObject = (tokens: Tokens, from: number, to: number, key: string, followed: ReadonlySet<string>): string | null => {
  const { list } = tokens;
  for (let i = from; i < to; i++) {
    const t = list[i] as Token;
    if (tokens.opens(i)) i = tokens.closing(i);
    if (t.kind !== "word" || followed.has(t.text) || !/^[(,.]$/.test(list[i - 1]?.text ?? "") || !/^[,)}]$/.test(list[i + 1]?.text ?? ""))
      continue;
    const open = tokens.object(t.text);
    const found = open === undefined ? null : docInObject(tokens, open, tokens.closing(open) + 1, key, new Set([...followed, t.text]));
    if (found !== null) return found;
  }
  return null;
};

const declarators = new Set(["const", "let", "var", "function", "return", "export", "class"]);
const modifiers = new Set(["export", "default", "async", "declare"]);
const endsOperand = (t: Token): boolean => t.kind !== "punctuation" || isClosing(t);

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
    if (isClosing(t)) depth++;
    else if (isOpening(t) && depth > 0) depth--;
    else if (isOpening(t)) {
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
  if (tokens.list.length === 0) return "";
  const place = `${at.line}:${at.column}:${key ?? ""}`;
  const known = tokens.docs.get(place);
  if (known !== undefined) return known;
  const doc = find(tokens, at, key);
  tokens.docs.set(place, doc);
  return doc;
};
const find = (tokens: Tokens, at: Source, key: string | undefined): string => {
  const call = callAt(tokens, at);
  if (call === null) return "";
  const callee = tokens.list[call.callee]?.text ?? "";
  const isModule = callee === "module" || callee === "external";
  if (key !== undefined) {
    const own = docInObject(tokens, call.open + 1, tokens.closing(call.open), key, new Set());
    if (own !== null && own !== "") return own;
    if (isModule) return "";
  }
  return docOfStatement(tokens.list, call.callee, isModule);
};
