/** Synchronous FIFO. */
import { bool, clog2, input, module, output, type Data, stream, type Type, uint } from "../index.ts";

/** FIFO of `depth` (a power of two) entries; a beat can leave one cycle after it came. */
export const fifo = <S extends Data, I>(of: Type<S, I>, depth: number) =>
  module(`fifo_${of.name}x${depth}`, { push: input(stream(of)), pop: output(stream(of)) }, ({ push, pop }, h) => {
    const pointer = uint(clog2(depth));
    const { head, tail, full } = h.registers({ head: pointer, tail: pointer, full: bool });
    const { empty } = h.nets({ empty: head.eq(tail).and(full.not()) });

    push.ready.drive(full.not());
    pop.valid.drive(empty.not());

    const cells = h.memory("cells", of, depth, { collision: "never" });
    cells.write(tail, push.payload, push.fire);
    pop.payload.drive(cells.read(head));

    h.when(push.fire, () => tail.next(tail.add(1)));
    h.when(pop.fire, () => head.next(head.add(1)));
    h.when(push.fire.ne(pop.fire), () => full.next(push.fire.and(tail.add(1).eq(head))));
    h.assert("never full and empty", full.and(empty).not());
  });
