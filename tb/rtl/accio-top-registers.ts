/** Every kind of access that a processor's bus may make at the register port: bursts, narrow beats, IDs, what is refused. */
import type { Host } from "#sim/nic/host.ts";

type Compare = (what: string, seen: unknown, expected: unknown) => void;

/** Not 0, and with its highest bit. */
const id = 9;
const incr = 1;
const fixed = 0;
/** In no register's place. */
const nowhere = 0x3ff8n;

/** Leaves arbitrary values in MAC and TRANSMIT, which lie side by side. */
export const checkRegisterPort = async ({ bus, registers: { MAC, TRANSMIT, STATUS_LINES } }: Host, is: Compare): Promise<void> => {
  const at = BigInt(MAC.address);
  const mac = 0x8123_4567_89abn;
  const transmit = 0x9a21_0584n;
  const word = (value: bigint): Uint8Array => new Uint8Array(new BigUint64Array([value]).buffer);
  const shared = { address: at, id, size: 3, burst: incr };

  // Two registers with one burst.
  const both = { ...shared, write: true, len: 1, beats: [mac, transmit].map((value) => ({ data: word(value), strobe: 0xffn })) };
  is("answer to a burst of writes", (await bus.transact(both)).response, "OKAY");
  is("MAC and TRANSMIT after a burst", [await MAC.readRaw(), await TRANSMIT.readRaw()], [mac, transmit]);

  // Byte by byte, with rubbish in the other lanes.
  const bytes = [...word(mac ^ 0xffff_ffff_ffffn)].slice(0, 6);
  const lanes = bytes.map((byte, lane) => ({ data: new Uint8Array(8).fill(0x5a).fill(byte, lane, lane + 1), strobe: 1n << BigInt(lane) }));
  is("answer to a burst of bytes", (await bus.transact({ ...shared, write: true, len: 5, size: 0, beats: lanes })).response, "OKAY");
  is("MAC and TRANSMIT after bytes", [await MAC.readRaw(), await TRANSMIT.readRaw()], [mac ^ 0xffff_ffff_ffffn, transmit]);
  await bus.write(at, mac, { id });

  const read = async (what: { readonly len: number; readonly size?: number; readonly burst?: number }): Promise<bigint[]> => {
    const { response, beats } = await bus.transact({ ...shared, ...what, write: false });
    is("answer to a burst of reads", response, "OKAY");
    return beats.map((beat) => new DataView(beat.buffer, beat.byteOffset).getBigUint64(0, true));
  };
  is("a burst of reads", await read({ len: 1 }), [mac, transmit]);
  is("a register twice", await read({ len: 1, burst: fixed }), [mac, mac]);
  const halves = (await read({ len: 3, size: 2 })).map((beat, i) => (beat >> BigInt(32 * (i % 2))) & 0xffff_ffffn);
  is("halves of registers", halves, [mac & 0xffff_ffffn, mac >> 32n, transmit, 0n]);

  // The highest byte alone.
  const base = 0x1122_3344_5566_7788n;
  await STATUS_LINES.BASE.writeRaw(base);
  const high = { address: BigInt(STATUS_LINES.BASE.address), id, write: true, len: 0, size: 0, burst: incr } as const;
  const highest = { ...high, address: high.address + 7n, beats: [{ data: word(0xa5n << 56n), strobe: 0x80n }] };
  is("answer to a write of the highest byte", (await bus.transact(highest)).response, "OKAY");
  is("a register whose highest byte was written", await STATUS_LINES.BASE.readRaw(), 0xa522_3344_5566_7788n);

  // Nobody is there.
  const refused = { ...shared, address: nowhere, len: 0 };
  is("a read of nothing", (await bus.transact({ ...refused, write: false })).response, "SLVERR");
  const data = [{ data: word(1n), strobe: 0xffn }];
  is("a write of nothing", (await bus.transact({ ...refused, write: true, beats: data })).response, "SLVERR");
};
