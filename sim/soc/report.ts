/** A run as JSON for other programs: counts as numbers, addresses as hexadecimal text. */
import type { Place } from "./crash.ts";
import { histogram, latencyFigures } from "./latency.ts";
import type { ProgramRun, RunOptions } from "./run.ts";
import { hex } from "./symbols.ts";

const placeJson = ({ pc, ...rest }: Place): object => ({ pc: hex(pc), ...rest });

/** The text, with a newline at its end. */
export const jsonOf = ({ config, timing, program }: RunOptions, { result, exitCode, crash, profiles, frames }: ProgramRun): string => {
  const { client } = result;
  const value = {
    program,
    config,
    timing,
    end: result.end,
    exitCode,
    cycles: result.cycles,
    seconds: result.seconds,
    harts: result.harts.map(({ instructions, traps }, hart) => ({ hart, instructions, traps })),
    wire: { ...result.wire, ...(frames === undefined ? {} : { capture: frames }) },
    memory: result.memory,
    ...(client === undefined
      ? {}
      : {
          client: {
            ...client,
            clockMhz: timing.clockMhz,
            roundTrips: { figures: latencyFigures(client.roundTrips), histogram: histogram(client.roundTrips) },
            inside: { figures: latencyFigures(client.inside), histogram: histogram(client.inside) },
          },
        }),
    ...(crash === null
      ? {}
      : {
          crash: {
            what: crash.what,
            ...(crash.hart === undefined ? {} : { hart: crash.hart }),
            ...(crash.at === undefined ? {} : { at: placeJson(crash.at) }),
            details: crash.details,
            harts: crash.harts.map((h) => ({
              hart: h.hart,
              doing: h.doing,
              at: placeJson(h.at),
              last: h.last.map(({ cycle, ...p }) => ({ cycle, ...placeJson(p) })),
            })),
          },
        }),
    ...(profiles === undefined
      ? {}
      : { profile: profiles.map(({ hart, stacks, root, functions }) => ({ hart, stacks, cycles: root.total, functions })) }),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
};
