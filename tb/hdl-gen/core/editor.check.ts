/**
 * What the editor must reject. `tsc` reads this file (the linters and `editor.test.ts` run it); it never runs. Each
 * expected error that does not come is itself an error.
 */
import { array, type Bits, type Builder, bool, enumeration, input, module, mux, output, sint, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";

const op = enumeration("op", ["ADD", "SUB"]);
const header = struct({ length: uint(16), op });

export const rejected = (h: Builder) =>
  module(
    "m",
    { a: input(uint(8)), b: input(uint(9)), s: input(sint(8)), o: input(op), q: input(header), y: output(uint(8)) },
    ({ a, b, s, o, q, y }) => {
      // @ts-expect-error 8 and 9 bits
      a.add(b);
      // @ts-expect-error 8 and 9 bits
      a.eq(b);
      // @ts-expect-error 9 bits do not fit a port of 8
      y.drive(b);
      // @ts-expect-error zext says 10, 8 are needed
      y.drive(a.zext(10));
      // @ts-expect-error signed with unsigned
      s.add(a);
      // @ts-expect-error a condition has one bit
      h.when(a, () => {});
      // @ts-expect-error branches of different widths
      mux(bool.of(1), a, b);
      // @ts-expect-error no such member
      o.next("MUL");
      // @ts-expect-error no such member in a switch
      h.switch(o).case("MUL", () => {});
      // @ts-expect-error no such state
      h.fsm("f", { IDLE: (go) => go("BUSY"), RUN: (go) => go("IDLE") });
      // @ts-expect-error no such field
      void q.size;
      // @ts-expect-error a field of the wrong width
      header.of({ length: a, op: "ADD" });
      // @ts-expect-error a field is missing
      header.of({ op: "ADD" });
      // @ts-expect-error no such port
      h.instance("u", fifo(uint(8), 4), { pushed: 1 });
      // @ts-expect-error an element of the wrong width
      array(uint(9), 4).of([a, a, a, a]);
      const { v } = h.registers({ v: array(uint(9), 4) });
      // @ts-expect-error elements compared with the wrong width
      v.at(0).eq(a);
      // @ts-expect-error a register's next value of the wrong width
      h.registers({ r: uint(9).reset(3) }).r.next(a);
      // @ts-expect-error a stream's payload keeps its width
      h.instance("v", fifo(uint(8), 4)).pop.payload.eq(b);
    },
  );

export const accepted = (h: Builder, computed: number) =>
  module("n", { a: input(uint(8)), c: input(uint(computed)), p: input(stream(header)), y: output(uint(8)) }, ({ a, c, p, y }) => {
    y.drive(a);
    y.drive(255);
    y.drive("0xff");
    y.drive(c);
    y.drive(a.slice(7, 0));
    a.add(c);
    a.zext(9).eq(uint(9).of(1));
    const same: Bits<8> = a.and(1);
    header.of({ length: c, op: "ADD" }).length.eq(3);
    h.when(a.eq(3), () => {}).elseWhen(c.bit(0), () => {});
    h.instance("u", fifo(header, 4), { push: p });
    void same;
  });
