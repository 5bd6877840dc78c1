/**
 * The hardware of a register map. Every access is answered one cycle after it moved. An access is refused, and then reads
 * zero and changes nothing, where it touches no register; where it reads what cannot be read or writes what cannot be
 * written; where it has some but not all bytes of what a read takes (`pop`, `rc`) or a write gives (`push`,
 * `command`); where it writes an enumeration with what is no member; where it pushes to a full queue.
 */
import type { Builder } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import type { Source } from "../core/ir.ts";
import { module } from "../core/module.ts";
import { input, output, type Ports } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { transparent, writtenAt } from "../core/source.ts";
import { bool, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { type RegisterBus, registerBus } from "../lib/register-bus.ts";
import { assemble } from "./assemble.ts";
import { type Decoded, decode, exists, forEachWord, hit, type Word, wordsOf } from "./block-decode.ts";
import { connectExit, type Exit, joinAnswers } from "./block-exits.ts";
import type { Access, RequestWires } from "./block-fields.ts";
import { all } from "./block-permission.ts";
import { type BlockPorts, nodePort } from "./block-ports.ts";
import { RegisterHardware, readableMask } from "./block-register.ts";
import { isWritable, kinds } from "./fields.ts";
import type { RegisterMap } from "./map.ts";
import type { Nodes, Register } from "./nodes.ts";
import { type Slot, spacesOf } from "./spaces.ts";

transparent(import.meta.url);

export interface BlockOptions {
  /** Bits that say who asks, on `bus` and on every forwarded port; none unless said. */
  readonly sourceBits?: number;
}
/** Bits of a byte address of a map. */
export const addressBits = (map: RegisterMap): number => clog2(map.size);

/** The request with what follows from it; a net is made when it is first asked for. */
class Request implements RequestWires {
  readonly bus: RegisterBus;
  /** The map and its registers allow it. */
  readonly permitted: Bool;
  readonly #h: Builder;
  readonly #at: Source;
  readonly #made = new Map<string, Bits>();
  constructor(h: Builder, bus: RegisterBus, at: Source) {
    this.#h = h;
    this.bus = bus;
    this.#at = at;
    this.permitted = h.wires({ permitted: bool }, { doc: "The map and its registers allow the access" }).permitted;
  }
  get data(): Bits {
    return this.bus.data;
  }
  get strobe(): Bits {
    return this.bus.strobe;
  }
  #net(name: string, value: () => Bits, doc = ""): Bits {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const { [name]: net } = writtenAt(this.#at, () => this.#h.nets({ [name]: value() }, { doc })) as Record<string, Bits>;
    this.#made.set(name, net as Bits);
    return net as Bits;
  }
  get mask(): Bits {
    const { strobe } = this;
    const bytes = Array.from({ length: strobe.width }, (_, i) => strobe.bit(strobe.width - 1 - i).repeat(8));
    return this.#net("mask", () => cat(...bytes), "Bits of the word that are accessed");
  }
  #moves(kind: Bool): Bits {
    return this.bus.fire.and(this.permitted).and(kind);
  }
  /** An allowed write moves now. */
  get writing(): Bool {
    return this.#net("writing", () => this.#moves(this.bus.write)) as Bool;
  }
  /** An allowed read moves now. */
  get reading(): Bool {
    return this.#net("reading", () => this.#moves(this.bus.write.not())) as Bool;
  }
}

/** The port of a node. */
const portAt = (io: unknown, path: readonly string[]): any => path.reduce((port: any, key) => port[key], io);
const someField = (r: Register, what: (f: Register["fields"][string]) => boolean): boolean => Object.values(r.fields).some(what);

