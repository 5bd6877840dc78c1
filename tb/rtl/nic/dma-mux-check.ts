/**
 * The muxes of DMA masters against lists: each master's bursts go out whole, in its order, under its number; each answer
 * comes back to who asked, and to nobody else; every master gets its turns.
 */
import type { Module } from "#hdl";
import type { Config } from "#rtl/config/config.ts";
import type { dmaReadMux, dmaWriteMux } from "#rtl/nic/dma-mux.ts";
import { BlockBench, type StreamPins } from "./block-bench.ts";

type Address = { address: bigint; length: bigint; id: bigint };
type Muxed = Readonly<
  Record<"ar" | "r" | "aw" | "w" | "b", StreamPins> & Record<"fromAr" | "fromR" | "fromAw" | "fromW" | "fromB", readonly StreamPins[]>
>;
interface Asked {
  readonly master: number;
  readonly id: number;
  readonly beats: number;
  readonly address: bigint;
}
/** Random bursts of a master, with an ID that it has not in flight. */
const bursts = (bench: BlockBench<Module>, config: Config, master: number, count: number) => {
  const { random } = bench;
  const used = new Set<number>();
  let left = count;
  return {
    used,
    get left() {
      return left;
    },
    next: () => {
      const free = Array.from({ length: config.dmaInFlight }, (_, i) => i).filter((i) => !used.has(i));
      if (left === 0 || free.length === 0) return undefined;
      return {
        address: (BigInt(master) << 32n) | (random.bits(26) << 6n),
        length: random.below(64 / (config.busBits / 8)),
        id: random.pick(free),
      };
    },
    gone: (id: number) => {
      left--;
      used.add(id);
    },
  };
};
const numberBits = (masters: number): number => Math.ceil(Math.log2(masters));
const split = (config: Config, masters: number, id: bigint): { master: number; id: number } => {
  const own = Math.log2(config.dmaInFlight);
  return { master: Number(id >> BigInt(own)) & (2 ** numberBits(masters) - 1), id: Number(id) & (config.dmaInFlight - 1) };
};
/** How long a master that asks waits for others, in bursts of theirs. */
class Turns {
  readonly #waits: number[];
  longest = 0;
  constructor(masters: number) {
    this.#waits = Array.from({ length: masters }, () => 0);
  }
  burst(master: number, asking: (i: number) => boolean): void {
    this.#waits.forEach((w, i) => {
      this.#waits[i] = i === master || !asking(i) ? 0 : w + 1;
      this.longest = Math.max(this.longest, this.#waits[i] as number);
    });
  }
}

export const checkReadMux = (block: ReturnType<typeof dmaReadMux>, config: Config, masters: number, count: number, seed: number): void => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim as unknown as { io: Muxed };
  const sources = Array.from({ length: masters }, (_, i) => bursts(bench, config, i, count));
  const asked: Asked[][] = sources.map(() => []);
  const open: (Asked & { given: number })[] = [];
  const turns = new Turns(masters);
  const data = (a: Asked, beat: number): bigint => BigInt.asUintN(config.busBits, (a.address + BigInt(beat)) * 0x9e37_79b9n + BigInt(a.id));
  sources.forEach((s, i) => {
    bench.source(io.fromAr[i] as StreamPins, s.next, (a: { address: bigint; length: number; id: number }) => {
      s.gone(a.id);
      asked[i]?.push({ master: i, id: a.id, beats: a.length + 1, address: a.address });
    });
  });
  bench.sink<Address>("ar", io.ar, (p) => {
    const { master, id } = split(config, masters, p.id);
    const a = asked[master]?.shift() as Asked;
    bench.check(a !== undefined, () => `master ${master} did not ask`);
    bench.check(a.address === p.address && a.beats === Number(p.length) + 1 && a.id === id, () => `a burst of ${master} has changed`);
    open.push({ ...a, given: 0 });
    turns.burst(master, (k) => io.fromAr[k]?.valid.value === 1n);
  });
  let giving: (Asked & { given: number }) | undefined;
  const expected: { id: bigint; data: bigint; response: bigint; last: bigint }[][] = sources.map(() => []);
  bench.source(
    io.r,
    () => {
      if (open.length === 0) return undefined;
      giving = random.pick(open);
      const own = BigInt(Math.log2(config.dmaInFlight));
      const response = random.below(4);
      return {
        id: (BigInt(giving.master) << own) | BigInt(giving.id),
        data: data(giving, giving.given),
        response,
        last: giving.given + 1 === giving.beats ? 1 : 0,
      };
    },
    (p: { id: bigint; data: bigint; response: number; last: number }) => {
      const g = giving as Asked & { given: number };
      expected[g.master]?.push({ id: BigInt(g.id), data: p.data, response: BigInt(p.response), last: BigInt(p.last) });
      g.given++;
      if (p.last === 1) open.splice(open.indexOf(g), 1);
    },
  );
  let answers = 0;
  sources.forEach((s, i) => {
    bench.sink<Record<"id" | "data" | "response" | "last", bigint>>(`r${i}`, io.fromR[i] as StreamPins, (p) => {
      const e = expected[i]?.shift();
      bench.check(
        e !== undefined && e.id === p.id && e.data === p.data && e.response === p.response && e.last === p.last,
        () => `an answer to ${i} is not its own`,
      );
      if (p.last === 1n) {
        answers++;
        s.used.delete(Number(p.id));
      }
    });
  });
  bench.runUntil(() => answers === masters * count, 2000 * count);
  bench.check(expected.every((e) => e.length === 0) && open.length === 0, () => "something is left over");
  bench.check(turns.longest < masters, () => `a master waited for ${turns.longest} bursts of others`);
};

