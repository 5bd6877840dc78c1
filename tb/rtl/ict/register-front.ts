/** The register bus with all that it reaches but the connection table: a module of its own, with the table's pins outside. */
import { bool, input, module, output, stream, uint } from "#hdl";
import { registerBus } from "#hdl/lib/register-bus.ts";
import type { FieldKind, RegisterMap } from "#hdl/regmap/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { slotReply, slotRequest } from "#rtl/ict/interface.ts";
import { doorbellFault, type PrototypePorts, registerIdBits } from "#rtl/ict/port.ts";
import { sharedSettings } from "#rtl/ict/prototype-own.ts";
import { legacyRequests, legacyStates } from "#rtl/nic/legacy-pointers.ts";
import { registerFront } from "#rtl/nic/register-front.ts";
import { nicMap, portBytes } from "#rtl/nic/registers.ts";

/** Inputs of the register block that `registerFront` drives, and the clock. */
const driven = /^(CONTROL$|MAC|TRANSMIT|WAKE_MASK|PROTECTION|LEGACY|TIMESTAMP)/;
/** All others: nothing ever happens, and everything reads zero. */
const silence = (map: RegisterMap, regs: unknown): void => {
  const drives: Partial<Record<FieldKind, string | null>> = {
    ro: null,
    external: "value",
    w1c: "set",
    rc: "set",
    w1s: "clear",
    counter: "increment",
  };
  for (const r of map.registers.filter((r) => !r.forwarded && !driven.test(r.title))) {
    type View = { readonly [key: string]: View } & { drive(value: number): void };
    const view = r.path.reduce((v, key) => v[key] as View, regs as View);
    for (const [key, f] of Object.entries(r.register.fields)) {
      const part = drives[f.kind];
      if (part !== undefined) (part === null ? (view[key] as View) : ((view[key] as View)[part] as View)).drive(0);
    }
  }
};

export const registerFrontBlock = (c: Config) =>
  module(
    "register_front",
    {
      bus: input(registerBus({ addressBits: Math.log2(portBytes), sourceBits: registerIdBits })),
      ask: output(stream(slotRequest(c))),
      reply: input(slotReply),
      now: input(uint(64)),
      received: input(bool),
      sent: input(bool),
      fault: output(doorbellFault(c)),
      shared: output(sharedSettings(c)),
      // All zero without the prototype's view.
      legacyStates: input(legacyStates, { unused: true }),
      legacyRequests: output(legacyRequests),
      legacyIrq: output(uint(2)),
      identify: output(bool),
      identification: output(uint(16)),
    },
    (io, h) => {
      const { now, received, sent } = io;
      const { regs, port } = registerFront(h, c, io.bus, { now, received, sent });
      io.ask.connect(port.ask);
      port.reply.drive(io.reply);
      io.fault.drive(port.fault);
      io.shared.drive(port.shared);
      if (c.prototypeView) {
        const packets = port as unknown as PrototypePorts;
        packets.legacyStates.drive(io.legacyStates);
        io.legacyRequests.drive(packets.legacyRequests);
        io.legacyIrq.drive(packets.legacyIrq);
      } else {
        const nothing = { push: 0, pop: 0, word: 0 } as const;
        io.legacyRequests.drive({ receive: nothing, transmit: nothing });
        io.legacyIrq.drive(0);
      }
      io.identify.drive(port.identify);
      io.identification.drive(port.identification);
      regs.TIMESTAMP.cycles.drive(now);
      silence(nicMap(c), regs);
    },
  );
