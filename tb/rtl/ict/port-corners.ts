/** Accesses to the prototype's pages that random ones come by too seldom: each is compared with the model as those are. */
import type { Config } from "#rtl/config/config.ts";
import { PortBench } from "./port-check.ts";
import type { registerFrontBlock } from "./register-front.ts";

/** Where the view begins in the port's space, and its registers that are no rows'. */
const view = 0x1_0000;
const own = [
  ...[0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x108, 0x110, 0x8000, 0x8010, 0x9000, 0x9008, 0x9010, 0x9018, 0xa000, 0xa008, 0xa010],
  ...[0xb800, 0xc400, 0xc408, 0xc410, 0xc420, 0xc428, 0xc430],
];
/** The word of each engine's pending flag, with what clears them in its upper half. */
const flags = [0xb800, 0xc430, 0x9020, 0xa018];
const halves = [0x0f, 0xf0, 0xff, 0x01, 0x10];

export const checkPortCorners = (block: ReturnType<typeof registerFrontBlock>, c: Config, seed: number): void => {
  const p = new PortBench(block, c, seed, true).settle();
  const source = c.hartIds === "none" ? 0 : (c.hartIds[0] as number);
  const access = (address: number, write: boolean, data: bigint, strobe = 0xff): void => {
    p.access({ source, address: view + address, write, data, strobe });
  };
  const all = 2n ** 64n - 1n;
  // A read takes nothing of the data that stands beside it, whatever bytes it is of.
  for (const address of own)
    for (const data of [0n, all, p.random.bits(64)])
      for (const strobe of halves) {
        access(address, true, data, strobe);
        access(address, false, all ^ data, strobe);
        access(address, false, data);
      }
  // Flags rise with a frame, or by hand, and fall by hand or by their clearing bit alone.
  for (const address of flags)
    for (const risen of ["frame", "hand"] as const)
      for (const [data, strobe] of [
        [0n, 0xf0],
        [all, 0xf0],
        [1n << 32n, 0xff],
        [0n, 0x0f],
        [all, 0x0f],
        [all, 0xff],
        [0n, 0xff],
      ] as const) {
        if (risen === "frame") p.cycle(null, [true, true, true, true]);
        else access(address, true, 1n, 0x0f);
        for (const each of flags) access(each, false, all);
        access(address, true, data, strobe);
        for (const each of flags) access(each, false, 0n);
      }
  // A hart's number has 32 bits.
  for (const row of [0, c.slots - 1])
    for (let bit = 0; bit < 32; bit++)
      for (const hart of [0n, 1n]) {
        access(0x300 + 0x100 * row + 0x68, true, hart | (1n << BigInt(bit)), 0x0f);
        access(0x300 + 0x100 * row + 0x68, false, 0n);
        access(0x100, true, hart | (1n << BigInt(bit)), 0x0f);
        access(0x108, false, 0n);
      }
  datapathSwitch(p, access, (value) => p.access({ source, address: 0x10, write: true, data: value, strobe: 0xff }));
  // Of each row by itself, and of one of them everything.
  for (let row = 0; row < c.slots; row++) {
    const [base, data] = [0x300 + 0x100 * row, BigInt(row & 1)];
    for (const [field, value] of [
      [0x00, 0n],
      [0x30, 1n],
      [0x38, 1n],
      [0x00, 1n],
      [0x00, 0n],
      [0x30, data],
      [0x38, 1n - data],
      [0x00, 1n],
    ] as const)
      access(base + field, true, value, 0x01);
    for (const field of [0x30, 0x38]) access(base + field, false, 0n);
  }
  disabledRow(p, access, 0x300 + 0x100 * 5);
  // Rows that are enabled follow the next hop, whichever bit of it changes.
  access(0x300, true, 1n, 0x01);
  const hop = p.random.bits(48);
  access(0xc408, true, hop);
  for (let bit = 0; bit < 48; bit++) access(0xc408, true, hop ^ ((2n << BigInt(bit)) - 1n));
  for (let i = 0; i < 3; i++) p.cycle(null);
};

type Access = (address: number, write: boolean, data: bigint, strobe?: number) => void;

/** Rows that are enabled and requests that are taken switch the datapath on, and nothing else does. */
const datapathSwitch = (p: PortBench, access: Access, control: (value: bigint) => void): void => {
  const off = (): void => {
    control(0n);
    p.cycle(null);
  };
  control(1n);
  p.cycle(null);
  for (const [page, which] of [
    [0x9000, 1],
    [0xa000, 0],
  ] as const)
    for (const requests of [0n, 63n, 64n])
      for (const [write, strobe] of [
        [true, 0xff],
        [true, 0x80],
        [true, 0x7f],
        [false, 0xff],
      ] as const)
        for (const address of [0x00, 0x08, 0x10]) {
          const states = p.model.prototype.packets;
          (states[which] as { requests: bigint }).requests = requests;
          (states[1 - which] as { requests: bigint }).requests = 64n - requests;
          off();
          access(page + address, write, p.random.bits(64), strobe);
          p.cycle(null);
        }
  for (const enabled of [0n, 1n, 1n, 0n, 0n, 1n, 0n])
    for (const strobe of [0xfe, 0xff]) {
      off();
      access(0x300, true, enabled, strobe);
      p.cycle(null);
    }
};

/** What software says of a row before it enables it, at `base`, in every order: it counts once, and only then. */
const disabledRow = (p: PortBench, access: Access, base: number): void => {
  const [enabled, available, suspended] = [0x00, 0x30, 0x38];
  const set = (field: number, value: number): void => access(base + field, true, BigInt(value) | (p.random.bits(63) << 1n), 0x01);
  const look = (): void => {
    for (const field of [available, suspended, 0x40, 0x48]) access(base + field, false, 0n);
  };
  const both = [0, 1];
  for (const data of both)
    for (const sleeps of both)
      for (const later of [
        [],
        [[available, 1 - data]],
        [[suspended, 1 - sleeps]],
        [
          [0x40, 1 - data],
          [0x48, 1 - sleeps],
        ],
      ] as const) {
        set(enabled, 0);
        set(available, data);
        set(suspended, sleeps);
        for (const [field, value] of later) set(field, value);
        set(enabled, 1);
        look();
        set(available, 1 - data);
        set(suspended, 1 - sleeps);
        // Of another life: it does not count again, and what was said while the row was enabled does not at all.
        set(enabled, 0);
        set(enabled, 1);
        look();
        // Of what is said twice, the last counts.
        set(enabled, 0);
        set(available, 1);
        set(suspended, 1);
        set(enabled, 0);
        set(available, 0);
        set(enabled, 1);
        look();
      }
  set(enabled, 0);
};
