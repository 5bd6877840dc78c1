/**
 * The library behaves the same in the instant simulator, in Verilator, in Icarus (which knows X) and after Yosys. Payload is
 * looked at where it is valid only, so a register without reset that reached a valid output would show as X.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Bits, type Builder, type Data, type HardwareModule, type Io, type Module, module, type Port, type Ports, Type } from "#hdl";
import { keptBytes } from "#hdl/lib/checksum.ts";
import { saturatingCounter } from "#hdl/lib/counter.ts";
import { Stream } from "#hdl/lib/stream.ts";
import { compareAll } from "#sim/fuzz/compare.ts";
import { engineNames } from "#sim/fuzz/engines.ts";
import { blocks, library } from "./blocks.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-library-"));
afterAll(() => rmSync(folder, { recursive: true }));

const maskedBy = (value: Bits, valid: Bits<1>): Bits => value.and(valid.repeat(value.width));
/** Bytes that are not kept, or not written, may be anything. */
const keptOnly = (p: Data): Data => {
  const beat = p as Data & { data?: Bits; keep?: Bits; strb?: Bits };
  const kept = beat.keep ?? beat.strb;
  return beat.data === undefined || kept === undefined ? p : ({ ...beat, data: keptBytes(beat.data, kept) } as unknown as Data);
};
const maskedStream = (s: Stream): Stream =>
  s.map(s.of as Type<Data>, keptOnly).map(s.of as Type<Data>, (p) => s.of.fromBits(maskedBy(p.asBits(), s.valid)));
/** Drives `to` from `from`, and the streams inside them; what is given is masked. */
const drive = (to: object, from: object, given: boolean): void => {
  if (to instanceof Stream) to.connect(given ? maskedStream(from as Stream) : (from as Stream));
  else if ("valid" in to) (to as unknown as Stream).connect(from as Stream);
  else
    for (const [key, own] of Object.entries(to)) {
      const other = (from as Record<string, object>)[key];
      if (typeof own !== "object" || own === null || other === undefined) continue;
      // Answers of an AXI4 bus flow against its addresses.
      if (key === "b" || key === "r") drive(other, own, !given);
      else drive(own, other, given);
    }
};
/** Values that are no streams, and when they mean something. */
const meaning = (h: Builder, io: Io<Ports>, key: string): Bits<1> | null => {
  if ("done" in io && key !== "done") return io.done as Bits<1>;
  // A pipeline without valid bits: after as many messages as it is long.
  if (key === "hash") return saturatingCounter(h, "advanced", 5, { when: io.advance as Bits<1> }).gt(16);
  return null;
};
/** The block with what it gives at zero where that means nothing. */
const masked = (block: HardwareModule<any>): HardwareModule<any> => {
  const shape = block.shape as Ports;
  const ports = Object.fromEntries(Object.entries(shape).map(([key, port]): [string, Port] => [key, { ...port, unused: true }]));
  return module(`masked_${block.name}`, ports, (io: Io<Ports>, h) => {
    const inside = h.instance("block", block) as Io<Ports>;
    for (const [key, port] of Object.entries(shape)) {
      const [mine, its] = [io[key] as Bits, inside[key] as Bits];
      if (!(port.of instanceof Type))
        drive(port.direction === "output" ? mine : its, port.direction === "output" ? its : mine, port.direction === "output");
      else if (port.direction === "input") its.drive(mine);
      else {
        const when = meaning(h, { ...io, ...("done" in inside ? { done: inside.done } : {}) } as Io<Ports>, key);
        mine.drive(when === null ? its : maskedBy(its, when));
      }
    }
  });
};
/** Random inputs keep no protocol, so nothing that speaks of one is looked at. Equal modules stay one. */
const bared = new Map<Module, Module>();
const bare = (m: Module): Module => {
  const known = bared.get(m);
  if (known !== undefined) return known;
  const made: Module = { ...m, properties: [], instances: m.instances.map((i) => (i.of.kind === "module" ? { ...i, of: bare(i.of) } : i)) };
  bared.set(m, made);
  return made;
};

// Yosys takes long over wide shifters and XOR trees, and what they are made of is in the narrow ones too. The sides of an
// asynchronous FIFO must be reset together, and here every reset comes as it likes.
const chosen = blocks.filter((b) => b.ports.every((p) => p.width < 512) && !b.name.startsWith("async_fifo"));

const top = bare(library(chosen.map(masked)));
test("all blocks, in all simulators", async () => {
  const [differences] = await compareAll([{ module: top, seed: 1 }], { engines: engineNames, folder, steps: 400 });
  expect(differences).toEqual([]);
});
