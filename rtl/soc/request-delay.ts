/** Holds each request of a bus for a number of cycles, so that one simulator gives any MMIO latency. */
import { type Bits, type Bundle, type Data, input, module, output, type Port, type Stream, stream, struct, type Type, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";

/** Requests that wait at once, at most; more are held back at the entrance. */
const depth = 8;
/** Enough never to come round. */
const timeBits = 48;

/**
 * Each beat leaves `cycles` cycles after it came, in order, any number on their way at once; with 0 in the very cycle, by
 * wires alone. `cycles` may change at any time and holds for the beats that come from then on.
 */
export const requestDelay = <P extends Data>(of: Type<P>) => {
  const dated = struct({ due: uint(timeBits), beat: of as Type<any> }, `dated_${of.name}`);
  return module(
    `request_delay_${of.name}`,
    { from: input(stream(of)), to: output(stream(of)), cycles: input(uint(8)) } as {
      readonly from: Port<Bundle<Stream<P>>>;
      readonly to: Port<Bundle<Stream<P>>>;
      readonly cycles: Port<Type<Bits<8>>>;
    },
    ({ from, to, cycles }, h) => {
      const { now } = h.registers({ /** Cycles since reset. */ now: uint(timeBits) });
      now.next(now.add(1));
      const waiting = h.instance("waiting", fifo(dated as Type<any>, depth, { flow: true }));
      waiting.push.connect(from.map(dated as Type<any>, (beat) => ({ due: now.add(cycles.zext(timeBits)), beat })) as never);
      const head = waiting.pop as Stream<any>;
      head
        .continueWhen(head.payload.due.le(now))
        .map(of, (p: any) => p.beat)
        .into(to as Stream<any>);
    },
  );
};
