/**
 * The kernel's registers in hardware against a model made of the map: in every cycle a random access, random values on
 * every pin that hardware drives, and everything that the block gives looked at.
 */
import type { HardwareModule, Module } from "#hdl";
import { registerBlock } from "#hdl/regmap/block.ts";
import type { Config } from "#rtl/config/config.ts";
import { registerIdBits } from "#rtl/ict/port.ts";
import { doorbellsOffset, nicMap, portBytes, prototypeBytes, prototypeOffset } from "#rtl/nic/registers.ts";
import { BlockBench, ones } from "./block-bench.ts";

type Fields = ReturnType<typeof nicMap>["registers"][number]["register"]["fields"];
interface Place {
  /** As pins are called: "RX_DROP_TTL". */
  readonly name: string;
  readonly fields: Fields;
  /** Number in an array. */
  readonly index: number;
  /** Pins through which its accesses leave the block. */
  readonly exit: string | null;
}

interface Access {
  readonly valid: boolean;
  readonly write: boolean;
  readonly offset: number;
  readonly data: bigint;
  readonly strobe: number;
  readonly source: bigint;
}

/** The block that `checkPage` looks at. */
export const pageBlock = (c: Config): Module => registerBlock(nicMap(c), { sourceBits: registerIdBits });

const kindsThat = {
  read: ["rw", "ro", "w1c", "counter", "pop", "external", "fixed"],
  write: ["rw", "wo", "w1c", "command", "external"],
  keep: ["rw", "wo"],
} as const;
const bitsOf = (fields: Fields, kinds: readonly string[]): bigint =>
  Object.values(fields).reduce((m, f) => (kinds.includes(f.kind) ? m | (ones(f.type.width) << BigInt(f.lowest)) : m), 0n);
const lanes = (strobe: number): bigint =>
  Array.from({ length: 8 }, (_, i) => ((strobe >> i) & 1 ? 0xffn << BigInt(8 * i) : 0n)).reduce((a, b) => a | b);
/** Bytes in which these bits lie. */
const strobeOf = (bits: bigint): number =>
  Array.from({ length: 8 }, (_, i) => (((bits >> BigInt(8 * i)) & 0xffn) === 0n ? 0 : 1 << i)).reduce((a, b) => a | b, 0);
/** Accesses of 1, 2, 4 and 8 bytes, aligned. */
const strobes = [1, 2, 4, 8].flatMap((bytes) => Array.from({ length: 8 / bytes }, (_, i) => ((1 << bytes) - 1) << (bytes * i)));

const placesOf = (c: Config): ReadonlyMap<number, Place> =>
  new Map(
    nicMap(c).registers.flatMap((r) => {
      const array = r.arrays[0];
      const name = r.path.join("_");
      const exit = name.startsWith("SLOT_") ? "SLOT" : r.forwarded ? name : null;
      return Array.from(
        { length: array?.count ?? 1 },
        (_, index) => [r.offset + index * (array?.stride ?? 0), { name, fields: r.register.fields, index, exit }] as const,
      );
    }),
  );

