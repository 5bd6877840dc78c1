/**
 * AXI4 slave in front of a register bus. IDs are echoed; a burst becomes one register access per beat. What the bus refuses
 * is answered with SLVERR, and so are bursts that wrap or stand still. One burst at a time, reads and writes in turn.
 */

import type { HardwareModule } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, uint } from "../core/types.ts";
import { type Bits, constant } from "../core/values.ts";
import { type Axi4, axi4, axiBurst, axiResponse } from "./axi4.ts";
import { lowMask } from "./bits.ts";
import { type RegisterBus, registerBus } from "./register-bus.ts";

export interface Axi4RegistersOptions {
  readonly addressBits: number;
  readonly dataBits?: 32 | 64;
  readonly idBits: number;
  /** Bursts of several beats: cut into beats (default), or every beat answered with SLVERR. */
  readonly bursts?: "split" | "refuse";
  /** The register bus says who asks: its `source` is the AXI ID. */
  readonly source?: boolean;
}

/**
 * Latency of a read, from the address to its data: 3 cycles, when nothing waits; of a write, from its data to the answer: 2.
 * A read asks for just the bytes that its size and address name, so that neighbours with side effects are left alone.
 */
export const axi4Registers = (
  o: Axi4RegistersOptions,
): HardwareModule<{ readonly axi: Port<Bundle<Axi4>>; readonly bus: Port<Bundle<RegisterBus>> }> => {
  const { addressBits, dataBits = 64, idBits, bursts = "split", source = false } = o;
  const bytes = dataBits / 8;
  const low = clog2(bytes);
  const name = [
    "axi4_registers",
    addressBits,
    dataBits,
    idBits,
    ...(bursts === "refuse" ? ["single"] : []),
    ...(source ? ["source"] : []),
  ].join("_");
  return module(
    name,
    {
      axi: input(axi4({ addressBits, dataBits, idBits })),
      bus: output(registerBus({ addressBits, dataBits, ...(source ? { sourceBits: idBits } : {}) })),
    },
    ({ axi, bus }, h) => {
      const held = h.registers({
        id: uint(idBits).noReset(),
        address: uint(addressBits).noReset(),
        /** Beats still to come after this one. */
        left: uint(8).noReset(),
        size: uint(3).noReset(),
        /** The burst is of a kind that registers do not take. */
        refused: bool.noReset(),
      });
      const answer = h.registers({ read_data: uint(dataBits).noReset(), failed: bool });
      const { reads_next } = h.registers({ /** Whose turn it is when both ask. */ reads_next: bool.reset(1) });
      const take = (channel: Axi4["aw"]): void => {
        const { id, addr, len, size, burst } = channel.payload;
        held.id.next(id);
        held.address.next(addr);
        held.left.next(len);
        held.size.next(size);
        held.refused.next(bursts === "refuse" ? len.ne(0) : len.ne(0).and(burst.ne(axiBurst.incr)));
        answer.failed.next(0);
      };
      const step = (): void => {
        const bytesOf = constant(addressBits, 1).shl(held.size);
        // The next beat begins at the next multiple of the beat's bytes.
        held.address.next(held.address.and(bytesOf.sub(1).not()).add(bytesOf) as Bits);
        held.left.next(held.left.sub(1));
      };
      const { takes_read } = h.nets({ takes_read: axi.ar.valid.and(reads_next.or(axi.aw.valid.not())) });
      const { has_bytes } = h.nets({ has_bytes: axi.w.payload.strb.any() });
      const machine = h.fsm("step", {
        IDLE: (go) =>
          h
            .when(takes_read, () => {
              take(axi.ar);
              reads_next.next(0);
              go("READ");
            })
            .elseWhen(axi.aw.valid, () => {
              take(axi.aw);
              reads_next.next(1);
              go("WRITE");
            }),
        READ: (go) => h.when(held.refused.or(bus.ready), () => go("ANSWER")),
        ANSWER: (go) => {
          answer.read_data.next(mux(held.refused, uint(dataBits).of(0), bus.response.data));
          answer.failed.next(held.refused.or(bus.response.error));
          go("GIVE");
        },
        GIVE: (go) =>
          h.when(axi.r.ready, () => {
            step();
            h.when(held.left.eq(0), () => go("IDLE")).otherwise(() => go("READ"));
          }),
        WRITE: (go) => h.when(axi.w.fire, () => go("WRITTEN")),
        WRITTEN: (go) => {
          // Nothing was asked of the bus for a beat without bytes, and no answer comes then.
          h.when(held.refused.or(bus.response.valid.and(bus.response.error)), () => answer.failed.next(1));
          step();
          h.when(held.left.eq(0), () => go("DONE")).otherwise(() => go("WRITE"));
        },
        DONE: (go) => h.when(axi.b.ready, () => go("IDLE")),
      });
      const idle = machine.is("IDLE");
      axi.ar.ready.drive(idle.and(takes_read));
      axi.aw.ready.drive(idle.and(takes_read.not()));
      const asks_write = axi.w.valid.and(has_bytes).and(held.refused.not());
      axi.w.ready.drive(machine.is("WRITE").and(bus.ready.or(has_bytes.not()).or(held.refused)));
      axi.r.valid.drive(machine.is("GIVE"));
      const response = mux(answer.failed, uint(2).of(axiResponse.slaveError), uint(2).of(axiResponse.okay));
      axi.r.payload.drive({ id: held.id, data: answer.read_data, resp: response, last: held.left.eq(0) });
      axi.b.valid.drive(machine.is("DONE"));
      axi.b.payload.drive({ id: held.id, resp: response });

      const { reading } = h.nets({ reading: machine.is("READ") });
      bus.valid.drive(mux(reading, held.refused.not(), machine.is("WRITE").and(asks_write)));
      bus.write.drive(reading.not());
      bus.word.drive(held.address.slice(addressBits - 1, low) as Bits);
      bus.data.drive(axi.w.payload.data);
      const beatBytes = constant(low + 1, 1).shl(held.size);
      const readStrobe = lowMask(beatBytes, bytes).shl(held.address.slice(low - 1, 0).and(beatBytes.sub(1).trunc(low).not()));
      bus.strobe.drive(mux(reading, readStrobe, axi.w.payload.strb));
      if (source) bus.source.drive(held.id);
      h.assume("a write's last beat says so", axi.w.fire.implies(axi.w.payload.last.eq(held.left.eq(0))));
      h.assert("a read is answered in the cycle after it moved", machine.is("ANSWER").and(held.refused.not()).implies(bus.response.valid));
    },
  ) as never;
};
