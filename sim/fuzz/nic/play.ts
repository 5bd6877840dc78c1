/** Plays a scenario: sets the NIC up, lets all actors do their operations, and compares everything when nothing is under way. */
import { type Config, dropCauses } from "#rtl/common.ts";
import { Mismatch } from "#sim/models/nic/whole/index.ts";
import { dump, macNumber } from "#sim/models/packet/index.ts";
import type { Nic } from "#sim/nic/nic.ts";
import { applyReset, ClockCycles, run, start } from "#sim/run/index.ts";
import { is, Office } from "./desk.ts";
import { frameOf } from "./frames.ts";
import { Kernel } from "./kernel.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Ordinary } from "./ordinary.ts";
import { Program } from "./programs.ts";
import { Rig } from "./rig.ts";
import type { FrameOp, Op, Scenario, SoftwareOp } from "./scenario.ts";
import { headers, layoutOf, memoryBase, ourMac } from "./scene.ts";
import { Wakeups } from "./wakeups.ts";

export interface Played {
  /** Frames that the NIC was asked to judge, and frames that left it. */
  readonly received: number;
  readonly sent: number;
  readonly cycles: number;
}

/** Throws a `Mismatch`, what an assertion of the hardware or a protocol checker says, or what shows that it hangs. */
export const play = async (nic: Nic, config: Config, scenario: Scenario): Promise<Played> => {
  applyReset(nic, 4);
  const player = new Player(nic, config, scenario);
  await run(nic, () => player.main(), { maxCycles: 2 ** 40 });
  return player.played;
};

/** Cycles in which nothing happens, after which nothing will. */
const quiet = 500;
/** Cycles after which what has not come to its end hangs. */
const patience = 60_000;
/** Beats that wait beside the wire, at most. */
const wireAhead = 1024;

class Player {
  readonly #rig: Rig;
  readonly #scenario: Scenario;
  #office: Office;
  #sent = 0;
  #received = 0;
  /** Events that were lost before. */
  #lost = 0;
  /** The wire's cycle from which the next frame may come. */
  #next = 0;