/** Plays `cycles` random cycles; throws where the block is not as the map says. */
export const checkPage = (block: Module, c: Config, cycles: number, seed: number): void => {
  const bench = new BlockBench(block as HardwareModule, seed);
  const { sim, random } = bench;
  const places = placesOf(c);
  const all = [...places.keys()];
  const inPage = all.filter((at) => places.get(at)?.exit !== "SLOT");
  /** Writes where no register is but one bit away, at the ends of the prototype's window, and of each byte of each register. */
  const strays = [
    ...inPage.flatMap((at) =>
      Array.from({ length: Math.log2(portBytes / 8) }, (_, bit) => ({ of: at, offset: at ^ (8 << bit), strobe: 0xff })),
    ),
    ...[prototypeOffset, prototypeOffset + prototypeBytes].flatMap((end) =>
      [end - 8, end].map((offset) => ({ of: offset, offset, strobe: 0xff })),
    ),
    ...inPage.flatMap((offset) => Array.from({ length: 8 }, (_, byte) => ({ of: offset, offset, strobe: 1 << byte }))),
  ].filter(({ offset }) => offset < portBytes);
  const flags = all.filter((at) => /^EVENTS$|^EVENT_MASK$/.test(places.get(at)?.name ?? ""));
  const inputs = block.ports.filter((p) => p.kind === "input" && !/^(clk|rst|bus_)/.test(p.name));
  const outputs = new Set(block.ports.filter((p) => p.kind === "output").map((p) => p.name));
  const exits = [...new Set([...places.values()].flatMap((p) => p.exit ?? [])), "DOORBELLS", ...(c.prototypeView ? ["PROTOTYPE"] : [])];
  const is = (what: string, seen: bigint, expected: bigint): void =>
    bench.check(seen === expected, () => `${what} is 0x${seen.toString(16)}, not 0x${expected.toString(16)}`);
  const windowAt = (offset: number): { readonly exit: string; readonly word: number } | null =>
    offset >= doorbellsOffset
      ? { exit: "DOORBELLS", word: (offset - doorbellsOffset) / 8 }
      : c.prototypeView && offset >= prototypeOffset && offset < prototypeOffset + prototypeBytes
        ? { exit: "PROTOTYPE", word: (offset - prototypeOffset) / 8 }
        : null;

  /** What the block itself keeps, in the bits of the register. */
  const held = new Map<number, bigint>();
  const resets = (): void => {
    for (const at of all)
      held.set(
        at,
        Object.values((places.get(at) as Place).fields).reduce((v, f) => v | (f.reset << BigInt(f.lowest)), 0n),
      );
  };
  resets();
  /** A pin that an array has for each of its elements, side by side. */
  const pin = (path: string, width: number, index: number): bigint => (sim.peek(path) >> BigInt(width * index)) & ones(width);
  let answer: { readonly error: boolean; readonly data: bigint; readonly exit: string | null; readonly mask: bigint } | null = null;
  let quiet = false;
  let access: Access | null = null;

  for (; bench.cycle < cycles; bench.cycle++) {
    // Now and then reset comes, whatever is under way: a read of something that has a value.
    if (bench.cycle % 1000 === 999) {
      for (const p of inputs) sim.poke(p.name, random.bits(p.width));
      for (const [name, value] of Object.entries({ valid: 1, write: 0, word: random.pick(all) / 8, strobe: 0xff }))
        sim.poke(`bus_${name}`, value);
      sim.reset(1);
      resets();
      answer = null;
      if (access?.write) strays.push({ of: access.offset, ...access });
      access = null;
    }
    // Flags are seen to be set one by one only while little happens.
    if (bench.cycle % 32 === 0) quiet = random.oneIn(2);
    const begins = bench.cycle < inPage.length;
    const happens = (width: number): bigint => (!begins && random.oneIn(quiet ? 24 : 2) ? random.bits(width) : 0n);
    for (const p of inputs) sim.poke(p.name, /_(set|increment)$/.test(p.name) ? happens(p.width) : random.bits(p.width));
    const anywhere = (): number =>
      random.oneIn(4)
        ? random.below(portBytes / 8) * 8
        : random.oneIn(3)
          ? doorbellsOffset + 8 * random.below(2 ** 19)
          : random.oneIn(3)
            ? prototypeOffset + 8 * random.below(prototypeBytes / 8)
            : random.pick(all) ^ (8 << random.below(20));
    // An access that has not moved stands.
    const stray: (typeof strays)[0] | undefined = access === null && !begins && random.oneIn(3) ? strays.shift() : undefined;
    access ??= {
      valid: begins || stray !== undefined || !random.oneIn(4),
      write: stray !== undefined || (!begins && random.oneIn(2)),
      offset: begins
        ? (inPage[bench.cycle] as number)
        : stray !== undefined
          ? stray.offset
          : random.oneIn(4)
            ? anywhere()
            : random.pick(random.oneIn(3) ? all : random.oneIn(3) ? flags : inPage),
      // What the register next to it does not hold already.
      data: stray === undefined ? random.bits(64) : ~(held.get(stray.of) ?? 0n) & ones(64),
      strobe: stray !== undefined ? stray.strobe : begins || random.oneIn(2) ? 0xff : random.pick(strobes),
      source: random.bits(registerIdBits),
    };
    const { valid, write, offset, data, strobe, source } = access;
    for (const [name, value] of Object.entries({ valid: valid ? 1 : 0, write: write ? 1 : 0, word: offset / 8, data, strobe, source }))
      sim.poke(`bus_${name}`, value);

    // ---- whether it is allowed, and where it goes ------------------------------------------------------
    const at = places.get(offset);
    const window = windowAt(offset);
    const reached = lanes(strobe);
    // What a read takes it takes whole.
    const taken = at === undefined || write ? 0n : bitsOf(at.fields, ["pop"]);
    const needed = strobeOf(taken);
    // And what a write commands.
    const commands = at === undefined || !write || at.exit !== null ? [] : Object.values(at.fields).filter((f) => f.kind === "command");
    const bytesOf = (f: Fields[string]): number => strobeOf(ones(f.type.width) << BigInt(f.lowest));
    const whole = [needed, ...commands.map(bytesOf)].every((bytes) => (strobe & bytes) === bytes || (strobe & bytes) === 0);
    const allowed = window !== null || (at !== undefined && bitsOf(at.fields, write ? kindsThat.write : kindsThat.read) !== 0n && whole);
    const exit = allowed ? (window?.exit ?? at?.exit ?? null) : null;
    const ready = exit === null ? 1n : sim.peek(`${exit}_ready`);
    is("ready", sim.peek("bus_ready"), ready);
    for (const name of exits) is(`${name}_valid`, sim.peek(`${name}_valid`), valid && name === exit ? 1n : 0n);
    if (valid && exit !== null) {
      is(`${exit}_write`, sim.peek(`${exit}_write`), write ? 1n : 0n);
      is(`${exit}_data`, sim.peek(`${exit}_data`), data);
      is(`${exit}_strobe`, sim.peek(`${exit}_strobe`), BigInt(strobe));
      is(`${exit}_source`, sim.peek(`${exit}_source`), source);
      if (window !== null) is(`${exit}_word`, sim.peek(`${exit}_word`), BigInt(window.word));
      else if (outputs.has(`${exit}_index`)) is(`${exit}_index`, sim.peek(`${exit}_index`), BigInt((at as Place).index));
      if (exit === "SLOT") is("SLOT_word", sim.peek("SLOT_word"), BigInt((offset % 256) / 8));
    }

    // ---- the answer to the access before ---------------------------------------------------------------
    is("answered", sim.peek("bus_response_valid"), answer === null ? 0n : 1n);
    if (answer !== null) {
      const refused = answer.exit !== null && sim.peek(`${answer.exit}_response_error`) === 1n;
      is("refused", sim.peek("bus_response_error"), answer.error || refused ? 1n : 0n);
      const given = answer.exit === null || refused ? 0n : sim.peek(`${answer.exit}_response_data`) & answer.mask;
      is("data", sim.peek("bus_response_data"), answer.data | given);
    }

    // ---- what hardware sees and tells --------------------------------------------------------------------
    const moves = valid && allowed && exit === null;
    let shown = 0n;
    for (const [place, { name, fields, index, exit: leaves }] of places) {
      if (leaves !== null) continue;
      const before = held.get(place) as bigint;
      const mine = moves && place === offset;
      let next = before;
      for (const [key, f] of Object.entries(fields)) {
        const { width } = f.type;
        const path = `${name}_${key}`;
        const [low, mask] = [BigInt(f.lowest), ones(width)];
        const inBits = mask << low;
        const value = (before >> low) & mask;
        const kept = (v: bigint): void => {
          next = (next & ~inBits) | ((v & mask) << low);
        };
        const covered = mine && write ? (reached >> low) & mask : 0n;
        const merged = (v: bigint): bigint => (v & ~covered) | ((data >> low) & covered);
        const reads = mine && !write;
        if (f.kind === "rw" || f.kind === "wo") {
          is(path, pin(path, width, index), value);
          kept(merged(value));
          if (reads && f.kind === "rw") shown |= value << low;
        } else if (f.kind === "w1c") {
          is(`${path}_value`, pin(`${path}_value`, width, index), value);
          kept((value & ~((data >> low) & covered)) | pin(`${path}_set`, width, index));
          if (reads) shown |= value << low;
        } else if (f.kind === "counter") {
          is(`${path}_value`, pin(`${path}_value`, width, index), value);
          kept(value + sim.peek(`${path}_increment`));
          if (reads) shown |= value << low;
        } else if (f.kind === "command") {
          is(`${path}_written`, sim.peek(`${path}_written`), covered === 0n ? 0n : 1n);
          if (covered !== 0n) is(`${path}_data`, sim.peek(`${path}_data`), (data >> low) & mask);
        } else if (f.kind === "external") {
          const now = pin(`${path}_value`, width, index);
          is(`${path}_written`, pin(`${path}_written`, 1, index), covered === 0n ? 0n : 1n);
          if (covered !== 0n) is(`${path}_data`, sim.peek(`${path}_data`), merged(now));
          if (reads) shown |= now << low;
        } else if (reads) shown |= (f.kind === "fixed" ? f.reset : pin(path, width, index)) << low;
      }
      held.set(place, next);
    }
    const mask = window !== null ? ones(64) : at === undefined ? 0n : bitsOf(at.fields, kindsThat.read);
    const moved = ready === 1n || !valid;
    if (moved) access = null;
    answer = valid && moved ? { error: !allowed, data: shown, exit, mask: write ? 0n : mask } : null;
    sim.step();
  }
};
