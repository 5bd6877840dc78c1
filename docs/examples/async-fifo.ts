/** FIFO of `depth` entries, a power of two, between two clocks. Gray-coded pointers cross, two registers deep. */
import { type Bits, clock, clog2, type Data, input, module, output, stream, type Type, uint } from "#hdl";
import { synchronised } from "#hdl/lib/synchronised.ts";

const [writing, reading] = [clock("write"), clock("read")];
const gray = (value: Bits) => value.xor(value.shr(1));

export const asyncFifo = <T extends Data>(of: Type<T>, depth: number) => {
  const width = clog2(depth) + 1;
  const pointer = uint(width);
  const ports = { push: input(stream(of), { clock: writing }), pop: output(stream(of), { clock: reading }) };
  return module(`async_fifo_example_${of.name}x${depth}`, ports, ({ push, pop }, h) => {
    const { tail, tail_gray } = h.clocked(writing, () => h.registers({ tail: pointer, tail_gray: pointer }));
    const { head, head_gray } = h.clocked(reading, () => h.registers({ head: pointer, head_gray: pointer }));
    const cells = h.memory("cells", of, depth);

    h.clocked(writing, () => {
      const head_seen = synchronised(h, "head_seen", head_gray);
      push.ready.drive(tail_gray.xor(head_seen).ne(3 << (width - 2)));
      h.when(push.fire, () => {
        cells.write(tail.trunc(width - 1), push.payload);
        tail.next(tail.add(1));
        tail_gray.next(gray(tail.add(1)));
      });
    });
    h.clocked(reading, () => {
      const tail_seen = synchronised(h, "tail_seen", tail_gray);
      pop.valid.drive(head_gray.ne(tail_seen));
      pop.payload.drive(cells.read(head.trunc(width - 1)));
      h.when(pop.fire, () => {
        head.next(head.add(1));
        head_gray.next(gray(head.add(1)));
      });
    });
  });
};