export const checkWriteMux = (
  block: ReturnType<typeof dmaWriteMux>,
  config: Config,
  masters: number,
  count: number,
  seed: number,
): void => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim as unknown as { io: Muxed };
  const bus = config.busBits / 8;
  const sources = Array.from({ length: masters }, (_, i) => bursts(bench, config, i, count));
  const asked: Asked[][] = sources.map(() => []);
  type Beat = { data: bigint; strobe: bigint; last: number };
  /** Beats of the bursts whose address has gone, and what went out of them. */
  const ready: Beat[][] = sources.map(() => []);
  const sent: Beat[][] = sources.map(() => []);
  const order: (Asked & { got: number })[] = [];
  const whole: Asked[] = [];
  const turns = new Turns(masters);
  sources.forEach((s, i) => {
    bench.source(io.fromAw[i] as StreamPins, s.next, (a: { address: bigint; length: number; id: number }) => {
      s.gone(a.id);
      asked[i]?.push({ master: i, id: a.id, beats: a.length + 1, address: a.address });
      for (let k = 0; k <= a.length; k++)
        ready[i]?.push({ data: random.bits(config.busBits), strobe: random.bits(bus), last: k === a.length ? 1 : 0 });
    });
    bench.source(
      io.fromW[i] as StreamPins,
      () => ready[i]?.[0],
      (b: Beat) => {
        ready[i]?.shift();
        sent[i]?.push(b);
      },
    );
  });
  bench.sink<Address>("aw", io.aw, (p) => {
    const { master, id } = split(config, masters, p.id);
    const a = asked[master]?.shift() as Asked;
    bench.check(a !== undefined, () => `master ${master} did not ask`);
    bench.check(a.address === p.address && a.beats === Number(p.length) + 1 && a.id === id, () => `a burst of ${master} has changed`);
    order.push({ ...a, got: 0 });
    turns.burst(master, (k) => io.fromAw[k]?.valid.value === 1n);
  });
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>("w", io.w, (p) => {
    const now = order[0] as Asked & { got: number };
    bench.check(now !== undefined, () => "data before its address");
    const b = sent[now.master]?.shift() as Beat;
    bench.check(
      b !== undefined && b.data === p.data && b.strobe === p.strobe && BigInt(b.last) === p.last,
      () => `data of ${now.master} is not its own, or out of turn`,
    );
    now.got++;
    bench.check((now.got === now.beats) === (p.last === 1n), () => `a burst of ${now.beats} beats ends with beat ${now.got}`);
    if (p.last === 1n) whole.push(order.shift() as Asked);
  });
  let answering: Asked | undefined;
  const expected: { id: bigint; response: bigint }[][] = sources.map(() => []);
  bench.source(
    io.b,
    () => {
      if (whole.length === 0) return undefined;
      answering = random.pick(whole);
      return { id: (BigInt(answering.master) << BigInt(Math.log2(config.dmaInFlight))) | BigInt(answering.id), response: random.below(4) };
    },
    (p: { response: number }) => {
      const a = answering as Asked;
      whole.splice(whole.indexOf(a), 1);
      expected[a.master]?.push({ id: BigInt(a.id), response: BigInt(p.response) });
    },
  );
  let answers = 0;
  sources.forEach((s, i) => {
    bench.sink<{ id: bigint; response: bigint }>(`b${i}`, io.fromB[i] as StreamPins, (p) => {
      const e = expected[i]?.shift();
      bench.check(e !== undefined && e.id === p.id && e.response === p.response, () => `an answer to ${i} is not its own`);
      answers++;
      s.used.delete(Number(p.id));
    });
  });
  bench.runUntil(() => answers === masters * count, 2000 * count);
  bench.check(expected.every((e) => e.length === 0) && whole.length === 0 && order.length === 0, () => "something is left over");
  bench.check(turns.longest < masters, () => `a master waited for ${turns.longest} bursts of others`);
};
