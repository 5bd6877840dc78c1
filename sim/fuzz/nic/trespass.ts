/** Accesses to doorbell pages that nobody may make: what is no doorbell, pages of no slot, by what is no hart. */
import { Actor, type OpOf } from "./actor.ts";
import { is } from "./desk.ts";

/** Bytes of a page, and its words that an owner may read and write: docs/hardware.md, and the map `accio_doorbell`. */
const reads = [
  "STATUS",
  "SUSPEND",
  "RX_SIZE",
  "RX_HEAD",
  "RX_TAIL",
  "TX_SIZE",
  "TX_HEAD",
  "TX_TAIL",
  "RX_DROPS",
  "RX_TIME",
  "TX_TIME",
] as const;
const writes = ["SUSPEND", "RX_HEAD", "TX_TAIL"] as const;

export class Trespass extends Actor {
  async run({ page, word, write, stranger, narrow }: OpOf<"trespass">): Promise<void> {
    const { office, hart } = this;
    const { slots } = this.rig.config;
    const inPage = 8 * (word % 512);
    const bytes = narrow ? 4 : 8;
    const names: readonly string[] = write ? writes : reads;
    const isDoorbell = names.some((name) => office.offsetOf(name as "STATUS") === inPage);
    const tenant = page < slots ? this.owner(page) : null;
    const mine = tenant !== null && office.current[hart]?.asid === tenant.life.asid && !stranger;
    // What an owner may do is others' business.
    if (isDoorbell && mine) return;
    const address = office.registers.DOORBELLS.address + page * 0x1000 + inPage;
    const id = stranger ? office.strangerId : office.idOf(hart);
    const access = await office.access(hart, address, write ? 0x55n : null, bytes, id);
    is(
      `${write ? "write" : "read"} at ${inPage} of page ${page} by hart ${hart}${stranger ? ", with an ID of no hart" : ""}, from cycle ${access.from} on`,
      [access.response, `${access.value}`],
      ["SLVERR", "0"],
    );
    office.refused(stranger ? "NO_HART" : isDoorbell ? "FOREIGN" : "NO_DOORBELL", page, stranger ? null : hart, inPage, write);
  }
}
