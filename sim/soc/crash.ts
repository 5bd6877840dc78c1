/** What became of a program that did not end by itself: which hart, where, why, in words, and what it did last. */
import type { SocConfig } from "#rtl/soc/config.ts";
import type { SocMap } from "#rtl/soc/map.ts";
import { hartIds } from "#rtl/soc/rocket.ts";
import type { HartResult, RetiredInstruction, SimulationResult, Trap } from "./simulate.ts";
import { hex, type Symbolizer } from "./symbols.ts";

/** Exit codes of `./accio soc run` beside the program's own: as timeout(1) for the cycle limit. */
export const exitCodes = { limit: 124, crash: 70, interrupted: 130 } as const;

export interface Place {
  readonly pc: bigint;
  /** Function and offset. */
  readonly symbol?: string;
  /** "hello.c:12" */
  readonly source?: string;
}
export interface CrashedHart {
  readonly hart: number;
  /** What it is doing: "asleep (wfi)", "running in machine mode". */
  readonly doing: string;
  readonly at: Place;
  /** The last retired instructions, the oldest first, at most 20. */
  readonly last: readonly (Place & { readonly cycle: number })[];
}
export interface CrashReport {
  /** One sentence. */
  readonly what: string;
  /** The hart that it is about; undefined where it is about all. */
  readonly hart?: number;
  /** Where that hart was. */
  readonly at?: Place;
  readonly details: readonly string[];
  readonly harts: readonly CrashedHart[];
}

const shown = 20;

/** Privileged specification, table of machine cause values. */
const exceptions: Readonly<Record<string, string>> = {
  0: "instruction address misaligned",
  1: "instruction access fault",
  2: "illegal instruction",
  3: "breakpoint",
  4: "load address misaligned",
  5: "load access fault",
  6: "store address misaligned",
  7: "store access fault",
  8: "environment call from user mode",
  9: "environment call from supervisor mode",
  11: "environment call from machine mode",
  12: "instruction page fault",
  13: "load page fault",
  15: "store page fault",
};
const interrupts: Readonly<Record<string, string>> = {
  1: "supervisor software interrupt",
  3: "machine software interrupt",
  5: "supervisor timer interrupt",
  7: "machine timer interrupt",
  9: "supervisor external interrupt",
  11: "machine external interrupt",
};
const interruptBit = 1n << 63n;

/** The cause of a trap in words. */
export const causeText = (cause: bigint): string => {
  const isInterrupt = (cause & interruptBit) !== 0n;
  const number = cause & ~interruptBit;
  const words = (isInterrupt ? interrupts : exceptions)[String(number)];
  return words ?? `${isInterrupt ? "interrupt" : "exception"} ${number}`;
};

const modes: Readonly<Record<number, string>> = { 0: "user", 1: "supervisor", 3: "machine" };
const isLoadOrStore = (i: number, write: boolean): boolean => {
  const opcode = i & 0x7f;
  if ((i & 3) === 3) return opcode === 0x2f || (write ? opcode === 0x23 || opcode === 0x27 : opcode === 0x03 || opcode === 0x07);
  const [quadrant, f3] = [i & 3, (i >> 13) & 7];
  // C.LW, C.LD, C.FLD and their forms with the stack pointer; stores have the upper bit of funct3.
  return quadrant !== 1 && f3 !== 0 && f3 !== 4 && f3 >> 2 === (write ? 1 : 0);
};
/** Cycles from when a load or store retires to its request at the devices, without latency added. */
const requestCycles = 2;

/** The report, or null where the program ended by itself. */
export const crashReport = (
  result: SimulationResult,
  config: SocConfig,
  map: SocMap,
  symbols: Symbolizer,
  mmioLatency: number,
): CrashReport | null => {
  if (["exit", "client", "quiet"].includes(result.end)) return null;
  const place = (pc: bigint): Place => {
    const symbol = symbols.name(pc);
    const [source] = symbols.lines([pc]);
    return { pc, ...(symbol === undefined ? {} : { symbol }), ...(source === undefined ? {} : { source }) };
  };
  const instructions = (all: readonly RetiredInstruction[]): CrashedHart["last"] =>
    all.slice(-shown).map((r) => ({ ...place(r.pc), cycle: r.cycle }));
  // All of them at once: a look at the line tables is a process.
  symbols.lines(result.harts.flatMap((h) => h.recent.map((r) => r.pc)));
  const harts = result.harts.map(
    (h, hart): CrashedHart => ({
      hart,
      doing: doing(h),
      at: place(h.trapsInARow > 0 ? (h.firstTrap as Trap).pc : (h.recent.at(-1)?.pc ?? 0n)),
      last: instructions(h.recent),
    }),
  );
  const about = (hart: number, what: string, details: readonly string[], at?: Place): CrashReport => ({
    what,
    hart,
    at: at ?? (harts[hart] as CrashedHart).at,
    details,
    harts,
  });
  switch (result.end) {
    case "trap": {
      const hart = result.harts.findIndex((h) => h.trapsInARow > 1);
      return trapReport(result.harts[hart] as HartResult, symbols, (what, details) => about(hart, what, details));
    }
    case "unmapped": {
      const { write, address, id } = result.stray;
      const found = hartIds[config.rocket].indexOf(id);
      const what = `${found < 0 ? "an instruction fetch or another master" : `a ${write ? "store" : "load"} of hart ${found}`} touches ${hex(address)}, where nothing is`;
      const details = [`near it: ${neighbours(map, Number(address))}`];
      if (found < 0) return { what, details, harts };
      const all = (result.harts[found] as HartResult).recent;
      const culprit = accessOf(all, write, result.cycles - mmioLatency - requestCycles);
      if (culprit === undefined) return about(found, what, details);
      // What came after it is of no interest: with latency that may be more than is shown.
      const since = all.length - 1 - all.indexOf(culprit);
      const own = harts[found] as CrashedHart;
      harts[found] = { ...own, last: instructions(all.slice(0, all.length - since)) };
      if (since > 0) details.push(`${since} instructions have retired since`);
      return about(found, what, details, place(culprit.pc));
    }
    case "memory": {
      const { write, address } = result.stray;
      const memory = map.regions.find((r) => r.kind === "memory");
      const end = (memory?.base ?? 0) + (memory?.size ?? 0);
      const what = `a ${write ? "write" : "read"} of ${hex(address)}, beyond the memory's end at ${hex(BigInt(end))}`;
      const details = ["the memory port does not tell which hart it was, or whether it was the NIC", "more memory: --memory MIB"];
      return config.harts === 1 ? about(0, what, details) : { what, details, harts };
    }
    case "interrupted":
      return { what: "interrupted", details: [], harts };
    default:
      return { what: `no end within ${result.cycles} cycles`, details: ["more of them: --max-cycles N"], harts };
  }
};

