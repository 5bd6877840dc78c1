/**
 * When a queue's line rises: it is armed, and enough completions wait, or some have waited for long enough. The level is a
 * function of what waits, not of events, so that arming while something waits raises it again and nothing is ever lost.
 */
import { bool, input, module, output, uint } from "#hdl";

export const ordinaryInterrupt = () =>
  module(
    "ordinary_interrupt",
    {
      /** Completions in memory that the driver has not consumed. */
      pending: input(uint(16)),
      /** The driver says how far it is. */
      consumes: input(bool),
      arm: input(bool),
      armedValue: input(bool),
      count: input(uint(16)),
      cycles: input(uint(24)),
      armed: output(bool),
      irq: output(bool),
    },
    (io, h) => {
      const { is_armed, waited } = h.registers({
        is_armed: bool,
        /** Cycles since something waits, or since the driver was last here. */
        waited: uint(24),
      });
      const { some } = h.nets({ some: io.pending.ne(0) });
      const { late } = h.nets({ late: waited.ge(io.cycles) });
      h.when(io.arm, () => is_armed.next(io.armedValue));
      h.when(some.not().or(io.consumes), () => waited.next(0)).elseWhen(late.not(), () => waited.next(waited.add(1)));
      io.armed.drive(is_armed);
      io.irq.drive(is_armed.and(some).and(late.or(io.pending.ge(io.count))));
    },
  );
