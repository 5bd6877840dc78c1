/** The prototype's pages at the prototype's addresses: some registers of each page, in every width, over the same state. */
import { regionOf } from "#rtl/soc/map.ts";
import { ones } from "./model.ts";
import type { NicScene } from "./nic-scenario.ts";
import { lanes, operation } from "./table.ts";

/** A field at the start of 8 bytes, or at byte 4 of them. */
interface Part {
  readonly at: 0 | 4;
  readonly bytes: number;
  readonly read: () => bigint;
  /** Undefined: it is read only. */
  readonly write?: (value: bigint) => void;
}
type Page = "prototype_ict" | "prototype_nic";

export const prototypeOperations = ({ to, map, nic, r }: NicScene): void => {
  const row = 3;
  /** A slot's word, or bytes of it from `from` on. */
  const word = (register: string, bytes: number, from = 0): Part => ({
    at: 0,
    bytes,
    read: () => (nic.slots.word(row, register) >> BigInt(8 * from)) & ones(bytes),
    write: (value) => {
      const mask = ones(bytes) << BigInt(8 * from);
      nic.slots.write(row, register, (nic.slots.word(row, register) & ~mask) | (value << BigInt(8 * from)));
    },
  });
  /** What the kernel's page keeps. */
  const setting = (at: 0 | 4, bytes: number, title: string, field: string, least = 0n): Part => ({
    at,
    bytes,
    read: () => nic.read(title, field),
    write: (value) => nic.show(title, field, least === 0n ? value : value & least),
  });
  const constant = (value: bigint): Part => ({ at: 0, bytes: 8, read: () => value });

  /** Bytes beyond the fields read zero and ignore what is written. */
  const inEveryWay = (page: Page, offset: number, name: string, ...parts: readonly Part[]): void => {
    const base = regionOf(map, page).base + offset;
    const value = (): bigint => parts.reduce((n, p) => n | (p.read() << BigInt(8 * p.at)), 0n);
    const read = (first: number, bytes: 1 | 2 | 4 | 8): void => {
      to.push(operation("read", `${page} ${name}`, base + first, bytes, (value() >> BigInt(8 * first)) & ones(bytes)));
    };
    for (const { first, bytes } of lanes) read(first, bytes);
    if (parts.every((p) => p.write === undefined)) return;
    for (const { first, bytes } of lanes) {
      const written = r.random.bits(8 * bytes);
      to.push(operation("write", `${page} ${name}`, base + first, bytes, written));
      const mask = ones(bytes) << BigInt(8 * first);
      const data = written << BigInt(8 * first);
      for (const p of parts) {
        const low = BigInt(8 * p.at);
        const mine = (mask >> low) & ones(p.bytes);
        if (mine !== 0n) p.write?.((p.read() & ~mine) | ((data >> low) & mine));
      }
      read(0, 8);
    }
  };
  const at = (name: string): string => `SLOT[${row}].${name}`;
  const put = (page: Page, offset: number, name: string, value: bigint): void => {
    to.push(operation("write", `${page} ${name}`, regionOf(map, page).base + offset, 8, value));
  };
  const get = (page: Page, offset: number, name: string, value: bigint): void => {
    to.push(operation("read", `${page} ${name}`, regionOf(map, page).base + offset, 8, value));
  };

  // The table's page: a row is closed, then opened.
  const rows = 0x300 + 0x100 * row;
  for (const name of ["LOCAL", "REMOTE", "TASK", "RX_BASE"]) r.put(at(name), r.random.bits(64));
  inEveryWay("prototype_ict", rows + 0x10, "LOCAL_IP", word("LOCAL", 4));
  inEveryWay("prototype_ict", rows + 0x18, "LOCAL_PORT", word("LOCAL", 2, 4));
  inEveryWay("prototype_ict", rows + 0x28, "REMOTE_PORT", word("REMOTE", 2, 4));
  inEveryWay("prototype_ict", rows + 0x60, "TASK", word("TASK", 8));
  inEveryWay("prototype_ict", rows + 0x70, "RX_BASE", word("RX_BASE", 8));
  inEveryWay("prototype_ict", 0x00, "IRQ_MASK of hart 0", setting(0, 1, "WAKE_MASK[0]", "enabled", 1n));
  inEveryWay("prototype_ict", 0x80, "FREE_ROW", constant(0n));
  r.put("WAKE_MASK[0]", 0n);
  r.put("SLOT[0].CONTROL", 1n);
  get("prototype_ict", 0x80, "FREE_ROW", 1n);
  r.put("SLOT[0].CONTROL", 0n);
  // Rows of the prototype are connected.
  put("prototype_ict", rows, "ENABLE", 1n);
  nic.slots.write(row, "NEXT_HOP", 0n);
  nic.slots.write(row, "CONTROL", 0b11n);
  r.get(at("CONTROL"));
  r.get(at("STATUS"));
  get("prototype_ict", rows, "ENABLE", 1n);
  put("prototype_ict", rows + 0x38, "RX_SUSPENDED", 1n);
  nic.slots.write(row, "SUSPEND", 1n);
  r.get(at("SUSPEND"));
  get("prototype_ict", rows + 0x38, "RX_SUSPENDED", 1n);

  // The NIC's pages: rings, and settings that the kernel's page has too.
  const pointers = { at: 4, bytes: 4, read: () => 0n } as const;
  r.put(at("RX_SIZE"), 64n);
  inEveryWay(
    "prototype_nic",
    0x3000 + 0x20 * row,
    "RX ring",
    { ...word("RX_HEAD", 4), write: (v) => nic.slots.write(row, "RX_HEAD", v & 0xffffn) },
    pointers,
  );
  get("prototype_nic", 0x3008 + 0x20 * row, "RX drops", 0n);
  r.get(at("RX_HEAD"));
  get("prototype_ict", rows + 0x30, "RX_AVAILABLE", nic.slots.word(row, "AVAILABLE") & 1n);
  put("prototype_ict", rows, "ENABLE", 0n);
  nic.slots.write(row, "CONTROL", 0b10n);
  r.get(at("CONTROL"));
  r.put(at("RX_SIZE"), 0n);
  inEveryWay("prototype_nic", 0x4000 + 0x10 * row, "TX ring", constant(0n));
  inEveryWay("prototype_nic", 0x4400, "MTU", setting(0, 2, "TRANSMIT", "largest"));
  inEveryWay("prototype_nic", 0x4410, "MAC", setting(0, 6, "MAC", "address"));
  inEveryWay("prototype_nic", 0x4420, "TOS and TTL", setting(0, 1, "TRANSMIT", "tos"), setting(4, 1, "TRANSMIT", "ttl"));
  r.get("MAC");
  r.get("TRANSMIT");
  inEveryWay("prototype_nic", 0x1000, "legacy receive queue", constant(0n));
  inEveryWay("prototype_nic", 0x2000, "legacy transmit queue", constant(0n));
  for (const { first, bytes } of lanes)
    to.push(operation("clock", "prototype_nic TIME", regionOf(map, "prototype_nic").base + 0x10 + first, bytes, 0n));
  for (const name of ["MAC", "TRANSMIT"]) r.put(name, 0n);
};