/** Makes a register, and leaves with its words what they read and refuse. */
const makeRegister = (h: Builder, io: unknown, q: Request, places: readonly { readonly word: Word; readonly slot: Slot }[]): void => {
  const [{ word, slot }] = places as [{ word: Word; slot: Slot }];
  const { register, path } = slot;
  const name = path.join("_");
  const { space, row } = word.decoded;
  const never = constant(1, 0);
  const strobes = (condition: () => Bool, needed: boolean, prefix: string): Bool =>
    needed
      ? ((h.nets({ [`${prefix}_${name}`]: condition().and(hit(word)) }, { doc: "" }) as Record<string, Bool>)[`${prefix}_${name}`] as Bool)
      : never;
  writtenAt(register.at, () => {
    const write = strobes(() => q.writing, someField(register, isWritable), "write");
    const read = strobes(
      () => q.reading,
      someField(register, (f) => kinds[f.kind].readEffect),
      "read",
    );
    const accesses = places.map((p): Access => {
      const element = row === null ? null : space.lanes === 1 ? row : cat(row, constant(clog2(space.lanes), p.slot.lane));
      return { slot: p.slot, write, read, row, element, lanes: space.lanes, exists: exists(word.decoded, p.slot) };
    });
    const hardware = new RegisterHardware(h, register, name, portAt(io, path), space.count, q, accesses);
    for (const [i, a] of accesses.entries()) {
      const at = (places[i] as { word: Word }).word;
      at.refusals.push(...hardware.refusesWrite(a));
      at.parts.push(...hardware.read(a));
    }
    hardware.connect(h);
  });
};

const exitsOf = (h: Builder, io: unknown, width: number, decoded: readonly Decoded[], words: readonly Word[]): readonly Exit[] => {
  const ones = (1n << BigInt(width)) - 1n;
  const spaces = decoded
    .filter((d) => d.space.forwarded)
    .map((d): Exit => {
      const masks = new Map(words.filter((w) => w.decoded === d).map((w) => [w.number, readableMask(w.slots)]));
      if (d.space.window !== null && d.space.window.access !== "wo") masks.set(0, ones);
      return { name: d.space.path.join("_"), port: portAt(io, d.space.path), here: d.here as Bool, row: d.row, word: d.word, masks };
    });
  const registers = words.flatMap((w) =>
    w.slots
      .filter((s) => s.forwarded)
      .map((s): Exit => {
        const name = s.path.join("_");
        const here = writtenAt(s.register.at, () => h.nets({ [`at_${name}`]: hit(w) }, { doc: s.register.doc }) as Record<string, Bool>)[
          `at_${name}`
        ] as Bool;
        return { name, port: portAt(io, s.path), here, row: w.decoded.row, word: null, masks: new Map([[0, readableMask([s])]]) };
      }),
  );
  return [...spaces, ...registers];
};

/** `permitted`: what the map says of the word, and what its registers have against a write. */
const permit = (h: Builder, q: Request, decoded: readonly Decoded[], words: readonly Word[]): void => {
  const { write } = q.bus;
  q.permitted.drive(0);
  const say = (read: Bool | boolean, written: Bool | boolean): void => {
    if (read === written) q.permitted.drive(typeof read === "boolean" ? (read ? 1 : 0) : read);
    else if (read === false) q.permitted.drive(written === true ? write : write.and(written as Bool));
    else if (written === false) q.permitted.drive(read === true ? write.not() : write.not().and(read as Bool));
    else q.permitted.drive(mux(write, written === true ? constant(1, 1) : written, read === true ? constant(1, 1) : read));
  };
  for (const d of decoded) {
    const { window } = d.space;
    if (window !== null) h.when(d.here as Bool, () => say(window.access !== "wo", window.access !== "ro"));
    const alike = (w: Word): string => {
      const { read, write: written } = w.permission;
      return typeof read === "boolean" && typeof written === "boolean" && w.refusals.length === 0
        ? `${read} ${written}`
        : `word ${w.number}`;
    };
    forEachWord(
      h,
      words.filter((w) => w.decoded === d),
      alike,
      (w) => say(w.permission.read, all([w.permission.write, ...w.refusals.map((r) => r.not())])),
    );
  }
};

