/** What the programs of a hart are made of: accesses in the name of the kernel or of the thread that runs, locks, tenants. */
import type { Life, Tenant } from "#sim/models/nic/whole/index.ts";
import { type Access, is, type Office, type SlotRegister } from "./desk.ts";
import type { SoftwareOp } from "./scenario.ts";

export type OpOf<K extends SoftwareOp["op"]> = Extract<SoftwareOp, { readonly op: K }>;

export class Actor {
  readonly office: Office;
  readonly hart: number;

  constructor(office: Office, hart: number) {
    this.office = office;
    this.hart = hart;
  }
  get rig() {
    return this.office.rig;
  }
  get model() {
    return this.office.rig.model;
  }
  /** Nobody else does anything with a slot meanwhile. */
  async locked(slot: number, body: () => Promise<void>): Promise<void> {
    const { lock } = this.office.desk(slot);
    await lock.acquire();
    try {
      await body();
    } finally {
      lock.release();
    }
  }
  tenant(slot: number): Tenant | null {
    return this.model.tenants[slot] ?? null;
  }
  /** Who has the slot, if it is open. */
  owner(slot: number): Tenant | null {
    const tenant = this.tenant(slot);
    return tenant === null || tenant.life.closed !== null ? null : tenant;
  }
  async kernelRead(slot: number, name: SlotRegister): Promise<number> {
    return Number((await this.office.read(this.hart, slot, name)).value);
  }
  async kernelWrite(slot: number, name: SlotRegister, value: bigint | number): Promise<Access> {
    return this.office.write(this.hart, slot, name, value);
  }
  /**
   * Reads (`value` null) or writes a word of an open slot, as the kernel or in the slot's page. Null: the thread that runs here
   * is not the owner, and was refused, as it must be. `before` is called when it is known that it will not be.
   */
  async access(
    { slot, asid }: Life,
    name: SlotRegister,
    way: "kernel" | "page",
    value: number | null,
    before?: () => void,
  ): Promise<Access | null> {
    const { office, hart } = this;
    const address = office.addressOf(slot, name, way);
    const allowed = way === "kernel" || office.current[hart]?.asid === asid;
    if (allowed) before?.();
    const access = await office.access(hart, address, value === null ? null : BigInt(value));
    const what = `${value === null ? "read" : "write"} of slot ${slot}'s ${name} in its ${way === "page" ? "page" : "window"} by hart ${hart}, from cycle ${access.from} on`;
    is(what, access.response, allowed ? "OKAY" : "SLVERR");
    if (allowed) return access;
    is(`${what}: data`, access.value, 0n);
    office.refused("FOREIGN", slot, hart, address % 0x1000, value !== null);
    return null;
  }
}
