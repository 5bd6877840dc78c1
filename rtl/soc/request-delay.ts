/** Holds each request of a bus for a number of cycles, so that one simulator gives any MMIO latency. */
import { input, module, output, stream, struct, uint } from "#hdl";
import { type Axi4Options, axi4Address } from "#hdl/lib/axi4.ts";
import { fifo } from "#hdl/lib/fifo.ts";

/** Requests that wait at once, at most; more are held back at the entrance. */
export const delayDepth = 8;
/** Bits that never come round. */
const timeBits = 48;

/**
 * Each request (AW or AR) leaves `cycles` cycles after it came, in order, any number on their way at once; with 0 in the
 * very cycle, by wires alone. `cycles` may change at any time and holds for the requests that come from then on.
 */
export const requestDelay = (options: Axi4Options) => {
  const request = axi4Address(options);
  const dated = struct({ due: uint(timeBits), request }, `dated_${request.name}`);
  return module(
    `request_delay_${request.name}`,
    { from: input(stream(request)), to: output(stream(request)), cycles: input(uint(8)) },
    ({ from, to, cycles }, h) => {
      const { now } = h.registers({ /** Cycles since reset. */ now: uint(timeBits) });
      now.next(now.add(1));
      const due = now.add(cycles.zext(timeBits));
      const waiting = h.instance("waiting", fifo(dated, delayDepth, { flow: true }), {
        push: from.map(dated, (beat) => ({ due, request: beat })),
      });
      waiting.pop
        .continueWhen(waiting.pop.payload.due.le(now))
        .map(request, (beat) => beat.request)
        .into(to);
    },
  );
};
