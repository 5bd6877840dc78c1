/** Synchronous FIFO: keeps beats in order until they are taken. Three kinds of storage behind one pair of streams. */
import type { Builder } from "../core/builder.ts";
import { isPowerOfTwo, widthOf } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, index, type Type, uint } from "../core/types.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";

type Style = "auto" | "registers" | "distributed" | "block";
export interface FifoOptions {
  /**
   * What holds the beats: flip-flops, LUT RAM, or as the tool likes (`auto`, the default): a beat can leave one cycle
   * after it came. `block`: block RAM and a register that its next word is fetched into; two cycles, one beat more.
   */
  readonly style?: Style;
  /** A beat may pass an empty FIFO at once, with no cycle of latency: `pop` then follows `push` combinationally. */
  readonly flow?: boolean;
}
export type FifoPorts<P extends Data, Counted extends boolean = false> = {
  readonly push: Port<Bundle<Stream<P>>>;
  readonly pop: Port<Bundle<Stream<P>>>;
} & (Counted extends true ? { readonly count: Port<Type<Bits>> } : unknown);

/** Most beats that a FIFO of these parameters holds. */
export const fifoCapacity = (depth: number, options: FifoOptions = {}): number => (options.style === "block" ? depth + 1 : depth);

/**
 * FIFO of `depth` entries (any number; a power of two is cheapest). Throughput: one beat a cycle, pushed and popped at
 * once; with one entry, every other cycle. `push.ready` is a register's function alone, `pop.valid` too unless `flow`.
 *
 * | style | first-word latency | holds |
 * |---|---|---|
 * | auto, registers, distributed | 1 (0 with `flow`) | depth |
 * | block | 2 | depth + 1 |
 *
 * With `count: true` a port `count` tells how many beats it holds, from 0 to its capacity.
 */
export const fifo = <P extends Data, I, const Counted extends boolean = false>(
  of: Type<P, I>,
  depth: number,
  options: FifoOptions & { readonly count?: Counted } = {},
): HardwareModule<FifoPorts<P, Counted>> => {
  const { style = "auto", flow = false } = options;
  if (!Number.isInteger(depth) || depth < 1) refuse(`fifo of ${depth} entries: a whole number of at least 1 is needed`);
  if (style === "block" && depth === 1) refuse("fifo: a block RAM of one entry would be wasted; choose another style");
  if (style === "block" && flow) refuse("fifo: a block RAM cannot be passed at once; leave out flow or choose another style");
  const name = [
    "fifo",
    `${of.name}x${depth}`,
    ...(style === "auto" ? [] : [style]),
    ...(flow ? ["flow"] : []),
    ...(options.count ? ["count"] : []),
  ].join("_");
  const level = uint(widthOf(fifoCapacity(depth, options)));
  const streams = { push: input(stream(of)), pop: output(stream(of)) };
  const ports = options.count ? { ...streams, count: output(level) } : streams;

  return module(name, ports, ({ push, pop, ...io }, h) => {
    const count = "count" in io ? (io.count as Bits) : null;
    if (depth === 1) oneEntry(h, push, pop, flow, count);
    else ring(h, push, pop, depth, style, flow, count);
  }) as unknown as HardwareModule<FifoPorts<P, Counted>>;
};

/** One entry needs no pointers. */
const oneEntry = <P extends Data>(h: Builder, push: Stream<P>, pop: Stream<P>, flow: boolean, count: Bits | null): void => {
  const { full, entry } = h.registers({ full: bool, entry: push.of.noReset() });
  push.ready.drive(full.not());
  pop.valid.drive(flow ? push.valid.or(full) : full);
  pop.payload.drive(flow ? mux(full, entry, push.payload as never) : entry);
  h.when(full, () => full.next(pop.ready.not())).otherwise(() => full.next(flow ? push.valid.and(pop.ready.not()) : push.valid));
  h.when(full.not(), () => entry.next(push.payload));
  count?.drive(full);
};

/** Entries in a memory, used in turn. */
const ring = <P extends Data>(
  h: Builder,
  push: Stream<P>,
  pop: Stream<P>,
  depth: number,
  style: Style,
  flow: boolean,
  count: Bits | null,
): void => {
  const pointer = index(depth);
  const after = (p: Bits): Bits => (isPowerOfTwo(depth) ? p.add(1) : mux(p.eq(depth - 1), pointer.of(0), p.add(1)));
  const { head, tail, full } = h.registers({
    /** The oldest entry. */
    head: pointer,
    /** Where the next beat goes. */
    tail: pointer,
    /** Every entry is in use: tells all from none where head and tail meet. */
    full: bool,
  });
  const { empty } = h.nets({ empty: head.eq(tail).and(full.not()) });
  const cells = h.memory("cells", push.of, depth, { style, collision: "never" });
  const move = (stored: Bool, taken: Bool): void => {
    cells.write(tail, push.payload, stored);
    h.when(stored, () => tail.next(after(tail)));
    h.when(taken, () => head.next(after(head)));
    h.when(stored.ne(taken), () => full.next(stored.and(after(tail).eq(head))));
  };
  // How far tail is ahead of head; it may have wrapped when head has not.
  const distance = tail.sub(head);
  const used = isPowerOfTwo(depth) ? distance : mux(tail.lt(head), distance.add(depth % 2 ** pointer.width), distance);
  const inMemory = (width: number): Bits => mux(full, uint(width).of(depth), used.zext(width) as never);
  push.ready.drive(full.not());

  if (style === "block") {
    const { fetched } = h.registers({ /** The register at the memory's output holds a beat. */ fetched: bool });
    const { taken } = h.nets({ taken: empty.not().and(fetched.not().or(pop.ready)) });
    move(push.fire, taken);
    pop.valid.drive(fetched);
    pop.payload.drive(cells.readSync("word", head, taken));
    h.when(taken, () => fetched.next(1)).elseWhen(pop.ready, () => fetched.next(0));
    count?.drive(inMemory(count.width).add(fetched.zext(count.width)));
  } else {
    // A beat that passes an empty FIFO at once is never stored.
    if (flow) move(push.fire.and(empty.and(pop.ready).not()), pop.ready.and(empty.not()));
    else move(push.fire, pop.fire);
    pop.valid.drive(flow ? push.valid.or(empty.not()) : empty.not());
    pop.payload.drive(flow ? mux(empty, push.payload, cells.read(head) as never) : cells.read(head));
    count?.drive(inMemory(count.width));
  }
  h.assert("all entries are in use only where head and tail meet", full.implies(head.eq(tail)));
  if (!isPowerOfTwo(depth)) h.assert("head and tail stay inside", head.lt(depth).and(tail.lt(depth)));
};
