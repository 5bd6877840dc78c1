/** The system device: how a program ends a simulation, counts cycles, and learns where it was told to start. */
import { type Bits, bool, input, module, output, struct, uint } from "#hdl";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, command, reg, registerBlock, registerMap, ro } from "#hdl/regmap/index.ts";

export const systemMap = registerMap(
  "accio_system",
  {
    EXIT: reg(0x00, "The end", { code: command(0, uint(32), "Ends the simulation with this code; the first write counts") }),
    CYCLES: reg(0x08, "The system's clock", { count: ro(0, uint(64), "Cycles since reset") }),
    ENTRY: reg(0x10, "The program", { address: ro(0, uint(64), "Where the boot ROM sends every hart") }),
    DEVICE_TREE: reg(0x18, "What the hardware is", { address: ro(0, uint(64), "Flattened device tree: the boot ROM's a1; 0 for none") }),
  },
  { doc: "Accio's system device: exit, cycle counter, where to start. Simulation only.", size: 0x1000, compatible: "accio,system-1" },
);

/** A program has ended. */
export const exitType = struct({ valid: bool, code: uint(32) }, "exit_report");

export const systemDevice = module(
  "system_device",
  {
    bus: input(registerBus({ addressBits: addressBits(systemMap) })),
    entry: input(uint(64)),
    device_tree: input(uint(64)),
    /** Stands from the first write of EXIT on. */
    exit: output(exitType),
  },
  ({ bus, entry, device_tree, exit }, h) => {
    const regs = h.instance("registers", registerBlock(systemMap), { bus });
    const { cycles, ended, code } = h.registers({ cycles: uint(64), ended: bool, code: uint(32) });
    cycles.next(cycles.add(1));
    h.when(regs.EXIT.code.written.and(ended.not()), () => {
      ended.next(1);
      code.next(regs.EXIT.code.data as Bits<32>);
    });
    regs.CYCLES.count.drive(cycles);
    regs.ENTRY.address.drive(entry);
    regs.DEVICE_TREE.address.drive(device_tree);
    exit.drive({ valid: ended, code });
  },
);
