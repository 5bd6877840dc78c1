/** AXI4-Lite slave in front of a register bus: the AXI4 one with everything that AXI4-Lite has not at its plainest. */

import { clog2 } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import type { Bits } from "../core/values.ts";
import { type Axi4Lite, axi4Address, axi4Lite, axi4WriteData, type Connected } from "./axi4.ts";
import { axi4Registers } from "./axi4-registers.ts";
import { type RegisterBus, registerBus } from "./register-bus.ts";

export interface Axi4LiteRegistersPorts {
  readonly axi: Port<Bundle<Axi4Lite & Connected<Axi4Lite>>>;
  readonly bus: Port<Bundle<RegisterBus>>;
  readonly [key: string]: Port;
}

/** As `axi4Registers`: same latencies, same answers. A read asks for all bytes of its word, as AXI4-Lite has no size. */
export const axi4LiteRegisters = ({
  addressBits,
  dataBits,
}: {
  readonly addressBits: number;
  readonly dataBits: 32 | 64;
}): HardwareModule<Axi4LiteRegistersPorts> => {
  const shape = { addressBits, dataBits, idBits: 1 };
  return module(
    `axi4_lite_registers_${addressBits}_${dataBits}`,
    { axi: input(axi4Lite(shape), { unused: true }), bus: output(registerBus(shape)) },
    ({ axi, bus }, h) => {
      const { axi: whole, bus: registers } = h.instance("slave", axi4Registers(shape));
      const low = clog2(dataBits / 8);
      // One beat of the whole width, at the word's own address.
      const address = ({ addr, prot }: { readonly addr: Bits; readonly prot: Bits }) => ({
        id: 0,
        addr: addr.shr(low).shl(low),
        len: 0,
        size: low,
        burst: "INCR" as const,
        lock: 0,
        cache: 0,
        prot,
        qos: 0,
      });
      whole.aw.connect(axi.aw.map(axi4Address(shape), address));
      whole.ar.connect(axi.ar.map(axi4Address(shape), address));
      whole.w.connect(axi.w.map(axi4WriteData(shape), (p) => ({ ...p, last: 1 })));
      axi.b.connect(whole.b.map(axi.b.of, ({ resp }) => ({ resp })));
      axi.r.connect(whole.r.map(axi.r.of, ({ data, resp }) => ({ data, resp })));
      bus.connect(registers);
    },
  ) as unknown as HardwareModule<Axi4LiteRegistersPorts>;
};
