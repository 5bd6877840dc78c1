/** Accio's registers through every width at every place, slot by slot; then what they do to each other and to interrupts. */
import { isWritable } from "#hdl/regmap/fields.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { derived } from "#rtl/config/config.ts";
import { controlBits } from "#rtl/ict/slot-words.ts";
import { doorbellPages } from "#rtl/nic/registers.ts";
import type { SocConfig } from "#rtl/soc/config.ts";
import { interruptOf, regionOf, type SocMap } from "#rtl/soc/map.ts";
import { doorbellOperations } from "./doorbell-scenario.ts";
import { eventOperations } from "./event-scenario.ts";
import { NicModel } from "./nic-model.ts";
import { plicLine } from "./plic.ts";
import { prototypeOperations } from "./prototype-scenario.ts";
import { Recorder } from "./recorder.ts";
import type { Operation } from "./table.ts";

/** What a part of the scenario works with. */
export interface NicScene {
  readonly to: Operation[];
  readonly map: SocMap;
  readonly config: SocConfig;
  readonly nic: NicModel;
  readonly r: Recorder;
}

/** All but slots. */
const pageOperations = ({ r, nic }: NicScene): void => {
  const model = nic.registers;
  for (const element of model.registers.filter((x) => !x.title.startsWith("SLOT"))) {
    const { title, placed } = element;
    if (title === "TIMESTAMP") {
      r.clockLanes(title);
      continue;
    }
    // Queues stay off: their memory is nobody's.
    const off = /^(ORDINARY_[RT]X|EVENT_QUEUE|STATUS_LINES)\.CONTROL$/.test(title) ? 1n : 0n;
    r.readLanes(title);
    r.writeLanes(title, () => r.random.bits(64) & ~off);
    const after = Object.values(placed.register.fields).reduce((n, f) => (isWritable(f) ? n | (f.reset << BigInt(f.lowest)) : n), 0n);
    if (model.allows(element, true)) r.put(title, after);
  }
  r.refused();
};

const slotOperations = ({ r, config }: NicScene, n: number): void => {
  const at = (name: string): string => `SLOT[${n}].${name}`;
  const { pointerBits, hartBits } = derived(config.accio);
  // Also what is no size of a ring, and what is beyond the field.
  const size = (): bigint => (r.random.below(4) === 0 ? r.random.bits(17) : 1n << BigInt(r.random.below(pointerBits + 1)));
  // Nobody is queued for a hart that is not there.
  const control = (): bigint => {
    const hart = ((1n << BigInt(hartBits)) - 1n) << BigInt(controlBits.hart);
    return (r.random.bits(64) & ~hart) | (BigInt(r.random.below(config.harts)) << BigInt(controlBits.hart));
  };
  for (const name of ["LOCAL", "REMOTE", "NEXT_HOP", "RX_BASE", "TX_BASE", "TASK", "IDENTITY", "POLICY"]) {
    r.get(at(name));
    r.writeLanes(at(name));
    r.readLanes(at(name));
  }
  // From here on it is open now and then.
  r.readLanes(at("CONTROL"));
  r.writeLanes(at("CONTROL"), control);
  r.put(at("CONTROL"), 1n);
  for (const name of ["LOCAL", "REMOTE", "SUSPEND", "AVAILABLE", "RX_HEAD", "RX_BASE", "POLICY"]) {
    r.writeLanes(at(name));
    r.readLanes(at(name));
    r.get(at("STATUS"));
  }
  r.put(at("POLICY"), 0n);
  for (const name of ["RX_SIZE", "TX_SIZE"]) {
    r.readLanes(at(name));
    r.writeLanes(at(name), size);
    r.get(at("STATUS"));
    r.put(at("CONTROL"), 0n);
    r.put(at(name), 64n);
    r.readLanes(at(name));
  }
  for (const name of ["STATUS", "RX_TAIL", "TX_HEAD", "RX_DROPS", "RX_TIME", "TX_TIME"]) {
    r.readLanes(at(name));
    r.writeLanes(at(name));
  }
  // A doorbell of a slot that is off does nothing; of one that is on, beyond its ring, it stops the slot.
  r.writeLanes(at("TX_TAIL"));
  r.put(at("CONTROL"), 1n);
  for (const name of ["RX_HEAD", "RX_TAIL", "TX_HEAD", "TX_TAIL", "STATUS", "SUSPEND", "AVAILABLE"]) r.get(at(name));
  r.put(at("TX_TAIL"), 64n);
  r.get(at("STATUS"));
  r.writeLanes(at("TX_TAIL"));
  r.readLanes(at("TX_TAIL"));
  r.readLanes(at("STATUS"));
  r.put(at("CONTROL"), 0n);
  r.get(at("STATUS"));
  for (const name of ["RX_SIZE", "TX_SIZE", "SUSPEND", "AVAILABLE"]) r.put(at(name), 0n);
};

