/** Between the wire's clock and the bus, both as they like: what is lost on the wire is counted on the bus, once. */
import { input, module, output, uint } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";
import { fromWire, wireClock } from "#rtl/nic/wire-crossing.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { small } from "./nic-small.ts";

const config = { ...small, busBits: 64, wireBits: 64, rxBuffer: 32 };
const total = uint(6);

const lossesAreCounted = () =>
  module(
    "losses_are_counted_once",
    { wire: input(packetStream(64, uint(1)), { clock: wireClock }), frames: output(packetStream(64)) },
    ({ wire, frames }, h) => {
      const arriving = fromWire(h, wire, config);
      frames.connect(arriving.frames);
      h.ghost(() => {
        const { lost } = h.clocked(wireClock, () => {
          const registers = h.registers({ lost: total });
          h.assert("the wire is never held up", wire.ready);
          h.when(arriving.dropped, () => registers.lost.next(registers.lost.add(1)));
          return registers;
        });
        const { told } = h.registers({ told: total });
        const now = told.add(arriving.overflowed.zext(6)).add(arriving.spoiled.zext(6));
        told.next(now as typeof told);
        h.assert("no loss is told twice, or made up", lost.sub(now).lt(32));
        h.cover("two losses are told at once", now.sub(told).eq(2));
        h.cover("a frame passes", frames.fire.and(frames.payload.last));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "wire crossing: losses are counted once", module: lossesAreCounted, mode: "bmc", depth: 14 },
  { name: "wire crossing: losses are told, frames pass", module: lossesAreCounted, mode: "cover", depth: 14 },
];
