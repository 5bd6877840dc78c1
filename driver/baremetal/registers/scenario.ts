/** Every register of a system through every width at every place, then what registers do to each other and to interrupts. */
import { isWritable } from "#hdl/regmap/fields.ts";
import { Random } from "#hdl/simulate/index.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { bootCode } from "#rtl/soc/boot-rom.ts";
import type { SocConfig } from "#rtl/soc/config.ts";
import { interruptOf, regionOf, type SocMap, socMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { RegisterModel } from "./model.ts";
import { Recorder } from "./recorder.ts";
import { SlotModel } from "./slot-model.ts";
import { lanes, type Operation, operation } from "./table.ts";
import { uartOperations } from "./uart-model.ts";

/** Causes of exceptions (privileged specification, table 3.6). */
const loadFault = 5n;
const storeFault = 7n;
/** An address that nothing has, for harts and for DMA. */
const nowhere = 0x0800_0000;

/** Boot ROM: its code, then zeros; what is written is refused. */
const bootRom = (map: SocMap, random: Random): readonly Operation[] => {
  const { base } = regionOf(map, "boot_rom");
  const code = bootCode(map);
  const word = (i: number): bigint => BigInt(code[2 * i] ?? 0) | (BigInt(code[2 * i + 1] ?? 0) << 32n);
  const words = [...Array.from({ length: Math.ceil(code.length / 2) + 1 }, (_, i) => i), 511];
  const read = words.flatMap((i) =>
    lanes.map((l) => operation("read", "boot_rom", base + 8 * i + l.first, l.bytes, word(i) >> BigInt(8 * l.first))),
  );
  const write = lanes.map((l) => operation("write", "boot_rom", base + l.first, l.bytes, random.bits(8 * l.bytes)));
  return [...read, ...write, ...lanes.map((l) => operation("read", "boot_rom", base + l.first, l.bytes, word(0) >> BigInt(8 * l.first)))];
};

/** Where Rocket itself refuses: outside of everything, and across a device's alignment. A bus error does not trap on Rocket. */
const traps = (map: SocMap): readonly Operation[] => {
  const device = regionOf(map, "accio").base;
  const places = [0x0008_0000, nowhere, 0x0bff_fff8];
  const both = (address: number, bytes: Operation["bytes"]): readonly Operation[] => [
    operation("readTraps", "nowhere", address, bytes, loadFault),
    operation("writeTraps", "nowhere", address, bytes, storeFault),
  ];
  return [
    ...places.flatMap((at) => lanes.flatMap((l) => both(at + l.first, l.bytes))),
    ...([2, 4, 8] as const).flatMap((bytes) => Array.from({ length: bytes - 1 }, (_, i) => both(device + i + 1, bytes)).flat()),
  ];
};

/** Words of the map without a register: the first and the last of each gap. */
const gaps = (model: RegisterModel): readonly number[] => {
  const ends = [...model.registers.map((r) => r.offset), model.map.size];
  const starts = [-8, ...model.registers.map((r) => r.offset)];
  return [...new Set(ends.flatMap((end, i) => ((starts[i] as number) + 8 < end ? [(starts[i] as number) + 8, end - 8] : [])))];
};
/** What is refused reads as zero, and what is written there changes nothing in front of or behind it. */
const refused = (r: Recorder, model: RegisterModel): void => {
  for (const offset of gaps(model))
    for (const { first, bytes } of lanes) {
      r.read(offset + first, bytes);
      r.write(offset + first, bytes, r.random.bits(64));
      r.read(offset, 8);
    }
};

const system = (to: Operation[], map: SocMap, random: Random): void => {
  // What they are in the simulator: the program lies at the start of memory, and there is no device tree.
  const model = new RegisterModel(systemMap, {
    read: (title) => (title === "ENTRY" ? BigInt(regionOf(map, "memory").base) : 0n),
    write: () => {},
  });
  const { base } = regionOf(map, "system");
  const r = new Recorder(to, model, base, random);
  for (const title of ["EXIT", "ENTRY", "DEVICE_TREE"]) r.readLanes(title);
  r.clockLanes("CYCLES");
  // Writes of the exit code's bytes that are not all of them, and of the bytes beside it.
  for (const { first, bytes } of lanes) if (first >= 4 || bytes < 4) r.write(first, bytes, random.bits(64));
  for (const title of ["ENTRY", "DEVICE_TREE"]) r.writeLanes(title);
  refused(r, model);
};

class Nic {
  readonly model: RegisterModel;
  readonly slots: SlotModel;
  readonly r: Recorder;
  readonly #to: Operation[];
  readonly #config: SocConfig;
  readonly #map: SocMap;

  constructor(to: Operation[], map: SocMap, random: Random) {
    this.#to = to;
    this.#map = map;
    this.#config = map.config;
    this.slots = new SlotModel(this.#config.accio);
    this.model = new RegisterModel(nicMap(this.#config.accio), this.slots);
    this.r = new Recorder(to, this.model, regionOf(map, "accio").base, random);
  }

  /** All but slots. */
  registers(): void {
    const { r, model } = this;
    for (const { title, placed } of model.registers.filter((x) => !x.title.startsWith("SLOT"))) {
      if (title === "TIMESTAMP") r.clockLanes(title);
      else {
        r.readLanes(title);
        r.writeLanes(title);
      }
      const after = Object.values(placed.register.fields).reduce((n, f) => (isWritable(f) ? n | (f.reset << BigInt(f.lowest)) : n), 0n);
      if (model.allows(this.#element(title), true)) r.put(title, after);
    }
    refused(r, model);
  }
  #element(title: string) {
    return this.model.registers.find((x) => x.title === title) as RegisterModel["registers"][number];
  }

  slot(n: number): void {
    const { r } = this;
    const at = (name: string): string => `SLOT[${n}].${name}`;
    // Within the field: the table takes what is beyond it for part of the size, too.
    const size = (): bigint => (r.random.below(4) === 0 ? r.random.bits(17) : 1n << BigInt(r.random.below(17)));
    // Memory has no value after reset.
    for (const name of ["RX_BASE", "TX_BASE", "NEXT_HOP"]) r.put(at(name), 0n);
    for (const name of ["CONTROL", "LOCAL", "REMOTE", "NEXT_HOP", "RX_SUSPEND", "RX_BASE", "RX_HEAD", "TX_BASE"]) {
      r.get(at(name));
      r.writeLanes(at(name));
      r.readLanes(at(name));
    }
    for (const name of ["RX_SIZE", "TX_SIZE"]) {
      r.writeLanes(at(name), size);
      r.put(at(name), 64n);
      r.readLanes(at(name));
    }
    for (const name of ["STATUS", "RX_TAIL", "TX_HEAD", "RX_DROPS"]) {
      r.readLanes(at(name));
      r.writeLanes(at(name));
    }
    // A doorbell of a slot that is off does nothing; of one that is on, beyond its ring, it stops the slot.
    r.put(at("CONTROL"), 0n);
    r.writeLanes(at("TX_TAIL"));
    r.put(at("CONTROL"), 1n);
    for (const name of ["RX_HEAD", "RX_TAIL", "TX_HEAD", "TX_TAIL", "STATUS", "RX_SUSPEND"]) r.get(at(name));
    r.put(at("TX_TAIL"), 64n);
    r.get(at("STATUS"));
    r.writeLanes(at("TX_TAIL"));
    r.readLanes(at("TX_TAIL"));
    r.readLanes(at("STATUS"));
    r.put(at("CONTROL"), 0n);
    r.get(at("STATUS"));
    for (const name of ["RX_SIZE", "TX_SIZE", "RX_SUSPEND"]) r.put(at(name), 0n);
  }

  /** The interrupt controller: a source's line as a claim sees it. */
  #plic() {
    const { base } = regionOf(this.#map, "plic");
    const name = "plic";
    const enable = base + 0x2000;
    const claim = base + 0x20_0004;
    const push = (kind: Operation["kind"], address: number, value: bigint, mask?: bigint): void => {
      this.#to.push(operation(kind, name, address, 4, value, mask));
    };
    return {
      /** From here on claims are for this source. What it did before is taken and given back. */
      watch: (source: number): void => {
        push("write", base + 4 * source, 1n);
        push("write", enable, 1n << BigInt(source));
        push("read", claim, 0n, 0n);
        push("write", claim, BigInt(source));
      },
      /** The line is up. */
      raised: (source: number): void => {
        push("wait", base + 0x1000, 1n << BigInt(source), 1n << BigInt(source));
        push("read", claim, BigInt(source));
      },
      complete: (source: number): void => push("write", claim, BigInt(source)),
      /** Nobody has anything. */
      quiet: (): void => push("read", claim, 0n),
      end: (): void => push("write", enable, 0n),
    };
  }

  /** The wake-up line of each hart: a slot that is on, sleeps and has data. */
  wake(): void {
    const { r } = this;
    const plic = this.#plic();
    for (let hart = 0; hart < this.#config.harts; hart++) {
      const { source } = interruptOf(this.#map, `wake${hart}`);
      const at = (name: string): string => `SLOT[${(3 * hart + 1) % this.#config.accio.slots}].${name}`;
      plic.watch(source);
      r.put(at("CONTROL"), 1n | (BigInt(hart) << 8n));
      plic.quiet();
      r.put(at("RX_SUSPEND"), 1n);
      r.get(at("STATUS"));
      plic.quiet();
      // The consumer's offset is not the producer's: something waits.
      r.put(at("RX_HEAD"), 16n);
      r.get(at("STATUS"));
      plic.raised(source);
      // Still up, so that the controller tells of it again.
      plic.complete(source);
      plic.raised(source);
      r.put(at("RX_SUSPEND"), 0n);
      r.get(at("RX_SUSPEND"));
      plic.complete(source);
      plic.quiet();
      r.put(at("RX_SUSPEND"), 1n);
      plic.raised(source);
      r.put(at("RX_HEAD"), 0n);
      r.get(at("STATUS"));
      plic.complete(source);
      plic.quiet();
      r.put(at("CONTROL"), 0n);
      plic.end();
    }
  }

  /** Sends a datagram, one that cannot be, and one that memory does not have: counters, events and their line. */
  events(): void {
    const { r, model, slots } = this;
    const plic = this.#plic();
    const { source } = interruptOf(this.#map, "event");
    const at = (name: string): string => `SLOT[2].${name}`;
    const datagrams = 0b111n;
    const stream = 0b011n;
    const open = (control: bigint): void => {
      r.put(at("CONTROL"), control);
      r.get(at("STATUS"));
    };
    const doorbell = (): void => {
      // Until the hardware has taken it up the model is wrong about what is under way: nothing is read before it is awaited.
      model.write(this.#element(at("TX_TAIL")).offset, 8, 48n);
      this.#to.push(
        operation("write", `accio ${at("TX_TAIL")}`, regionOf(this.#map, "accio").base + this.#element(at("TX_TAIL")).offset, 8, 48n),
      );
    };
    const header = (length: bigint): void => {
      this.#to.push(operation("buffer", "memory", 0, 8, length));
      for (let i = 1; i < 8; i++) this.#to.push(operation("buffer", "memory", 8 * i, 8, r.random.bits(64)));
    };
    plic.watch(source);
    r.put("EVENT_MASK", 0n);
    r.put("CONTROL", 1n);
    r.put("MAC", 0x02_00_00_00_00_01n);
    r.put(at("LOCAL"), 0x0a00_0001n | (7n << 32n));
    r.put(at("REMOTE"), 0x0a00_0002n | (40_000n << 32n));
    r.put(at("NEXT_HOP"), 0x02_00_00_00_00_02n);
    r.pointer(at("TX_BASE"), 0n);
    r.put(at("TX_SIZE"), 64n);

    // 20 bytes: a record of 48.
    header(20n);
    open(datagrams);
    doorbell();
    slots.sent(2);
    r.await(at("TX_HEAD"));
    model.set("TX_FRAMES", "count", 1n);
    r.await("TX_FRAMES");
    r.readLanes("TX_FRAMES");
    r.get(at("STATUS"));
    r.get("EVENTS");

    // Longer than what a frame holds.
    r.put(at("CONTROL"), 0n);
    header(0xffffn);
    open(datagrams);
    doorbell();
    slots.stopped(2);
    model.set("TX_MALFORMED", "count", 1n);
    model.set("EVENTS", "txMalformed", 1n);
    r.await("EVENTS");
    r.await("TX_MALFORMED");
    r.readLanes("TX_MALFORMED");
    r.await(at("STATUS"));

    // A ring where nothing is.
    r.put(at("CONTROL"), 0n);
    r.put(at("TX_BASE"), BigInt(nowhere));
    open(stream);
    doorbell();
    slots.stopped(2);
    model.set("TX_FAILED", "count", 1n);
    model.set("EVENTS", "dmaError", 1n);
    r.await("EVENTS");
    r.await("TX_FAILED");
    r.readLanes("TX_FAILED");
    r.await(at("STATUS"));
    r.readLanes("EVENTS");
    plic.quiet();

    // The line is up while an event stands that the mask lets through; ones clear, where their byte is written.
    r.put("EVENT_MASK", 0b001n);
    plic.quiet();
    r.put("EVENT_MASK", 0b110n);
    plic.raised(source);
    const { offset } = this.#element("EVENTS");
    for (const { first, bytes } of lanes.filter((l) => l.first > 0)) {
      r.write(offset + first, bytes, r.random.bits(64));
      r.get("EVENTS");
    }
    r.write(offset, 1, 0b001n);
    r.get("EVENTS");
    r.write(offset, 1, 0b010n);
    r.get("EVENTS");
    plic.complete(source);
    plic.raised(source);
    r.write(offset, 2, 0b100n);
    r.get("EVENTS");
    plic.complete(source);
    plic.quiet();
    r.put(at("CONTROL"), 0n);
    for (const name of ["EVENT_MASK", "CONTROL"]) r.put(name, 0n);
    plic.end();
  }
}

/** The whole list for a system. */
export const registerOperations = (config: SocConfig, seed = 1): readonly Operation[] => {
  const map = socMap(config);
  const random = new Random(seed);
  const to: Operation[] = [...bootRom(map, random), ...traps(map)];
  system(to, map, random);
  to.push(...uartOperations(regionOf(map, "uart").base, random));
  const nic = new Nic(to, map, random);
  nic.registers();
  for (let n = 0; n < config.accio.slots; n++) nic.slot(n);
  nic.wake();
  nic.events();
  return to;
};
