/** The line of an ordinary queue is its definition in every cycle, and so cannot be lost: it stays until the driver acts. */
import { bool, input, module, output, uint } from "#hdl";
import { ordinaryInterrupt } from "#rtl/nic/ordinary-interrupt.ts";
import type { FormalTask } from "#sim/formal/index.ts";

export const lineIsItsDefinition = (block = ordinaryInterrupt()) =>
  module(
    "ordinary_line_is_its_definition",
    {
      pending: input(uint(16)),
      consumes: input(bool),
      arm: input(bool),
      armedValue: input(bool),
      count: input(uint(16)),
      cycles: input(uint(24)),
      irq: output(bool),
    },
    (io, h) => {
      const { irq, ...inputs } = io;
      const dut = h.instance("dut", block, inputs);
      irq.drive(dut.irq);
      const { pending, consumes, cycles, count } = inputs;
      h.ghost(() => {
        const { since, armed } = h.registers({
          /** Cycles with something pending and no word from the driver; stops at most. */ since: uint(24),
          armed: bool,
        });
        h.assume("the settings stay", h.pastValid().implies(cycles.eq(h.past(cycles)).and(count.eq(h.past(count)))));
        h.when(pending.eq(0).or(consumes), () => since.next(0)).elseWhen(since.ne(0xff_ffff), () => since.next(since.add(1)));
        h.when(inputs.arm, () => armed.next(inputs.armedValue));
        const { due } = h.nets({ due: pending.ne(0).and(pending.ge(count).or(since.ge(cycles))) });
        h.assert("the line is up where it is armed and due, and only there", irq.eq(armed.and(due)));
        h.assert("what is armed is what was written", dut.armed.eq(armed));
        h.assert(
          "arming with something pending raises it, at the latest after the time that was set",
          armed.and(pending.ne(0)).and(since.ge(cycles)).implies(irq),
        );
        h.assert(
          "it falls by the driver alone",
          h
            .pastValid()
            .and(h.past(irq))
            .and(pending.ge(h.past(pending)))
            .and(h.past(consumes.or(inputs.arm)).not())
            .implies(irq),
        );
        h.cover("by count", irq.and(since.lt(cycles)));
        h.cover("by time", irq.and(pending.lt(count)).and(cycles.eq(3)));
        h.cover("again after arming with something left", irq.and(h.past(armed.not())).and(h.past(irq.not(), 2)));
      });
    },
  );
export const tasks: readonly FormalTask[] = [
  { name: "ordinary interrupt: is its definition", module: () => lineIsItsDefinition(), mode: "bmc", depth: 14 },
  { name: "ordinary interrupt: rises", module: () => lineIsItsDefinition(), mode: "cover", depth: 10 },
];
