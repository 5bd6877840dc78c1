/** Lines of the file under construction: indentation, line breaks, and the user's file:line at the end of each. */
import { type Source, shortSource } from "../core/ir.ts";
import { type Doc, render } from "./layout.ts";

export interface TextOptions {
  /** Write `// fifo.ts:17` behind each statement. */
  readonly sources: boolean;
}

export class Text {
  readonly #lines: string[] = [];
  readonly #sources: boolean;
  #margin = 0;
  /** The last place written: it holds until another one is. */
  #place = "";

  constructor(options: TextOptions) {
    this.#sources = options.sources;
  }

  /** One line (or more, where it does not fit; the place then stands on the first). */
  line(doc: Doc, at?: Source): void {
    const [first, ...others] = render(doc, this.#margin, this.#margin).split("\n");
    this.#lines.push(`${" ".repeat(this.#margin)}${first}${this.#comment(at)}`, ...others);
  }

  /** The same from the first column: compiler directives. */
  directive(text: string): void {
    this.#lines.push(text);
  }

  blank(): void {
    if (this.#lines.at(-1) !== "") this.#lines.push("");
  }

  /** A blank line, unless something begins here. */
  blankUnlessFirst(): void {
    if (this.#lines.length > 0) this.blank();
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  append(other: Text): void {
    this.#lines.push(...other.#lines);
  }

  /** A doc comment, if there is one. */
  comment(doc: string): void {
    if (doc === "") return;
    const margin = " ".repeat(this.#margin);
    for (const l of doc.split("\n")) this.#lines.push(`${margin}// ${plain(l)}`.trimEnd());
  }

  indented(body: () => void): void {
    this.#margin += 2;
    body();
    this.#margin -= 2;
  }

  /** The next place is written even where it is the same as the last one. */
  forgetPlace(): void {
    this.#place = "";
  }

  #comment(at: Source | undefined): string {
    if (!this.#sources || at === undefined || at.file === "?") return "";
    const place = shortSource(at);
    if (place === this.#place) return "";
    this.#place = place;
    return ` // ${place}`;
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

/** A comment that no tool takes for a directive to itself, and that does not swallow the next line. */
const plain = (comment: string): string => {
  const text = comment.replace(/\\+$/, "");
  return /^\s*(verilator|synopsys|synthesis|pragma|cadence|ambit|translate_)/i.test(text) ? `"${text.trim()}"` : text;
};
