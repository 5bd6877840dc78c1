/** Doorbell pages: what an owner may do in its own, in every width at every place, and that all else is refused and counted. */
import { doorbellStride } from "#rtl/ict/slot-words.ts";
import { doorbellMap, doorbellsOffset } from "#rtl/nic/registers.ts";
import { regionOf } from "#rtl/soc/map.ts";
import type { NicScene } from "./nic-scenario.ts";
import { lanes, operation } from "./table.ts";

/** @param pages the first is a slot's, the others are nobody's */
export const doorbellOperations = ({ to, map, config, nic, r }: NicScene, [page, ...nobodys]: readonly [number, ...number[]]): void => {
  const { base } = regionOf(map, "accio");
  const at = (name: string): string => `SLOT[${page}].${name}`;
  const words = doorbellMap(config.accio).registers;
  const nameOf = (offset: number): string =>
    words.find((w) => w.offset === offset - (offset % 8))?.title ?? `offset 0x${offset.toString(16)}`;
  const access = (offset: number, bytes: 1 | 2 | 4 | 8, value: bigint | null, of = page): void => {
    const name = `accio_doorbell of slot ${of}, ${nameOf(offset)}`;
    const read = nic.doorbell({ page: of, offset, bytes, value });
    to.push(
      operation(value === null ? "read" : "write", name, base + doorbellsOffset + of * doorbellStride + offset, bytes, value ?? read),
    );
  };
  const told = (): void => {
    for (const name of ["FOREIGN", "NO_DOORBELL", "NO_HART", "LAST"]) r.get(`PROTECTION.${name}`);
  };
  /** Everything there is in a page, and some of what is not. */
  const everything = (of: number): void => {
    for (const offset of [...words.map((w) => w.offset), 0x00, 0x10, 0x30, 0xa8, 0x100 + 0x40, doorbellStride - 8]) {
      for (const { first, bytes } of lanes) {
        access(offset + first, bytes, null, of);
        access(offset + first, bytes, r.random.bits(8 * bytes), of);
      }
      told();
    }
  };
  r.put(at("IDENTITY"), 0x1234n);
  for (const name of ["RX_SIZE", "TX_SIZE"]) r.put(at(name), 64n);
  r.put("CURRENT_THREAD[0]", 0x1234n);
  // Its owner, but the slot is closed.
  everything(page);
  r.put(at("CONTROL"), 1n);
  // It stops, so that nothing is sent whatever comes.
  access(0x68, 8, 64n);
  r.get(at("STATUS"));
  everything(page);
  for (const name of ["SUSPEND", "RX_HEAD", "TX_TAIL", "STATUS", "AVAILABLE"]) r.get(at(name));
  // Another process runs.
  r.put("CURRENT_THREAD[0]", 0x1235n);
  everything(page);
  for (const name of ["SUSPEND", "RX_HEAD", "TX_TAIL", "STATUS", "AVAILABLE"]) r.get(at(name));
  // The owner again.
  r.put("CURRENT_THREAD[0]", 0x1234n);
  access(0x40, 8, 32n);
  access(0x40, 8, null);
  r.get(at("RX_HEAD"));
  for (const of of nobodys) {
    access(0x08, 8, null, of);
    access(0x68, 8, 0n, of);
    told();
  }
  for (const name of [at("CONTROL"), at("IDENTITY"), at("RX_SIZE"), at("TX_SIZE"), "CURRENT_THREAD[0]"]) r.put(name, 0n);
  for (const name of ["FOREIGN", "NO_DOORBELL", "LAST"]) r.readLanes(`PROTECTION.${name}`);
};