const answer = (h: Builder, q: Request, decoded: readonly Decoded[], words: readonly Word[], exits: readonly Exit[]): void => {
  const { bus } = q;
  const width = bus.data.width;
  const {
    answer_q: valid,
    error_q: error,
    data_q: data,
  } = h.registers(
    { answer_q: bool, error_q: bool, data_q: uint(width) as ReturnType<typeof uint<number>> },
    { doc: "The answer to the access of the cycle before" },
  );
  valid.next(bus.fire);
  error.next(bus.fire.and(q.permitted.not()));
  data.next(0);
  const readable = words.filter((w) => w.parts.length > 0);
  if (readable.length > 0)
    h.when(q.reading, () => {
      for (const d of decoded)
        forEachWord(
          h,
          readable.filter((w) => w.decoded === d),
          (w) => `word ${w.number}`,
          (w) => data.next(assemble(width, w.parts)),
        );
    });
  const outside = exits.map((e) => connectExit(h, bus, q.permitted, e));
  const total = joinAnswers(
    { data, error },
    outside.map((o) => o.answer),
  );
  bus.ready.drive(outside.length === 0 ? 1 : outside.map((o) => o.ready).reduce((a, b) => a.and(b)));
  bus.response.valid.drive(valid);
  bus.response.data.drive(total.data);
  bus.response.error.drive(total.error);
};

const build = (h: Builder, map: RegisterMap, io: Readonly<Record<string, unknown>>): void => {
  const bus = io.bus as RegisterBus;
  const decoded = spacesOf(map).map((s) => decode(h, bus, s));
  const q = new Request(h, bus, map.at);
  const words = decoded.flatMap((d) => wordsOf(d, bus.strobe));
  const inside = new Map<string, { readonly word: Word; readonly slot: Slot }[]>();
  for (const word of words)
    for (const slot of word.slots)
      if (!word.decoded.space.forwarded && !slot.forwarded)
        inside.set(slot.path.join(), [...(inside.get(slot.path.join()) ?? []), { word, slot }]);
  for (const places of inside.values()) makeRegister(h, io, q, places);
  const exits = exitsOf(h, io, bus.data.width, decoded, words);
  permit(h, q, decoded, words);
  answer(h, q, decoded, words, exits);
  bus.check(h, "answers");
};

const made = new WeakMap<RegisterMap, Map<number, HardwareModule<any>>>();
/**
 * The hardware of `map`, called `NAME_registers`: `bus` to the bus adapter (see `registerBus`), and a port for each
 * register, group and window with what the hardware behind it sees. Put it into a module with
 * `const regs = h.instance("regs", registerBlock(map), { bus })`, then `regs.CONTROL.enable`, `regs.STATUS.done.set`.
 */
export const registerBlock = <M extends Nodes>(map: RegisterMap<M>, options: BlockOptions = {}): HardwareModule<BlockPorts<M>> => {
  const sourceBits = options.sourceBits ?? 0;
  const known = made.get(map) ?? new Map<number, HardwareModule<any>>();
  made.set(map, known);
  const found = known.get(sourceBits);
  if (found !== undefined) return found;
  const context = { spaces: spacesOf(map), busBytes: map.busBytes, sourceBits };
  const bus = registerBus({ addressBits: addressBits(map), dataBits: map.busBytes === 4 ? 32 : 64, sourceBits });
  const ports: Ports = {
    bus: input(bus, { doc: "Accesses, each answered one cycle after it moved" }),
    ...Object.fromEntries(
      Object.entries(map.nodes).map(([key, n]) => [key, output(nodePort(n, [key], null, null, context), { doc: n.doc })]),
    ),
  };
  const block = writtenAt(map.at, () =>
    module(`${map.name}_registers`, ports, (io, h) => build(h, map, io), { doc: map.doc }),
  ) as unknown as HardwareModule<BlockPorts<M>>;
  known.set(sourceBits, block);
  return block;
};
