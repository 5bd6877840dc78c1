/** The kernel's part beside the slots: which thread runs, and the control events. */
import { readMemory } from "#hdl/regmap/index.ts";
import { eventBytes, eventKinds, eventRecord, missRecord } from "#rtl/nic/control-event-formats.ts";
import { Mismatch } from "#sim/models/nic/whole/index.ts";
import { endpointText, ipv4Text } from "#sim/models/packet/index.ts";
import { ClockCycles } from "#sim/run/index.ts";
import { Actor, type OpOf } from "./actor.ts";
import { eventLog, layoutOf, memoryBase } from "./scene.ts";

export class Kernel extends Actor {
  async switchTo({ asid, accelerated, priority }: OpOf<"switch">): Promise<void> {
    this.office.current[this.hart] = { asid, accelerated, priority };
    const address = this.office.registers.CURRENT_THREAD.at(this.hart).address;
    await this.office.access(this.hart, address, BigInt(asid | (accelerated ? 1 << 16 : 0) | (priority << 24)));
  }
  /** The cable is put in, or pulled out. */
  async setLink(up: boolean): Promise<void> {
    if (this.office.link === up) return;
    this.office.link = up;
    this.rig.nic.link_up.value = up ? 1 : 0;
    this.model.events.must(up ? "LINK_UP" : "LINK_DOWN");
    // Longer than it takes to be seen: what comes and goes meanwhile may be no event.
    await ClockCycles(this.rig.nic.clk, 16);
  }
  /** Everything that can be an event is one. */
  async openEvents(): Promise<void> {
    const { EVENT_QUEUE } = this.office.registers;
    await EVENT_QUEUE.RING.write({ address: BigInt(layoutOf(this.rig.config.slots).events) });
    await EVENT_QUEUE.CONTROL.write({ enable: true, logSize: eventLog, kinds: 0xffff });
  }
  /** Takes the events that there are. */
  async readEvents(): Promise<void> {
    const { office } = this;
    const { EVENT_QUEUE } = office.registers;
    await office.eventLock.acquire();
    try {
      const { value: tail } = await office.access(this.hart, EVENT_QUEUE.TAIL.address, null);
      this.rig.look();
      for (let index = office.eventsRead; index !== Number(tail); index = (index + 1) & 0xffff)
        this.model.events.recorded(this.#eventAt(index));
      office.eventsRead = Number(tail);
      await office.access(this.hart, EVENT_QUEUE.HEAD.address, tail);
    } finally {
      office.eventLock.release();
    }
  }
  #eventAt(index: number): string {
    const at = layoutOf(this.rig.config.slots).events + eventBytes * (index % 2 ** eventLog);
    const { FACTS, HEAD } = readMemory(eventRecord, this.rig.memory.bytes, at - memoryBase);
    this.model.image.write(at, this.rig.memory.read(at, eventBytes));
    const phase = Math.floor(index / 2 ** eventLog) % 2 === 0;
    if (HEAD.phase !== phase) throw new Mismatch(`event ${index} is not in memory: its phase is ${HEAD.phase}`);
    if (Number(HEAD.time) > this.rig.now) throw new Mismatch(`event ${index} was in cycle ${HEAD.time}, and it is cycle ${this.rig.now}`);
    if (!(HEAD.kind in eventKinds)) throw new Mismatch(`event ${index} is of no kind`);
    if (HEAD.kind === "TABLE_MISS") {
      const { TUPLE } = readMemory(missRecord, this.rig.memory.bytes, at - memoryBase);
      return `TABLE_MISS of ${endpointText({ address: ipv4Text(TUPLE.remoteIp), port: TUPLE.remotePort })} to port ${TUPLE.localPort}`;
    }
    if (HEAD.kind === "PROTECTION_FAULT") {
      const hart = FACTS.harts === 0 ? "no hart" : `hart ${Math.log2(FACTS.harts)}`;
      return `PROTECTION_FAULT of page ${FACTS.slot}, byte ${FACTS.pageOffset}, ${FACTS.write ? "write" : "read"} by ${hart}`;
    }
    if (HEAD.kind.startsWith("LINK")) return HEAD.kind;
    return `${HEAD.kind} of slot ${FACTS.slot}`;
  }
}