/** One endpoint, one slot: who comes second is told so, and stays closed. */
const endpointOperations = ({ r }: NicScene): void => {
  const endpoint = 0x0a00_0001n | (7n << 32n);
  for (const n of [0, 1]) {
    r.put(`SLOT[${n}].LOCAL`, endpoint);
    r.put(`SLOT[${n}].RX_SIZE`, 64n);
    r.put(`SLOT[${n}].CONTROL`, 1n);
    r.get(`SLOT[${n}].CONTROL`);
    r.get(`SLOT[${n}].STATUS`);
  }
  // The secret of the hash stays while a slot is open. Nothing tells but that the slot is still found.
  r.put("REKEY", 1n);
  r.put("SLOT[1].LOCAL", endpoint + 1n);
  r.put("SLOT[1].CONTROL", 1n);
  r.get("SLOT[1].STATUS");
  // An open slot that moves to what another has.
  r.put("SLOT[1].LOCAL", endpoint);
  r.get("SLOT[1].CONTROL");
  r.get("SLOT[1].STATUS");
  for (const n of [0, 1]) for (const name of ["CONTROL", "RX_SIZE"]) r.put(`SLOT[${n}].${name}`, 0n);
};

/** The wake-up line of each hart: slots that are open and sleep on what is there, the highest priority first. */
const wakeOperations = ({ to, map, config, r }: NicScene): void => {
  const plic = plicLine(to, map);
  for (let hart = 0; hart < config.harts; hart++) {
    const { source } = interruptOf(map, `wake${hart}`);
    const [low, high] = [0, 1].map((i) => (3 * hart + 1 + i) % config.accio.slots) as [number, number];
    const at = (name: string, n = low): string => `SLOT[${n}].${name}`;
    const control = (priority: bigint): bigint =>
      1n | (BigInt(hart) << BigInt(controlBits.hart)) | (priority << BigInt(controlBits.priority));
    const mask = `WAKE_MASK[${hart}]`;
    const thread = `CURRENT_THREAD[${hart}]`;
    const polling = (priority: bigint): bigint => (1n << 16n) | (priority << 24n);
    plic.watch(source);
    r.put(mask, 1n);
    for (const [n, priority] of [
      [low, 2n],
      [high, 5n],
    ] as const) {
      r.put(at("TASK", n), r.random.bits(64));
      r.put(at("CONTROL", n), control(priority));
    }
    plic.quiet();
    r.put(at("SUSPEND"), 1n);
    r.get(at("STATUS"));
    plic.quiet();
    // The consumer's offset is not the producer's: something waits.
    r.put(at("RX_HEAD"), 16n);
    r.get(at("STATUS"));
    plic.raised(source);
    // Still up, so that the controller tells of it again.
    plic.complete(source);
    plic.raised(source);
    r.put(at("SUSPEND"), 0n);
    r.get(at("SUSPEND"));
    plic.complete(source);
    plic.quiet();
    r.put(at("SUSPEND"), 1n);
    plic.raised(source);
    r.put(mask, 0n);
    plic.complete(source);
    plic.quiet();
    r.put(mask, 1n);
    plic.raised(source);
    r.put(at("RX_HEAD"), 0n);
    r.get(at("STATUS"));
    plic.complete(source);
    plic.quiet();
    // Who polls is not interrupted for what does not count more.
    r.put(thread, polling(2n));
    r.put(at("RX_HEAD"), 16n);
    plic.quiet();
    r.put(thread, polling(1n));
    plic.raised(source);
    r.put(thread, 0n);
    // Entries: the higher priority first; read in part they stay.
    r.readLanes(`PEEK[${hart}]`);
    r.put(at("AVAILABLE", high), 2n);
    r.put(at("SUSPEND", high), 3n);
    r.readLanes(`PEEK[${hart}]`);
    for (let i = 0; i < 2; i++) {
      r.get(`PEEK[${hart}]`);
      r.readLanes(`TAKE[${hart}]`);
      for (const n of [low, high]) r.get(at("SUSPEND", n));
    }
    r.get(`TAKE[${hart}]`);
    plic.complete(source);
    plic.quiet();
    for (const n of [low, high]) r.put(at("CONTROL", n), 0n);
    r.put(mask, 0n);
    plic.end();
  }
};

/**
 * The whole list for Accio.
 * @param slots whose registers are tried in every way; all unless said
 */
export const nicOperations = (map: SocMap, random: Random, slots?: readonly number[]): readonly Operation[] => {
  const to: Operation[] = [];
  const { config } = map;
  const nic = new NicModel(config.accio);
  const r = new Recorder(to, nic.registers, regionOf(map, "accio").base, random);
  const scene: NicScene = { to, map, config, nic, r };
  pageOperations(scene);
  for (const n of slots ?? Array.from({ length: config.accio.slots }, (_, i) => i)) slotOperations(scene, n);
  endpointOperations(scene);
  wakeOperations(scene);
  doorbellOperations(scene, [5, config.accio.slots, doorbellPages - 1]);
  eventOperations(scene);
  if (config.accio.prototypeView) prototypeOperations(scene);
  return to;
};
