/** What the editor knows of register maps. Checked by `tsc`; never run. */
import { type Bits, type EnumValue, type HardwareModule, type Io, type Stream, uint, type Vec } from "#hdl";
import { type ForwardedBus, type registerBlock, rw } from "#hdl/regmap/index.ts";
import type { registerAccess } from "#sim/regmap/access.ts";
import type { example } from "./example.ts";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(): T | null => null;

type Nodes = (typeof example)["nodes"];
type Block = ReturnType<typeof registerBlock<Nodes>>;
type Regs = Block extends HardwareModule<infer P> ? Io<P> : never;

// What hardware sees of each field has the field's type; in arrays it is a vector.
yes<Equal<Regs["CONTROL"]["udpPort"], Bits<16>>>();
yes<Equal<Regs["CONTROL"]["speed"], EnumValue<"AUTO" | "GIGABIT" | "HUNDRED_GIGABIT">>>();
yes<Equal<Regs["STATUS"]["rxDone"]["set"], Bits<1>>>();
yes<Equal<Regs["RX_DROPS"]["count"]["value"], Bits<32>>>();
yes<Regs["HART"]["wake"] extends Vec<Bits<1>> ? true : false>();
yes<Regs["RX"]["HEAD"]["head"]["written"] extends Vec<Bits<1>> ? true : false>();
yes<Equal<Regs["RX"]["HEAD"]["head"]["data"], Bits<32>>>();
yes<Equal<Regs["SLOT"], ForwardedBus>>();
yes<Equal<Regs["RX"]["LAST"], ForwardedBus>>();
yes<Equal<Regs["TRACE"], ForwardedBus>>();
yes<Regs["COMPLETION"]["pop"] extends Stream ? true : false>();
yes<Equal<Regs["COMPLETION"]["pop"]["payload"]["length"], Bits<16>>>();
// A constant needs no port, a queue's fields are in its entry.
yes<Equal<keyof Regs["VERSION"], never>>();
yes<Equal<keyof Regs["COMPLETION"], "pop">>();

// What a test reads and writes.
type Nic = ReturnType<typeof registerAccess<Nodes>>;
type Read<R extends { read(): Promise<unknown> }> = Awaited<ReturnType<R["read"]>>;
yes<Equal<Read<Nic["CONTROL"]>["udpPort"], number>>();
yes<Equal<Read<Nic["CONTROL"]>["enable"], boolean>>();
yes<Equal<Read<Nic["CONTROL"]>["speed"], "AUTO" | "GIGABIT" | "HUNDRED_GIGABIT">>();
yes<Equal<Read<Nic["RX"][3]["LAST"]>["time"], bigint>>();
yes<Equal<Read<Nic["SLOT"][15]["COUNTS"][3]>["packets"], number>>();
// @ts-expect-error a write-only field cannot be read
type Key = Read<Nic["KEY"]>["key"];
declare const nic: Nic;
export const misuse = [
  () => nic.CONTROL.write({ enable: true, speed: "GIGABIT", udpPort: 53 }),
  // @ts-expect-error no member of the enumeration
  () => nic.CONTROL.write({ speed: "TERABIT" }),
  // @ts-expect-error no such field
  () => nic.CONTROL.write({ port: 53 }),
  // @ts-expect-error a read-only field
  () => nic.LINK.write({ up: true }),
  () => nic.RX[7].HEAD.read(),
  // @ts-expect-error there are eight rings
  () => nic.RX[8].HEAD.read(),
  // @ts-expect-error a reset value of another type
  () => rw(0, uint(16), "text", { reset: { value: 1 } }),
];
export type Unused = Key;
