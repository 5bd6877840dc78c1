/** Lowered statements as text. */
import type { Expr, Source } from "../core/ir.ts";
import type { ExpressionPrinter } from "./expression.ts";
import { type Doc, group, indent, join, line } from "./layout.ts";
import type { Line, Place } from "./statements.ts";
import type { Text } from "./text.ts";

export class StatementWriter {
  readonly #text: Text;
  readonly #print: ExpressionPrinter;
  /** `=` in `always @*`, `<=` at a clock. */
  readonly #sign: string;
  /** A new variable for a loop over lanes. */
  readonly #lane: () => string;

  constructor(text: Text, print: ExpressionPrinter, sign: "=" | "<=", lane: () => string) {
    this.#text = text;
    this.#print = print;
    this.#sign = sign;
    this.#lane = lane;
  }

  /** `head`, then the body: on the next line where it is one statement, else between begin and end. */
  under(head: Doc, body: readonly Line[], at?: Source): void {
    const [only] = body;
    const bare = body.length === 1 && only !== undefined;
    this.#text.line(bare ? head : [head, " begin"], at);
    this.#text.indented(() => {
      this.lines(body);
    });
    if (!bare) this.#text.line("end");
  }

  lines(body: readonly Line[]): void {
    for (const l of body) this.#line(l);
  }

  #line(l: Line): void {
    switch (l.kind) {
      case "assign":
        this.#text.line(this.#assignment(l), l.at);
        break;
      case "if":
        this.#if(l);
        break;
      case "case":
        this.#case(l);
        break;
      case "element":
        this.#element(l);
        break;
      case "lanes":
        this.#lanes(l);
        break;
    }
  }

  #assignment(l: Extract<Line, { kind: "assign" }>): Doc {
    return [this.place(l.place), ` ${this.#sign}`, this.#print.after(l.value, l.place.kind !== "whole"), ";"];
  }

  place(p: Place): Doc {
    switch (p.kind) {
      case "whole":
        return this.#print.bits(p.signal, p.signal.width - 1, 0);
      case "bits":
        return this.#print.bits(p.signal, p.hi, p.lo);
      case "element":
        return this.#print.element(this.#print.bits(p.signal, p.signal.width - 1, 0), p.signal.width, p.index, p.width);
      case "word": {
        const whole = p.hi - p.lo + 1 === p.memory.width;
        const bits = whole ? "" : p.hi === p.lo ? `[${p.hi}]` : `[${p.hi}:${p.lo}]`;
        return [p.memory.name, "[", this.#print.mixed(p.address), "]", bits];
      }
    }
  }

  #if(first: Extract<Line, { kind: "if" }>): void {
    const branches: { readonly cond: Expr | null; readonly body: readonly Line[]; readonly at?: Source }[] = [];
    for (let l = first; ; ) {
      branches.push({ cond: l.cond, body: l.then, at: l.at });
      const [next] = l.else;
      if (l.else.length === 1 && next?.kind === "if") l = next;
      else {
        if (l.else.length > 0) branches.push({ cond: null, body: l.else });
        break;
      }
    }
    // One style for the whole chain.
    const bare = branches.every((b) => b.body.length === 1 && b.body[0]?.kind === "assign");
    branches.forEach((b, i) => {
      const before = i === 0 ? "" : bare ? "else " : "end else ";
      const head = b.cond === null ? before.trimEnd() : [`${before}if (`, indent(indent(this.#print.mixed(b.cond))), ")"];
      this.#text.line(bare ? head : [head, " begin"], b.at);
      this.#text.indented(() => {
        this.lines(b.body);
      });
    });
    if (!bare) this.#text.line("end");
  }

  #case(l: Extract<Line, { kind: "case" }>): void {
    this.#text.line(["case (", this.#print.mixed(l.subject), ")"], l.at);
    this.#text.indented(() => {
      for (const c of l.cases)
        this.#branch(
          group(
            indent(
              join(
                c.labels.map((v) => this.#print.literal(v)),
                ",",
                line,
              ),
            ),
          ),
          c.body,
          c.at,
        );
      if (l.rest !== null) {
        // The names as words only: a localparam that no text but a comment mentions would be an unused one.
        const names = l.rest.standsFor.map((v) => v.enumeration?.members.find((m) => m.value === v.value)?.name ?? `${v.value}`);
        if (names.length > 0) this.#text.comment(`${names.join(", ")}; no other value occurs.`);
        this.#branch("default", l.rest.body);
      }
    });
    this.#text.line("endcase");
  }

  #branch(label: Doc, body: readonly Line[], at?: Source): void {
    const [only] = body;
    if (only === undefined) this.#text.line([label, ": ;"], at);
    else if (body.length === 1 && only.kind === "assign") this.#text.line([label, ": ", this.#assignment(only)], only.at);
    else this.under([label, ":"], body, at);
  }

  #element(l: Extract<Line, { kind: "element" }>): void {
    const lane = this.#lane();
    const place = `${this.#print.bits(l.signal, l.signal.width - 1, 0)}[${lane}*${l.width} +: ${l.width}]`;
    this.#text.line(`for (${lane} = 0; ${lane} < ${l.count}; ${lane} = ${lane} + 1)`, l.at);
    this.#text.indented(() => {
      this.#text.line(["if (", this.#print.mixed(l.index), ` == ${lane}[${l.index.width - 1}:0])`]);
      this.#text.indented(() => {
        this.#text.line([place, ` ${this.#sign}`, this.#print.after(l.value, true), ";"]);
      });
    });
  }

  #lanes(l: Extract<Line, { kind: "lanes" }>): void {
    const lane = this.#lane();
    const word: Doc = [l.memory.name, "[", this.#print.mixed(l.address), "]"];
    const part = l.lane === 1 ? `[${lane}]` : `[${lane}*${l.lane} +: ${l.lane}]`;
    this.#text.line(`for (${lane} = 0; ${lane} < ${l.enable.width}; ${lane} = ${lane} + 1)`, l.at);
    this.#text.indented(() => {
      this.#text.line(["if (", this.#print.alone(l.enable), `[${lane}])`]);
      this.#text.indented(() => {
        this.#text.line([word, part, " <= ", this.#print.alone(l.value), part, ";"]);
      });
    });
  }
}