const doing = (h: HartResult): string => {
  const mode = modes[h.privilege] ?? `privilege ${h.privilege}`;
  if (h.sleeping) return `asleep (wfi) in ${mode} mode`;
  if (h.trapsInARow > 1) return `trapping again and again in ${mode} mode`;
  return h.instructions === 0 ? "has retired nothing" : `running in ${mode} mode`;
};

const trapReport = (h: HartResult, symbols: Symbolizer, about: (what: string, details: readonly string[]) => CrashReport): CrashReport => {
  const first = h.firstTrap as Trap;
  const last = h.lastTrap as Trap;
  const cause = causeText(first.cause);
  const from = h.recent.at(-1);
  const register = first.privilege === 3 ? "mtvec" : "stvec";
  const nothing =
    first.cause === 1n || first.cause === 12n || (first.cause === 2n && first.value === 0n && symbols.name(first.pc) === undefined);
  const handler = `${register} is ${hex(first.vector)}${symbols.name(first.vector) === undefined ? "" : ` (${symbols.name(first.vector)})`}, and the first instruction there traps: ${causeText(last.cause)}`;
  const details = [
    `cause ${first.cause & ~interruptBit}: ${cause}`,
    `value (${register === "mtvec" ? "mtval" : "stval"}): ${hex(first.value)}`,
    handler,
  ];
  if (nothing && from !== undefined)
    return about(`jumps to ${hex(first.pc)}, where no code is`, [`it came from ${symbols.place(from.pc)}`, ...details]);
  return about(`${cause} without a handler`, details);
};

/** The load or store that a request came from: the last one that had retired when it must have. */
const accessOf = (recent: readonly RetiredInstruction[], write: boolean, before: number): RetiredInstruction | undefined =>
  recent.findLast((r) => r.cycle <= before && isLoadOrStore(r.instruction, write));

const neighbours = (map: SocMap, address: number): string => {
  const below = map.regions.findLast((r) => r.base <= address);
  const above = map.regions.find((r) => r.base > address);
  return [below, above]
    .flatMap((r) =>
      r === undefined
        ? []
        : [`${r.name} (${hex(BigInt(r.base))} to ${hex(BigInt(r.base + r.size - 1))}${r.kind === "reserved" ? ", reserved" : ""})`],
    )
    .join(", ");
};

const placeText = ({ pc, symbol, source }: Place): string =>
  [hex(pc), ...(symbol === undefined ? [] : [symbol]), ...(source === undefined ? [] : [source])].join("  ");

/** The report for the terminal. */
export const crashText = (r: CrashReport): string => {
  const lines = [`${r.hart === undefined ? "" : `hart ${r.hart}: `}${r.what}`];
  if (r.at !== undefined) lines.push(`  at ${placeText(r.at)}`);
  lines.push(...r.details.map((d) => `  ${d}`));
  const concerned = r.harts.filter((h) => r.hart === undefined || h.hart === r.hart);
  for (const h of r.harts.filter((x) => r.hart !== undefined && x.hart !== r.hart))
    lines.push(`hart ${h.hart}: ${h.doing}, at ${placeText(h.at)}`);
  for (const h of concerned) {
    if (r.hart === undefined) lines.push(`hart ${h.hart}: ${h.doing}`);
    if (h.last.length > 0) lines.push(`the last ${h.last.length} instructions of hart ${h.hart}, and the cycles in which they retired:`);
    const width = Math.max(0, ...h.last.map((l) => String(l.cycle).length));
    lines.push(...h.last.map((l) => `  ${String(l.cycle).padStart(width)}  ${placeText(l)}`));
  }
  return `${lines.join("\n")}\n`;
};
