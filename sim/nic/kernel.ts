/**
 * The kernel's side of the ordinary path in a run: keeps the receive queue full of buffers, takes what comes out of them, and
 * gives it back frame by frame. It sees completions in memory alone, by their phase bit, as a driver that polls does.
 */

import { readMemory } from "#hdl/regmap/index.ts";
import { completionBytes, descriptorBytes, receiveCompletion } from "#rtl/nic/ordinary-formats.ts";
import type { Memory } from "#sim/models/axi/index.ts";
import type { NicRegisters } from "./host.ts";

/** Buffers, as a power of two: more than come while nobody looks. */
const logSize = 11;
const buffers = 2 ** logSize;
/** A frame of the usual MTU fits into one. */
const bufferBytes = 2048;
const rings = buffers * (descriptorBytes + completionBytes);

/** Visits in vain after which it asks whether frames were dropped. */
const patience = 2;

/** Bytes of memory that it needs. */
export const kernelBytes = rings + buffers * bufferBytes;

export class OrdinaryKernel {
  readonly #memory: Memory;
  readonly #registers: NicRegisters;
  /** Bus addresses: descriptors, completions, buffers. */
  readonly #descriptors: number;
  readonly #completions: number;
  readonly #buffers: number;
  readonly #take: (frame: Uint8Array) => void;
  /** Completions taken, not wrapped; of those, told to the hardware. */
  #taken = 0;
  #told = 0;
  #parts: Uint8Array[] = [];
  /** Visits in a row that found nothing, although frames were on their way. */
  #inVain = 0;
  /** Frames that the hardware has dropped: memory did not keep up with the wire. */
  dropped = 0;

  /** `base`: a multiple of 64 from which on `kernelBytes` of memory are its own. `take` gets the frames, in order. */
  constructor(memory: Memory, registers: NicRegisters, base: number, take: (frame: Uint8Array) => void) {
    this.#memory = memory;
    this.#registers = registers;
    this.#descriptors = base;
    this.#completions = base + buffers * descriptorBytes;
    this.#buffers = base + rings;
    this.#take = take;
  }
  /** Switches the queue on, with a buffer in every place. */
  async open(): Promise<void> {
    const { ORDINARY_RX } = this.#registers;
    for (let i = 0; i < buffers; i++) {
      this.#memory.write64(this.#descriptors + i * descriptorBytes, BigInt(this.#buffers + i * bufferBytes));
      this.#memory.write64(this.#descriptors + i * descriptorBytes + 8, BigInt(bufferBytes));
    }
    await ORDINARY_RX.DESCRIPTORS.write({ address: BigInt(this.#descriptors) });
    await ORDINARY_RX.COMPLETIONS.write({ address: BigInt(this.#completions) });
    await ORDINARY_RX.CONTROL.write({ enable: true, logSize });
    // The line may rise; this kernel polls all the same.
    await ORDINARY_RX.CONSUMER.write({ index: 0, armed: true });
    await ORDINARY_RX.PRODUCER.write({ index: buffers });
  }
  /** Takes all frames that are there. */
  look(): void {
    for (;;) {
      const place = this.#taken % buffers;
      const { STATUS } = readMemory(receiveCompletion, this.#memory.bytes, this.#completions + place * completionBytes - this.#memory.base);
      if (STATUS.phase !== (Math.floor(this.#taken / buffers) % 2 === 0)) return;
      if (STATUS.failed) throw new Error(`memory refused a write to buffer ${place} of the ordinary path`);
      this.#taken++;
      this.#parts.push(this.#memory.read(this.#buffers + place * bufferBytes, Number(STATUS.bytes)));
      if (!STATUS.last) continue;
      this.#take(this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts));
      this.#parts = [];
    }
  }
  /** Gives buffers back, and takes up what came. `waits`: frames were sent this way and have not come. */
  async serve(waits: boolean): Promise<void> {
    this.look();
    this.#inVain = waits && this.#told === this.#taken ? this.#inVain + 1 : 0;
    if (this.#inVain === patience) this.dropped = Number((await this.#registers.ORDINARY_RX.DROPPED.read()).count);
    if (this.#inVain === patience) this.#inVain = 0;
    if (this.#told === this.#taken) return;
    const upTo = this.#taken;
    const { PRODUCER, CONSUMER } = this.#registers.ORDINARY_RX;
    await CONSUMER.write({ index: upTo & 0xffff, armed: true });
    await PRODUCER.write({ index: (upTo + buffers) & 0xffff });
    this.#told = upTo;
  }
}
