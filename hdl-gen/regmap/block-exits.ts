/** Ports through which accesses leave a register block: forwarded registers, groups and windows. */
import type { Builder } from "../core/builder.ts";
import { mux, reduce } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { bool, uint } from "../core/types.ts";
import { type Bits, type Bool, constant } from "../core/values.ts";
import type { RegisterBus } from "../lib/register-bus.ts";
import type { ForwardedBus } from "./forwarded.ts";

transparent(import.meta.url);

export interface Exit {
  readonly name: string;
  readonly port: ForwardedBus;
  /** The request is for it. */
  readonly here: Bool;
  readonly row: Bits | null;
  readonly word: Bits | null;
  /** Bits that software can read, by word. */
  readonly masks: ReadonlyMap<number, bigint>;
}
/** What an exit adds to the block's answer, in the cycle after the request. */
export interface ExitAnswer {
  readonly data: Bits;
  readonly error: Bool;
}

/** Hands allowed requests to an exit; `ready` is 0 while it keeps one waiting. */
export const connectExit = (
  h: Builder,
  bus: RegisterBus,
  permitted: Bool,
  exit: Exit,
): { readonly ready: Bool; readonly answer: ExitAnswer } => {
  const { name, port } = exit;
  const width = bus.data.width;
  const { [`${name}_selected`]: selected } = h.nets({ [`${name}_selected`]: exit.here.and(permitted) }, { doc: "" }) as Record<
    string,
    Bool
  >;
  const chosen = selected as Bool;
  port.drive({
    valid: bus.valid.and(chosen),
    write: bus.write,
    data: bus.data,
    strobe: bus.strobe,
    index: exit.row,
    word: exit.word,
    source: bus.hasSource ? bus.source : null,
  });
  // What no read may have is never answered; the first mask is the one where no other is meant.
  const readable = [...exit.masks].filter(([, m]) => m !== 0n);
  const [first = 0n, ...others] = new Set(readable.map(([, m]) => m));
  const q = h.registers(
    {
      [`${name}_asked_q`]: bool,
      [`${name}_read_q`]: bool,
      ...(others.length > 0 ? { [`${name}_mask_q`]: uint(width).noReset() } : {}),
    },
    { doc: `An answer of ${name} is due` },
  ) as Record<string, Bits>;
  const [asked, read] = [q[`${name}_asked_q`] as Bool, q[`${name}_read_q`] as Bool];
  asked.next(bus.fire.and(chosen));
  read.next(bus.fire.and(chosen).and(bus.write.not()));
  const mask = q[`${name}_mask_q`];
  if (mask !== undefined && exit.word !== null) {
    const choice = h.switch(exit.word);
    for (const value of others) {
      const numbers = readable.filter(([, m]) => m === value).map(([w]) => w);
      choice.case(numbers, () => mask.next(value));
    }
    choice.otherwise(() => mask.next(first));
  }
  const everything = (1n << BigInt(width)) - 1n;
  const { data } = port.response;
  const shown = mask !== undefined ? data.and(mask) : first === everything ? data : data.and(constant(width, first));
  const given = read.and(port.response.error.not());
  return {
    ready: chosen.not().or(port.ready),
    answer: { data: mux(given, shown, constant(width, 0) as Bits), error: asked.and(port.response.error) },
  };
};

/** The block's answer with those of its exits; at most one of them is not zero. */
export const joinAnswers = (own: ExitAnswer, exits: readonly ExitAnswer[]): ExitAnswer => ({
  data: reduce([own.data, ...exits.map((e) => e.data)], (a, b) => a.or(b)),
  error: reduce([own.error, ...exits.map((e) => e.error)], (a, b) => a.or(b)),
});
