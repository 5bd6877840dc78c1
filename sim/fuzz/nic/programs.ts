/** What a hart's program does, operation by operation. The model is told of everything. */
import { ClockCycles } from "#sim/run/index.ts";
import type { Office } from "./desk.ts";
import { Kernel } from "./kernel.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Ordinary } from "./ordinary.ts";
import type { SoftwareOp } from "./scenario.ts";
import { Traffic } from "./traffic.ts";
import { Trespass } from "./trespass.ts";
import { Wakeups } from "./wakeups.ts";

export class Program {
  readonly #lifecycle: Lifecycle;
  readonly #traffic: Traffic;
  readonly #trespass: Trespass;
  readonly #kernel: Kernel;
  readonly #wakeups: Wakeups;
  readonly #ordinary: Ordinary;

  constructor(office: Office, hart: number) {
    this.#lifecycle = new Lifecycle(office, hart);
    this.#traffic = new Traffic(office, hart);
    this.#trespass = new Trespass(office, hart);
    this.#kernel = new Kernel(office, hart);
    this.#wakeups = new Wakeups(office, hart);
    this.#ordinary = new Ordinary(office, hart);
  }
  async run(ops: readonly SoftwareOp[]): Promise<void> {
    for (const op of ops) await this.#do(op);
  }
  async #do(op: SoftwareOp): Promise<void> {
    const owner = this.#lifecycle;
    switch (op.op) {
      case "pause":
        return ClockCycles(owner.rig.nic.clk, op.cycles);
      case "open":
        return owner.locked(op.slot, () => this.#lifecycle.open(op));
      case "close":
        return owner.locked(op.slot, () => this.#lifecycle.close(op.slot));
      case "consume":
        return owner.locked(op.slot, () => this.#traffic.consume(op));
      case "send":
        return owner.locked(op.slot, () => this.#traffic.send(op));
      case "misuse":
        return owner.locked(op.slot, () => this.#traffic.misuse(op));
      case "trespass":
        if (op.page >= owner.rig.config.slots) return this.#trespass.run(op);
        return owner.locked(op.page, () => this.#trespass.run(op));
      case "suspend":
        return owner.locked(op.slot, () => this.#wakeups.suspend(op));
      case "migrate":
        return owner.locked(op.slot, () => this.#wakeups.migrate(op));
      case "mask":
        return this.#wakeups.mask(op);
      case "take":
        await this.#wakeups.take(op.hart, op.peek);
        return;
      case "switch":
        return this.#kernel.switchTo(op);
      case "events":
        return this.#kernel.readEvents();
      case "ordinary":
        await this.#ordinary.send(op);
        return this.#ordinary.serve();
      case "rekey":
        return this.#lifecycle.rekey(op.key);
      case "link":
        return this.#kernel.setLink(op.up);
      default:
        throw new Error(`${op.op} is no operation of one hart`);
    }
  }
}
