/** A module's IR as the text of its Verilog file. */
import { ref as refTo } from "../core/expr.ts";
import type { ClockDomain, Module, Signal, Source } from "../core/ir.ts";
import { unknownSource } from "../core/source.ts";
import { writeDeclarations, writeInitial, writePorts } from "./declarations.ts";
import { ExpressionPrinter } from "./expression.ts";
import { writeInstance } from "./instances.ts";
import { group, indent, join, line, softline } from "./layout.ts";
import { literalText } from "./literal.ts";
import { MemberNames, Names } from "./names.ts";
import { planPins } from "./pins.ts";
import { prepared } from "./prepared.ts";
import { closeRegion, openRegion, writeProperties } from "./properties.ts";
import { buildRegion, type Part, type Region } from "./region.ts";
import { mixedResets } from "./resets.ts";
import type { Line } from "./statements.ts";
import { Text } from "./text.ts";
import { Usage } from "./usage.ts";
import { StatementWriter } from "./write.ts";

export interface VerilogOptions {
  /** Name the user's file and line behind each statement: `// fifo.ts:17`. Default true; without, texts compare well. */
  readonly sources?: boolean;
  /** Write assertions, assumptions and covers, in a region that only formal tools and `ACCIO_ASSERT` see. Default true. */
  readonly properties?: boolean;
}

/** Texts of modules that several designs of one process hold. */
const written = new WeakMap<Module, Map<string, string>>();

/** The Verilog-2005 text of one module, without its children. The same module gives the same text, byte for byte. */
export const verilog = (module: Module, options: VerilogOptions = {}): string => {
  const kind = `${options.sources !== false} ${options.properties !== false}`;
  const texts = written.get(module) ?? new Map<string, string>();
  written.set(module, texts);
  const text = texts.get(kind) ?? new ModuleWriter(module, options).write();
  texts.set(kind, text);
  return text;
};

class ModuleWriter {
  readonly #m: Module;
  readonly #options: VerilogOptions;
  readonly #names: Names;
  readonly #members: MemberNames;
  readonly #print: ExpressionPrinter;
  readonly #renamed = new Map<Signal, string>();
  readonly #nameOf = (s: Signal): string => this.#renamed.get(s) ?? s.name;
  /** Variables of loops, declared where the first of them is needed. */
  readonly #counters: string[] = [];

  constructor(module: Module, options: VerilogOptions) {
    this.#m = prepared(module);
    this.#options = options;
    this.#names = new Names(module);
    this.#members = new MemberNames(this.#names);
    this.#print = new ExpressionPrinter({ signal: this.#nameOf, member: (info, value) => this.#members.of(info, value) });
  }

