/** Levels, pulses and words across two clocks that run as they like: none is lost, made up or doubled. */
import { array, bool, input, module, output, stream, uint } from "#hdl";
import { bitSynchroniser, busSynchroniser, fromClock, pulseSynchroniser, resetSynchroniser, toClock } from "#hdl/lib/cdc.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const number = uint(2);

const pulses = (stages: number) =>
  module(
    "pulses_arrive_once",
    { pulse: input(bool, { clock: fromClock }), busy: output(bool, { clock: fromClock }), arrived: output(bool, { clock: toClock }) },
    ({ pulse, busy, arrived }, h) => {
      const dut = h.instance("dut", pulseSynchroniser({ stages }), { pulse });
      busy.drive(dut.busy);
      arrived.drive(dut.arrived);
      h.ghost(() => {
        const { given } = h.clocked(fromClock, () => h.registers({ given: number }));
        const { taken } = h.clocked(toClock, () => h.registers({ taken: number }));
        h.when(pulse, () => given.next(given.add(1)));
        h.when(arrived, () => taken.next(taken.add(1)));
        h.clocked(toClock, () => {
          h.assert("no pulse is made up", arrived.implies(given.ne(taken)));
          h.cover("a second pulse arrives", arrived.and(taken.eq(1)));
        });
        h.clocked(fromClock, () => {
          h.assert("where it is not busy, every pulse has arrived", busy.not().implies(given.eq(taken)));
          h.assert("at most one is on its way", given.sub(taken).le(1));
        });
      });
    },
  );

const words = (stages: number) =>
  module(
    "words_cross_in_order",
    { push: input(stream(number), { clock: fromClock }), pop: output(stream(number), { clock: toClock }) },
    ({ push, pop }, h) => {
      const dut = h.instance("dut", busSynchroniser(number, { stages }), { push });
      pop.connect(dut.pop);
      h.clocked(fromClock, () => push.check(h, "assume"));
      h.clocked(toClock, () => pop.check(h, "assert"));
      h.ghost(() => {
        const place = uint(2);
        const { given, log } = h.clocked(fromClock, () =>
          h.registers({ given: place, log: array(number, 4) }, { doc: "What went in, by number" }),
        );
        const { taken } = h.clocked(toClock, () => h.registers({ taken: place }));
        h.when(push.fire, () => {
          given.next(given.add(1));
          log.at(given).next(push.payload);
        });
        h.when(pop.fire, () => taken.next(taken.add(1)));
        h.clocked(fromClock, () => h.assert("at most two words are inside", given.sub(taken).le(2)));
        h.clocked(toClock, () => {
          h.assert("no word is made up", pop.valid.implies(given.ne(taken)));
          h.assert("words come out in order and unchanged", pop.valid.implies(pop.payload.eq(log.at(taken))));
          h.cover("a second word comes out", pop.fire.and(taken.eq(1)));
        });
      });
    },
  );

const levels = (stages: number) =>
  module(
    "levels_arrive",
    { level: input(number, { clock: fromClock }), arrived: output(number, { clock: toClock }) },
    ({ level, arrived }, h) => {
      const { value } = h.clocked(fromClock, () => h.registers({ value: number }));
      value.next(level);
      arrived.drive(h.instance("dut", bitSynchroniser(2, { stages }), { value }).synchronised);
      h.ghost(() =>
        h.clocked(toClock, () => {
          const valid = h.pastValid(stages);
          h.assert("the level of so many edges ago, each bit its own", valid.implies(arrived.eq(h.past(value, stages))));
          h.assert("nothing but zeros before", valid.or(arrived.eq(0)));
          h.cover("a level arrives and goes again", arrived.eq(0).and(h.past(arrived).eq(3)));
        }),
      );
    },
  );

/** The reset of a proof begins with power-up and ends once, whenever its clock has its next edge. */
const resets = (stages: number) =>
  module("reset_ends_with_the_clock", { held: output(bool) }, ({ held }, h) => {
    held.drive(h.instance("dut", resetSynchroniser({ stages })).reset);
    h.ghost(() => {
      const { edges } = h.registers({ edges: uint(4) });
      h.when(edges.ne(15), () => edges.next(edges.add(1)));
      h.assert("held for so many edges after the reset, and never again", held.eq(edges.lt(stages)));
      h.cover("it ends", held.not());
    });
  });

export const tasks: readonly FormalTask[] = [2, 3].flatMap((stages): FormalTask[] => [
  { name: `pulse synchroniser of ${stages} stages: each pulse arrives once`, module: () => pulses(stages), mode: "bmc", depth: 36 },
  { name: `pulse synchroniser of ${stages} stages: passes pulses`, module: () => pulses(stages), mode: "cover", depth: 36 },
  { name: `bus synchroniser of ${stages} stages: words in order`, module: () => words(stages), mode: "bmc", depth: 30 },
  { name: `bus synchroniser of ${stages} stages: passes words`, module: () => words(stages), mode: "cover", depth: 36 },
  { name: `bit synchroniser of ${stages} stages: levels in time`, module: () => levels(stages), mode: "bmc", depth: 24 },
  { name: `bit synchroniser of ${stages} stages: passes levels`, module: () => levels(stages), mode: "cover", depth: 24 },
  { name: `reset synchroniser of ${stages} stages: ends with the clock`, module: () => resets(stages), mode: "bmc", depth: 20 },
  { name: `reset synchroniser of ${stages} stages: ends`, module: () => resets(stages), mode: "cover", depth: 8 },
]);
