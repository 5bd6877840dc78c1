/** FIFO of `depth` entries, a power of two; an entry can leave one cycle after it came. */
import { bool, type Data, index, input, module, output, stream, type Type } from "#hdl";

export const fifo = <T extends Data>(of: Type<T>, depth: number) =>
  module(`fifo_example_${of.name}x${depth}`, { push: input(stream(of)), pop: output(stream(of)) }, ({ push, pop }, h) => {
    const { head, tail, full } = h.registers({ head: index(depth), tail: index(depth), full: bool });
    const cells = h.memory("cells", of, depth);
    push.ready.drive(full.not());
    pop.valid.drive(full.or(head.ne(tail)));
    pop.payload.drive(cells.read(head));

    h.when(push.fire, () => {
      cells.write(tail, push.payload);
      tail.next(tail.add(1));
    });
    h.when(pop.fire, () => head.next(head.add(1)));
    h.when(push.fire.ne(pop.fire), () => full.next(push.fire.and(tail.add(1).eq(head))));
  });