  write(): string {
    const m = this.#m;
    const pins = planPins(m);
    const hardware = buildRegion(m, pins, this.#names, null);
    const withProperties = this.#options.properties !== false && (m.properties.length > 0 || m.signals.some((s) => s.ghost));
    const properties = withProperties ? buildRegion(m, pins, this.#names, hardware) : null;
    const usage = this.#usage(hardware);
    this.#nameUnusedPins(hardware, usage);

    const text = new Text({ sources: this.#options.sources !== false });
    text.comment(m.doc);
    text.line(`module ${m.name}${m.domains.length + m.ports.length > 0 ? " (" : ";"}`, m.at);
    if (m.domains.length + m.ports.length > 0) {
      text.indented(() => {
        writePorts(m, text, this.#nameOf, hardware.procedural, mixedResets(m));
      });
      text.line(");");
    }
    // What stands above the statements depends on what they mention, so it is written last.
    const statements = this.#fork((t) => {
      this.#parts(hardware, t);
      this.#unused(hardware, usage, t);
    });
    const checks = this.#fork((t) => {
      if (properties !== null) this.#properties(properties, t);
    });
    const declarations = this.#fork((t) => {
      writeDeclarations(hardware.declarations, t, this.#print, this.#nameOf);
    });
    const constants = this.#fork((t) => {
      this.#constants(t);
    });
    const sections = [constants, declarations, statements, checks].filter((s) => !s.isEmpty);
    for (const section of sections) {
      if (section !== sections[0]) text.blank();
      text.append(section);
    }
    text.line("endmodule");
    return text.toString();
  }

  #fork(write: (t: Text) => void): Text {
    const t = new Text({ sources: this.#options.sources !== false });
    t.indented(() => {
      write(t);
    });
    return t;
  }

  #usage(hardware: Region): Usage {
    const usage = new Usage();
    hardware.exprs.forEach(usage.read);
    const domain = (d: ClockDomain, reset: boolean): void => {
      usage.bits(d.clock, 0, 0);
      if (reset) usage.bits(d.reset, 0, 0);
    };
    for (const p of hardware.parts) {
      if (p.kind === "clocked")
        domain(
          p.process.domain,
          p.process.registers.some((r) => r.reset !== null),
        );
      else if (p.kind === "tristate") usage.bits(p.pin, p.pin.width - 1, 0);
      else if (p.kind === "instance")
        for (const c of p.instance.clocks) domain(c.to, p.instance.of.kind === "external" || p.instance.of.resets.includes(c.domain));
    }
    return usage;
  }

  /** Linters ask about an output that is left open and about a wire that nothing reads, unless its name answers. */
  #nameUnusedPins(hardware: Region, usage: Usage): void {
    for (const d of hardware.declarations)
      if (d.kind === "signal" && d.signal.origin === "instance" && !usage.isRead(d.signal) && d.value === null)
        this.#renamed.set(d.signal, this.#names.claim(`unused_${d.signal.name}`));
  }

  #constants(text: Text): void {
    for (const { info, members } of this.#members.used()) {
      const range = info.width === 1 ? "" : `[${info.width - 1}:0] `;
      const widest = Math.max(...members.map((x) => x.name.length));
      for (const x of members)
        text.line(`localparam ${range}${x.name.padEnd(widest)} = ${literalText({ value: x.value, width: info.width })};`);
    }
    for (const c of this.#counters) text.line(`integer ${c};`);
  }

  #counter(wanted: string): string {
    const name = this.#names.claim(wanted);
    this.#counters.push(name);
    return name;
  }

  #parts(region: Region, text: Text): void {
    let before: Part["kind"] | null = null;
    for (const p of region.parts) {
      if (p.kind !== "assign" || before !== "assign") text.blankUnlessFirst();
      before = p.kind;
      text.forgetPlace();
      this.#part(p, region, text);
    }
  }

  #part(p: Part, region: Region, text: Text): void {
    switch (p.kind) {
      case "assign":
        text.line(
          [
            "assign ",
            this.#writer(text, "=").place(p.line.place),
            " =",
            this.#print.after(p.line.value, p.line.place.kind !== "whole"),
            ";",
          ],
          p.line.at,
        );
        break;
      case "combinational":
        this.#writer(text, "=").under("always @*", p.lines);
        break;
      case "clocked":
        this.#clocked(p, text);
        break;
      case "instance":
        writeInstance(p.instance, text, this.#print, this.#nameOf, (net) => region.connections.get(net) ?? refTo(net));
        break;
      case "tristate":
        text.line(
          group(
            "assign ",
            this.#nameOf(p.pin),
            " =",
            indent(line, this.#print.mixed(p.enable), " ? ", this.#print.mixed(p.value), ` : ${p.pin.width}'bz;`),
          ),
          p.of.at,
        );
        break;
      case "initial":
        writeInitial(p.memory, text, () => this.#counter("word"));
        break;
    }
  }

  #writer(text: Text, sign: "=" | "<="): StatementWriter {
    return new StatementWriter(text, this.#print, sign, () => this.#counter("lane"));
  }

  /** A synchronous reset comes last and wins; an asynchronous one comes first, as synthesis wants it. */
  #clocked({ process: { domain, asynchronous, registers }, lines }: Extract<Part, { kind: "clocked" }>, text: Text): void {
    const resets = registers.flatMap((r): Line[] => {
      if (r.reset === null) return [];
      const value = {
        kind: "literal",
        value: r.reset.value,
        width: r.width,
        // An array of them has its element's enumeration, and a value of all.
        ...(r.enumeration === null || r.enumeration.width !== r.width ? {} : { enumeration: r.enumeration }),
      } as const;
      return [{ kind: "assign", place: { kind: "whole", signal: r }, value, at: r.at }];
    });
    const clock = this.#nameOf(domain.clock);
    const reset: Line = { kind: "if", cond: refTo(domain.reset), then: resets, else: asynchronous ? lines : [], at: nowhere };
    const writer = this.#writer(text, "<=");
    if (asynchronous) writer.under(`always @(posedge ${clock} or posedge ${this.#nameOf(domain.reset)})`, [reset]);
    else writer.under(`always @(posedge ${clock})`, resets.length > 0 ? [...lines, reset] : lines);
  }

  /** Inputs, signals and bits of them that nothing reads, said in the way that linters take for meant. */
  #unused(hardware: Region, usage: Usage, text: Text): void {
    const m = this.#m;
    const candidates = [
      ...m.domains.flatMap((d) => [d.clock, ...(m.resets.includes(d) ? [d.reset] : [])]),
      ...m.ports.filter((p) => p.kind === "input"),
      ...hardware.declarations.flatMap((d) => (d.kind === "signal" && !this.#renamed.has(d.signal) ? [d.signal] : [])),
    ];
    const idle = [
      ...candidates.flatMap((s) => usage.idle(s).map(({ hi, lo }) => this.#print.bits(s, hi, lo))),
      ...m.memories.filter((x) => !x.ghost && !usage.readsMemory(x)).map((x) => `${x.name}[0]`),
    ];
    if (idle.length === 0) return;
    text.blankUnlessFirst();
    text.comment("Nothing needs these.");
    text.line(group(`wire ${this.#names.claim("unused_ok")} = &{`, indent(softline, join(["1'b0", ...idle], ",", line)), softline, "};"));
  }

  #properties(region: Region, text: Text): void {
    openRegion(text);
    writeDeclarations(region.declarations, text, this.#print, this.#nameOf);
    this.#parts(region, text);
    if (region.declarations.length + region.parts.length > 0) text.blank();
    writeProperties(region.properties, text, this.#print, this.#names, this.#nameOf);
    closeRegion(text);
  }
}

const nowhere: Source = unknownSource;
