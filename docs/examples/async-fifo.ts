/** FIFO of `depth` entries, a power of two, between two clocks. Gray-coded pointers cross, two registers deep. */
import { type Bits, clock, clog2, type Data, input, module, output, stream, type Type, uint } from "#hdl";

const gray = (value: Bits) => value.xor(value.shr(1));

export const asyncFifo = <T extends Data>(of: Type<T>, depth: number) => {
  const [writing, reading] = [clock("write"), clock("read")];
  const pointer = uint(clog2(depth) + 1);
  const ports = { push: input(stream(of), { clock: writing }), pop: output(stream(of), { clock: reading }) };
  return module(`async_fifo_example_${of.name}x${depth}`, ports, ({ push, pop }, h) => {
    const cells = h.memory("cells", of, depth);
    const { tail, tail_gray } = h.clocked(writing, () => h.registers({ tail: pointer, tail_gray: pointer }));
    const { head, head_gray } = h.clocked(reading, () => h.registers({ head: pointer, head_gray: pointer }));

    h.clocked(writing, () => {
      const { head_sync } = h.registers({ head_sync: pointer }, { synchroniser: true });
      const { head_seen } = h.registers({ head_seen: pointer });
      head_sync.next(head_gray);
      head_seen.next(head_sync);
      // Full: the pointers differ in their two top Gray bits and nowhere else.
      push.ready.drive(tail_gray.xor(head_seen).ne(3 << (pointer.width - 2)));
      h.when(push.fire, () => {
        cells.write(tail.trunc(clog2(depth)), push.payload);
        tail.next(tail.add(1));
        tail_gray.next(gray(tail.add(1)));
      });
    });
    h.clocked(reading, () => {
      const { tail_sync } = h.registers({ tail_sync: pointer }, { synchroniser: true });
      const { tail_seen } = h.registers({ tail_seen: pointer });
      tail_sync.next(tail_gray);
      tail_seen.next(tail_sync);
      pop.valid.drive(head_gray.ne(tail_seen));
      pop.payload.drive(cells.read(head.trunc(clog2(depth))));
      h.when(pop.fire, () => {
        head.next(head.add(1));
        head_gray.next(gray(head.add(1)));
      });
    });
  });
};
