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
  for (let i = 0; i < 3; i++) p.cycle(null);
};
