/**
 * A small pretty printer: text with places where a line may break. Expressions stay on one line where they fit, and
 * break from the outside in where they do not.
 */

/** A piece of text. Lists are joined; a `group` is set on one line if it fits, else every `line` of its own breaks. */
export type Doc =
  | string
  | readonly Doc[]
  | { readonly kind: "group"; readonly doc: Doc }
  | { readonly kind: "indent"; readonly doc: Doc }
  | { readonly kind: "line"; readonly flat: string };

export const group = (...doc: readonly Doc[]): Doc => ({ kind: "group", doc });
export const indent = (...doc: readonly Doc[]): Doc => ({ kind: "indent", doc });
/** A blank where the group fits, else a new line. */
export const line: Doc = { kind: "line", flat: " " };
/** Nothing where the group fits, else a new line. */
export const softline: Doc = { kind: "line", flat: "" };

/** `list` with `separator` between its members. */
export const join = (list: readonly Doc[], ...separator: readonly Doc[]): Doc =>
  list.flatMap((d, i) => (i === 0 ? [d] : [...separator, d]));

/** The text of a piece on one line. */
export const flat = (doc: Doc): string => {
  if (typeof doc === "string") return doc;
  if ("kind" in doc) return doc.kind === "line" ? doc.flat : flat(doc.doc);
  let text = "";
  for (const part of doc) text += flat(part);
  return text;
};

/** Columns that are left of `room` behind a piece on one line; negative, and not looked at further, where it does not fit. */
const roomAfter = (doc: Doc, room: number): number => {
  if (typeof doc === "string") return room - doc.length;
  if ("kind" in doc) return doc.kind === "line" ? room - doc.flat.length : roomAfter(doc.doc, room);
  let left = room;
  for (const part of doc) {
    if (left < 0) return left;
    left = roomAfter(part, left);
  }
  return left;
};

/** Columns of emitted files, source comments not counted. */
export const pageWidth = 110;

/** Text of a piece whose first line starts at `column`, further lines indented by at least `margin` blanks. */
export const render = (doc: Doc, column: number, margin: number): string => {
  let at = column;
  const out: string[] = [];
  const put = (text: string): void => {
    out.push(text);
    at += text.length;
  };
  const walk = (d: Doc, by: number, broken: boolean): void => {
    if (typeof d === "string") put(d);
    else if (!("kind" in d)) for (const part of d) walk(part, by, broken);
    else if (d.kind === "indent") walk(d.doc, by + 2, broken);
    else if (d.kind === "group") {
      if (roomAfter(d, pageWidth - at) < 0) walk(d.doc, by, true);
      else put(flat(d));
    } else if (broken) {
      out.push(`\n${" ".repeat(by)}`);
      at = by;
    } else put(d.flat);
  };
  walk(doc, margin, false);
  return out.join("");
};