  constructor(nic: Nic, config: Config, scenario: Scenario) {
    this.#scenario = scenario;
    this.#rig = new Rig(nic, config, scenario);
    this.#rig.restart();
    this.#office = new Office(this.#rig);
  }
  get played(): Played {
    return { received: this.#received, sent: this.#sent, cycles: this.#rig.nic.sim.cycle };
  }
  async main(): Promise<void> {
    start(() => this.#watch(), "watchdog");
    await this.#setUp();
    let part: Op[] = [];
    for (const op of this.#scenario.ops) {
      if (op.op !== "settle" && op.op !== "reset") {
        part.push(op);
        continue;
      }
      if (op.op === "reset") {
        await this.#act(part, op.after);
        await this.#reset();
      } else {
        await this.#act(part, null);
        await this.#settle();
      }
      part = [];
    }
    await this.#act(part, null);
    await this.#settle();
    this.#count();
  }
  /** Gives up where nothing goes on any more: an access that is never answered, say. */
  async #watch(): Promise<void> {
    const rig = this.#rig;
    for (;;) {
      await ClockCycles(rig.nic.clk, 5000);
      if (rig.nic.sim.cycle - rig.lastProgress > 2 * patience) throw new Mismatch(this.#whatHangs());
    }
  }
  #count(): void {
    this.#received += this.#rig.model.receiving.tallies.frames;
    this.#sent += this.#rig.model.sending.frames;
  }
  /** Resets the NIC whatever it is doing, and begins anew: nothing of what was may show. */
  async #reset(): Promise<void> {
    const rig = this.#rig;
    this.#count();
    await this.#pulse();
    // Frames and accesses that were under way meet a NIC that is switched off; what the accesses leave there goes again.
    while (rig.wirePending > 0 || rig.bus.pending > 0) await ClockCycles(rig.nic.clk, 16);
    await this.#pulse();
    rig.restart();
    this.#next = 0;
    this.#lost = 0;
    this.#office = new Office(rig);
    await this.#setUp();
  }
  async #pulse(): Promise<void> {
    const { nic } = this.#rig;
    nic.rst.value = 1;
    nic.link_up.value = 0;
    await ClockCycles(nic.clk, 4);
    nic.rst.value = 0;
  }
  async #setUp(): Promise<void> {
    const { registers } = this.#office;
    const { surface } = this.#scenario;
    await registers.MAC.write({ address: BigInt(macNumber(ourMac)) });
    await registers.TRANSMIT.write({ largest: surface.largest, ttl: headers.ttl, tos: (headers.dscp << 2) | headers.ecn });
    const { lines } = layoutOf(this.#rig.config.slots);
    await new Kernel(this.#office, 0).openEvents();
    await registers.STATUS_LINES.BASE.write({ address: BigInt(lines) });
    await registers.STATUS_LINES.CONTROL.write({ enable: true });
    for (let hart = 0; hart < this.#rig.config.harts; hart++)
      await new Kernel(this.#office, hart).switchTo({ op: "switch", asid: 1 + (hart % 2), accelerated: false, priority: 0 });
    for (let hart = 0; hart < this.#rig.config.harts; hart++)
      await new Wakeups(this.#office, hart).mask({ op: "mask", hart, enabled: true });
    await new Ordinary(this.#office, 0).open();
    this.#rig.heed();
    await registers.CONTROL.write({ enable: true });
  }
  /** Each actor does its operations; ends when all of them have, or after so many cycles. */
  async #act(ops: readonly Op[], cycles: number | null): Promise<void> {
    const tasks = [start(() => this.#wire(ops.filter((op) => op.by === "wire") as FrameOp[]), "wire")];
    for (let hart = 0; hart < this.#rig.config.harts; hart++) {
      const own = ops.filter((op) => op.by === hart) as readonly SoftwareOp[];
      if (own.length > 0) tasks.push(start(() => new Program(this.#office, hart).run(own), `hart ${hart}`));
    }
    const clerk = start(() => this.#clerk(), "clerk");
    if (cycles === null) for (const task of tasks) await task.join();
    else {
      for (let left = cycles; left > 0 && tasks.some((task) => !task.ended); left -= 16) await ClockCycles(this.#rig.nic.clk, 16);
      for (const task of tasks) task.cancel();
    }
    clerk.cancel();
  }
  async #wire(ops: readonly FrameOp[]): Promise<void> {
    const rig = this.#rig;
    for (const { frame, gap } of ops) {
      while (rig.wirePending > wireAhead) await ClockCycles(rig.nic.clk, 64);
      const { data, spoiled } = frameOf(frame, rig.config.mtu);
      this.#next = Math.max(this.#next, rig.now) + gap;
      rig.push(data, spoiled, this.#next);
      this.#next += Math.ceil(data.length / (rig.config.wireBits / 8));
    }
  }
  /** Keeps the model informed where no program looks. */
  async #clerk(): Promise<void> {
    for (;;) {
      await ClockCycles(this.#rig.nic.clk, 1000);
      this.#rig.look();
    }
  }

  // ---- when nothing is under way ----------------------------------------------------------------

  async #settle(): Promise<void> {
    const rig = this.#rig;
    const begun = rig.now;
    const ordinary = new Ordinary(this.#office, 0);
    for (;;) {
      await ClockCycles(rig.nic.clk, 100);
      rig.look();
      await ordinary.serve();
      if (this.#isSettled && ordinary.isQuiet && rig.now - Math.max(rig.lastSeen, begun) > quiet) break;
      if (rig.now - Math.max(rig.lastSeen, begun) > patience) throw new Mismatch(this.#whatHangs());
    }
    rig.model.settle();
    const slots = new Lifecycle(this.#office, 0);
    for (const tenant of rig.model.tenants) {
      if (tenant === null) continue;
      if (tenant.life.closed !== null) await slots.drain(tenant.life.slot);
      else await slots.compare(tenant);
    }
    await new Wakeups(this.#office, 0).settle();
    await this.#settleEvents();
    await ordinary.settle();
    await this.#compareCounters();
    this.#compareLines();
    this.#compareMemory();
  }
  get #isSettled(): boolean {
    const { model, isSettled } = this.#rig;
    return isSettled && model.tenants.every((t) => t === null || t.life.closed !== null || t.sender.left === 0);
  }
  #whatHangs(): string {
    const { model, lastSeen, wirePending, bus } = this.#rig;
    const unsent = model.tenants.filter((t) => t !== null && t.life.closed === null && t.sender.left > 0);
    return (
      `nothing has happened since cycle ${lastSeen}: ${wirePending} beats beside the wire, ${bus.pending} accesses to registers, ${model.receiving}` +
      unsent.map((t) => `; ${t?.life} has ${t?.sender.left} ${t?.life.isDatagram ? "datagrams" : "bytes"} to send`).join("")
    );
  }
  async #compareCounters(): Promise<void> {
    const { registers } = this.#office;
    const { tallies } = this.#rig.model.receiving;
    const count = async (register: { read(): Promise<{ readonly count: bigint }> }) => Number((await register.read()).count);
    const seen: Record<string, number> = {};
    const expected: Record<string, number> = {
      RX_FRAMES: tallies.frames,
      RX_ACCEPTED: tallies.accepted,
      RX_ORDINARY: tallies.ordinary,
      RX_OVERFLOW: tallies.losses.overflow,
      RX_OVERSIZE: tallies.losses.oversize,
      RX_SPOILED: tallies.losses.spoiled,
      TX_FRAMES: this.#rig.model.sending.frames,
      TX_MALFORMED: 0,
      TX_FAILED: 0,
    };
    for (const name of Object.keys(expected)) seen[name] = await count(registers[name as "RX_FRAMES"]);
    for (const cause of dropCauses) {
      seen[cause] = await count(registers.RX_DROP[cause.toUpperCase() as Uppercase<typeof cause>]);
      expected[cause] = tallies.drops[cause];
    }
    for (const [name, { must, may }] of [
      ["TX_MALFORMED", this.#rig.model.stops.malformed],
      ["TX_FAILED", this.#rig.model.stops.torn],
    ] as const)
      expected[name] = Math.min(Math.max(seen[name] ?? 0, must), must + may);
    for (const [cause, faults] of Object.entries(this.#office.faults)) {
      seen[cause] = await count(registers.PROTECTION[cause as "FOREIGN"]);
      expected[cause] = faults;
    }
    is("counters", seen, expected);
  }
  /** Room is made for events until none comes any more; those that are missing then were lost. */
  async #settleEvents(): Promise<void> {
    const kernel = new Kernel(this.#office, 0);
    for (let before = -1; before !== this.#office.eventsRead; ) {
      before = this.#office.eventsRead;
      await kernel.readEvents();
      await ClockCycles(this.#rig.nic.clk, quiet);
    }
    const lost = Number((await this.#office.registers.EVENT_QUEUE.LOST.read()).count);
    this.#rig.model.events.settle(lost - this.#lost);
    this.#lost = lost;
  }
  /** The lines of open slots are what their registers are; those of closed ones are what they were at the end. */
  #compareLines(): void {
    const { memory, model, config } = this.#rig;
    const { lines } = layoutOf(config.slots);
    for (let slot = 0; slot < config.slots; slot++) {
      const tenant = model.tenants[slot] ?? null;
      const at = lines + 64 * slot;
      const seen = [memory.read32(at), memory.read32(at + 4)];
      if (tenant !== null)
        is(`line of ${tenant.life}`, seen, [tenant.life.tail.latest, tenant.sender.outside ? seen[1] : tenant.sender.head]);
      model.image.write(at, memory.read(at, 8));
    }
  }
  /** All of memory: what nobody was to write is as it was. */
  #compareMemory(): void {
    const { memory, model } = this.#rig;
    if (Buffer.compare(memory.bytes, model.bytes) === 0) return;
    const at = memory.bytes.findIndex((byte, i) => byte !== model.bytes[i]);
    const around = (bytes: Uint8Array) => dump(bytes.subarray(at - (at % 16), at - (at % 16) + 64));
    throw new Mismatch(
      `memory differs from 0x${(memoryBase + at).toString(16)} on:\n${around(memory.bytes)}the model says\n${around(model.bytes)}`,
    );
  }
}
