/** All that a register bus reaches: the registers of the kernel's page, and the port to the connection table beside them. */
import { type Bits, type Bool, type Builder, cat } from "#hdl";
import type { RegisterBus } from "#hdl/lib/register-bus.ts";
import { type ForwardedBus, registerBlock } from "#hdl/regmap/index.ts";
import type { Config } from "#rtl/common.ts";
import { type PrototypePorts, registerIdBits, registerPort } from "#rtl/ict/port.ts";
import { nicMap } from "./registers.ts";

interface Count {
  readonly count: { readonly increment: Bits };
}
/** Registers that are there with the prototype's view. */
interface PrototypeRegisters {
  readonly PROTOTYPE: ForwardedBus;
  readonly LEGACY: Readonly<Record<"RX_REFUSED" | "TX_REFUSED", Count>>;
}
/** What stands around the registers and their port: see `registerPort`. */
export interface RegisterSurroundings {
  readonly now: Bits;
  readonly received: Bool;
  readonly sent: Bool;
}
/**
 * The register block with its port: all of the register bus. Returns `regs`, whose other registers the caller connects, and
 * `port`, whose `ask`, `reply`, `fault`, `shared` and pins of the prototype's pages (`PrototypePorts`) it connects too.
 */
export const registerFront = (h: Builder, c: Config, bus: RegisterBus, { now, received, sent }: RegisterSurroundings) => {
  const regs = h.instance("registers_block", registerBlock(nicMap(c), { sourceBits: registerIdBits }), { bus });
  const written = regs.WAKE_MASK.enabled.written as unknown as Iterable<Bool>;
  const port = h.instance("registers_port", registerPort(c), {
    slots: regs.SLOT,
    doorbells: regs.DOORBELLS,
    take: regs.TAKE,
    peek: regs.PEEK,
    rekey: regs.REKEY,
    now,
    received,
    sent,
    setting: {
      enable: regs.CONTROL.enable.written,
      mac: regs.MAC.address.written,
      largest: regs.TRANSMIT.largest.written,
      ttl: regs.TRANSMIT.ttl.written,
      tos: regs.TRANSMIT.tos.written,
      wakeMask: cat(...[...written].reverse()),
      value: {
        enable: regs.CONTROL.enable.data,
        mac: regs.MAC.address.data,
        largest: regs.TRANSMIT.largest.data,
        ttl: regs.TRANSMIT.ttl.data,
        tos: regs.TRANSMIT.tos.data,
        wakeMask: (regs.WAKE_MASK.enabled.data as Bits).repeat(c.harts),
      },
    },
  });
  if (c.prototypeView) {
    const { prototype, refuses } = port as unknown as PrototypePorts;
    const { PROTOTYPE, LEGACY } = regs as unknown as PrototypeRegisters;
    prototype.connect(PROTOTYPE);
    LEGACY.RX_REFUSED.count.increment.drive(refuses.bit(1));
    LEGACY.TX_REFUSED.count.increment.drive(refuses.bit(0));
  }
  const { shared, fault, last } = port;
  regs.CONTROL.enable.value.drive(shared.enable);
  regs.MAC.address.value.drive(shared.mac);
  regs.TRANSMIT.largest.value.drive(shared.largest);
  regs.TRANSMIT.ttl.value.drive(shared.ttl);
  regs.TRANSMIT.tos.value.drive(shared.tos);
  regs.WAKE_MASK.enabled.value.drive(Array.from({ length: c.harts }, (_, i) => shared.wakeMask.bit(i)) as never);
  regs.PROTECTION.FOREIGN.count.increment.drive(fault.valid.and(fault.cause.is("FOREIGN")));
  regs.PROTECTION.NO_DOORBELL.count.increment.drive(fault.valid.and(fault.cause.is("NO_DOORBELL")));
  regs.PROTECTION.NO_HART.count.increment.drive(fault.valid.and(fault.cause.is("NO_HART")));
  regs.PROTECTION.LAST.offset.drive(last.offset);
  regs.PROTECTION.LAST.write.drive(last.write);
  regs.PROTECTION.LAST.known.drive(last.maker.known);
  regs.PROTECTION.LAST.hart.drive(last.maker.hart);
  regs.PROTECTION.LAST.slot.drive(last.slot);
  regs.PROTECTION.LAST.cause.drive(last.cause);
  return { regs, port };
};
