/** Children with named connections. */
import type { Expr, Instance, Signal } from "../core/ir.ts";
import type { ExpressionPrinter } from "./expression.ts";
import { type Doc, group, indent } from "./layout.ts";
import { literalText } from "./literal.ts";
import type { Text } from "./text.ts";

const parameterText = (value: bigint | string): string => {
  if (typeof value === "string") return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  const size = value < 0n ? -value : value;
  if (size < 1n << 31n) return `${value}`;
  return `${value < 0n ? "-" : ""}${literalText({ value: size, width: size.toString(2).length + 1, radix: "hex" })}`;
};

/** `connection`: what stands at a pin, by its net. */
export const writeInstance = (
  i: Instance,
  text: Text,
  print: ExpressionPrinter,
  nameOf: (s: Signal) => string,
  connection: (net: Signal) => Expr,
): void => {
  const pins: { readonly port: string; readonly value: Doc }[] = [];
  for (const { domain, to } of i.clocks) {
    pins.push({ port: domain.clock.name, value: nameOf(to.clock) });
    if (i.of.kind === "external" || i.of.resets.includes(domain)) pins.push({ port: domain.reset.name, value: nameOf(to.reset) });
  }
  for (const p of i.pins) pins.push({ port: p.port, value: print.alone(connection(p.net)) });
  text.comment(i.doc);
  const head = (open: string): void => {
    if (i.parameters.length === 0) {
      text.line(`${i.of.name} ${i.name} ${open}`, i.at);
      return;
    }
    text.line(`${i.of.name} #(`, i.at);
    text.indented(() => {
      i.parameters.forEach((p, k) => {
        text.line(`.${p.name}(${parameterText(p.value)})${k < i.parameters.length - 1 ? "," : ""}`);
      });
    });
    text.line(`) ${i.name} ${open}`);
  };
  if (pins.length === 0) {
    head("();");
    return;
  }
  head("(");
  text.indented(() => {
    pins.forEach(({ port, value }, k) => {
      text.line(group(`.${port}(`, indent(value), k < pins.length - 1 ? ")," : ")"));
    });
  });
  text.line(");");
};
