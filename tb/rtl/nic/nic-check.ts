/**
 * `nic` around a core that does what the test says, against a model of the register page: in every cycle a random access,
 * random events and losses, and random values on every wire between the core and the outside.
 */
import type { Module } from "#hdl";
import { dropCauses } from "#rtl/common.ts";
import type { Config } from "#rtl/config/config.ts";
import { slotStride } from "#rtl/ict/slot-layout.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { nic } from "#rtl/nic/nic.ts";
import { lossBits, nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { heldName, puppet } from "../puppet.ts";
import { withInstance } from "../with-instance.ts";
import { BlockBench, ones } from "./block-bench.ts";

type Nic = ReturnType<typeof nic>;
type Fields = ReturnType<typeof nicMap>["registers"][number]["register"]["fields"];

/** `nic` with a core for `checkNic` to play. */
export const nicAroundPuppet = (c: Config): Nic => withInstance(nic(c), "core", puppet(nicCore(c)));

const lanes = (strobe: number): bigint =>
  Array.from({ length: 8 }, (_, i) => ((strobe >> i) & 1 ? 0xffn << BigInt(8 * i) : 0n)).reduce((a, b) => a | b);
const bitsOf = (fields: Fields, kinds: readonly string[]): bigint =>
  Object.values(fields)
    .filter((f) => kinds.includes(f.kind))
    .reduce((m, f) => m | (ones(f.type.width) << BigInt(f.lowest)), 0n);
const writable: readonly string[] = ["rw", "w1c", "external"];
const strobes = [1, 2, 4, 8].flatMap((bytes) => Array.from({ length: 8 / bytes }, (_, i) => ((1 << bytes) - 1) << (bytes * i)));

/** A register by its place: of the page, and of any slot. */
const registersOf = (c: Config): ReadonlyMap<number, { readonly title: string; readonly fields: Fields }> =>
  new Map(
    nicMap(c).registers.flatMap((r) =>
      Array.from(
        { length: r.arrays.length === 0 ? 1 : c.slots },
        (_, i) => [r.offset + i * slotStride, { title: r.title, fields: r.register.fields }] as const,
      ),
    ),
  );

/** Plays `cycles` random cycles; throws where the block is not as the model says. `prepare` sets inputs of its own. */
export const checkNic = (
  block: Nic,
  c: Config,
  cycles: number,
  seed: number,
  prepare: (bench: BlockBench<Nic>) => void = () => {},
): void => {
  const bench = new BlockBench(block, seed);
  const { sim, random } = bench;
  prepare(bench);
  const core: Module = puppet(nicCore(c));
  const registers = registersOf(c);
  const places = [...registers.keys()];
  const { size } = nicMap(c);
  const flags = places.filter((p) => /^EVENT/.test(registers.get(p)?.title ?? ""));
  const inPage = places.filter((p) => p < slotsOffset);
  const is = (what: string, seen: bigint, expected: bigint): void =>
    bench.check(seen === expected, () => `${what} is 0x${seen.toString(16)}, not 0x${expected.toString(16)}`);
  const peek = (path: string): bigint => sim.peek(path);
  const bit = (value: boolean): bigint => (value ? 1n : 0n);

  // What the page holds, by the names of the map.
  const held = new Map<string, bigint>();
  for (const { title, fields } of registers.values())
    held.set(
      title,
      Object.values(fields).reduce((v, f) => v | (f.reset << BigInt(f.lowest)), 0n),
    );
  const value = (title: string): bigint => held.get(title) as bigint;
  const field = (title: string, lowest: number, width: number): bigint => (value(title) >> BigInt(lowest)) & ones(width);
  let now = 0n;
  let quiet = false;
  /** What the access of the cycle before must be answered. */
  let answer: { readonly error: boolean; readonly data: bigint; readonly ofSlot: bigint } | null = null;

  const outputs = core.ports.filter((p) => p.kind === "output");
  const shared = core.ports.filter((p) => block.ports.some((q) => q.name === p.name)).map((p) => p.name);
  const inputs = block.ports.filter((p) => p.kind === "input" && shared.includes(p.name));
  /** At first nothing happens, and software reads what reset has left. */
  const quietCycles = inPage.length + 1;
  for (; bench.cycle < cycles; bench.cycle++) {
    const begins = bench.cycle < quietCycles;
    // Flags are seen to be set one by one only while little happens.
    if (bench.cycle % 32 === 0) quiet = random.oneIn(2);
    const happens = (width: number): bigint =>
      !begins && random.oneIn(quiet ? 24 : 2) ? random.bits(width) & (random.oneIn(2) ? ones(width) : random.bits(width)) : 0n;
    for (const p of outputs) sim.poke(`core.${heldName(p.name)}`, p.name.startsWith("events_") ? happens(p.width) : random.bits(p.width));
    for (const p of inputs) sim.poke(p.name, random.bits(p.width));
    const overflowed = happens(lossBits);
    const spoiled = happens(lossBits);
    sim.io.wireLosses.value = { overflowed, spoiled };
    // An address that is a single bit away from a register's is another's, or none's.
    const anywhere = (): number =>
      random.oneIn(2)
        ? random.below(size / 8) * 8
        : random.pick(inPage) ^ (random.oneIn(2) ? slotsOffset : 8 << random.below(Math.log2(size / 8)));
    const valid = bench.cycle > 0 && (begins || !random.oneIn(4));
    const write = !begins && random.oneIn(2);
    const offset = begins
      ? (inPage[bench.cycle - 1] ?? 0)
      : random.oneIn(3)
        ? anywhere()
        : random.pick(random.oneIn(3) ? places : random.oneIn(3) ? flags : inPage);
    const data = random.bits(64);
    const strobe = random.oneIn(2) ? 0xff : random.pick(strobes);
    const bus = sim.io.registers;
    bus.valid.value = valid;
    bus.write.value = write;
    bus.word.value = offset / 8;
    bus.data.value = data;
    bus.strobe.value = strobe;

    // What goes through.
    for (const name of shared) is(`${name} at the core`, peek(`core.${name}`), peek(name));
    is("irqWake", peek("irqWake"), peek("core.irq"));
    is("now", peek("core.now"), now);
    is("enable", peek("core.control_enable"), value("CONTROL"));
    is("mac", peek("core.control_mac"), value("MAC"));
    is("largest", peek("core.control_largest"), field("TRANSMIT", 0, 16));
    is("ttl", peek("core.control_ttl"), field("TRANSMIT", 16, 8));
    is("tos", peek("core.control_tos"), field("TRANSMIT", 24, 8));
    is("the event line", peek("irqEvent"), bit((value("EVENTS") & value("EVENT_MASK")) !== 0n));

    // The answer to the access before.
    is("answered", peek("registers_response_valid"), bit(answer !== null));
    if (answer !== null) {
      is("refused", peek("registers_response_error"), bit(answer.error));
      is("data", peek("registers_response_data"), answer.data | (peek("core.readData") & answer.ofSlot));
    }

    // This access.
    is("ready", peek("registers_ready"), 1n);
    const at = registers.get(offset);
    const allowed = at !== undefined && (!write || bitsOf(at.fields, writable) !== 0n);
    const ofSlot = offset >= slotsOffset;
    is("an access of the table", peek("core.access_valid"), bit(valid && allowed && ofSlot));
    if (valid && allowed && ofSlot) {
      is("its slot", peek("core.access_slot"), BigInt(Math.floor((offset - slotsOffset) / slotStride)));
      is("its word", peek("core.access_word"), BigInt(((offset - slotsOffset) % slotStride) / 8));
      is("its kind", peek("core.access_write"), bit(write));
      if (write) {
        is("its data", peek("core.access_data"), data);
        is("its strobe", peek("core.access_strobe"), BigInt(strobe));
      }
    }
    const reads = allowed && !write;
    held.set("TIMESTAMP", now);
    answer = !valid
      ? null
      : {
          error: !allowed,
          data: reads && !ofSlot ? value(at.title) : 0n,
          ofSlot: reads && ofSlot ? bitsOf(at.fields, ["external", "ro"]) : 0n,
        };

    // What happens at the edge: software first, since what hardware sets wins.
    if (valid && write && allowed && !ofSlot) {
      const reached = lanes(strobe);
      const kept = reached & bitsOf(at.fields, ["rw"]);
      const cleared = reached & bitsOf(at.fields, ["w1c"]) & data;
      held.set(at.title, (value(at.title) & ~kept & ~cleared) | (data & kept));
    }
    const event = (name: string): bigint => peek(`core.events_${name}`);
    const cause = (i: number): bigint => (event("verdicts") >> BigInt(i)) & 1n;
    const dmaError = cause(dropCauses.indexOf("dma_error"));
    const count = (title: string, ...increments: readonly bigint[]): void => {
      held.set(
        title,
        BigInt.asUintN(
          64,
          increments.reduce((a, b) => a + b, value(title)),
        ),
      );
    };
    count("RX_FRAMES", event("rxFrames"), overflowed, spoiled);
    count("RX_ACCEPTED", event("rxCommitted"), event("rxEmpty"));
    count("RX_ORDINARY", event("rxOrdinary"));
    count("RX_OVERFLOW", event("rxOverflow"), overflowed);
    count("RX_SPOILED", event("rxSpoiled"), spoiled);
    count("RX_OVERSIZE", event("rxOversize"));
    count("TX_FRAMES", event("txFrames"));
    count("TX_MALFORMED", event("txMalformed"));
    count("TX_FAILED", event("txFailed"));
    for (const [i, name] of dropCauses.entries())
      count(`RX_DROP.${name.toUpperCase()}`, cause(i), name === "dma_error" ? event("rxLost") : 0n);
    const set =
      bit(event("rxOverflow") === 1n || overflowed > 0n) |
      ((event("txFailed") | event("rxLost") | dmaError) << 1n) |
      (event("txMalformed") << 2n);
    held.set("EVENTS", value("EVENTS") | set);
    for (const [name, expected] of Object.entries({
      parsed: event("rxFrames"),
      refused: event("rxOverflow") | event("rxSpoiled") | event("rxOversize"),
      delivered: event("rxAccepted"),
      empty: event("rxEmpty"),
      ordinary: event("rxOrdinary"),
      causes: event("verdicts"),
      committed: event("rxCommitted"),
      lost: event("rxLost"),
      sent: event("txFrames"),
    }))
      is(`trace.${name}`, peek(`trace_${name}`), expected);
    sim.step();
    now++;
  }
};
