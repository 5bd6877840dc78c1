/**
 * The kernel's driver of the ordinary path: buffers of many sizes for frames that are nobody's, and frames of its own in
 * fragments. What comes is what the model gave to the kernel, whole and in order, less what is counted as dropped.
 */
import { readMemory } from "#hdl/regmap/index.ts";
import { completionBytes, descriptorBytes, receiveCompletion, transmitCompletion } from "#rtl/nic/ordinary-formats.ts";
import { Mismatch } from "#sim/models/nic/whole/index.ts";
import { concat, dump, onesComplementSum, Prng } from "#sim/models/packet/index.ts";
import { Actor, type OpOf } from "./actor.ts";
import { is, type Office } from "./desk.ts";
import { layoutOf, memoryBase, ourMac } from "./scene.ts";

/** Entries of each ring, as a power of two, and bytes that belong to each of them. */
const logSize = 5;
const entries = 2 ** logSize;
const room = 2048;
/** Sizes of receive buffers: some frames go over several. */
const sizes = [64, 200, 1024, 1600] as const;

/** Where the driver is; it begins anew with each reset. */
export class OrdinaryState {
  /** Buffers given, and completions taken, of the receive queue. */
  given = 0;
  taken = 0;
  readonly buffers: { address: number; bytes: number }[] = [];
  parts: Uint8Array[] = [];
  /** Frames that came, and those of the model that did not. */
  frames = 0;
  missing = 0;
  /** Fragments given to the transmit queue, and those that are the driver's again; completions taken. */
  fragments = 0;
  free = 0;
  done = 0;
  /** Frames under way: the descriptor behind each, whether it will be refused, and its bytes. */
  readonly sending: { readonly end: number; readonly refused: boolean; readonly bytes: number }[] = [];
  sent = 0;
  refused = 0;
}
const partsOf = (slots: number) => {
  const { ordinary } = layoutOf(slots);
  const rx = ordinary;
  const rxDone = rx + entries * descriptorBytes;
  const tx = rxDone + entries * completionBytes;
  const txDone = tx + entries * descriptorBytes;
  const buffers = txDone + entries * completionBytes;
  return { rx, rxDone, tx, txDone, buffers, data: buffers + entries * room };
};

export class Ordinary extends Actor {
  readonly #at: ReturnType<typeof partsOf>;

  constructor(office: Office, hart: number) {
    super(office, hart);
    this.#at = partsOf(this.rig.config.slots);
  }
  get #state(): OrdinaryState {
    return this.office.ordinary;
  }
  async #write(register: { readonly address: number }, value: number): Promise<void> {
    is(
      `write of ${value} at 0x${register.address.toString(16)}`,
      (await this.office.access(this.hart, register.address, BigInt(value))).response,
      "OKAY",
    );
  }
  async open(): Promise<void> {
    const { ORDINARY_RX, ORDINARY_TX } = this.office.registers;
    const at = this.#at;
    this.model.write(at.rxDone, new Uint8Array(entries * completionBytes));
    this.model.write(at.txDone, new Uint8Array(entries * completionBytes));
    await this.#write(ORDINARY_RX.DESCRIPTORS, at.rx);
    await this.#write(ORDINARY_RX.COMPLETIONS, at.rxDone);
    await this.#write(ORDINARY_TX.DESCRIPTORS, at.tx);
    await this.#write(ORDINARY_TX.COMPLETIONS, at.txDone);
    for (const queue of [ORDINARY_RX, ORDINARY_TX]) await this.#write(queue.CONTROL, 1 | (logSize << 8));
    await this.#giveBuffers();
  }
  /** Whoever looks after the queues does so alone. */
  async #alone(body: () => Promise<void>): Promise<void> {
    const { ordinaryLock } = this.office;
    await ordinaryLock.acquire();
    try {
      await body();
    } finally {
      ordinaryLock.release();
    }
  }

  // ---- frames that come -------------------------------------------------------------------------

  async #giveBuffers(): Promise<void> {
    const state = this.#state;
    for (; state.given - state.taken < entries; state.given++) {
      const place = state.given % entries;
      const bytes = sizes[(state.given * 7) % sizes.length] as number;
      const address = this.#at.buffers + place * room + ((state.given * 5) % 64);
      state.buffers[place] = { address, bytes };
      this.#descriptor(this.#at.rx + place * descriptorBytes, address, bytes);
    }
    await this.#write(this.office.registers.ORDINARY_RX.PRODUCER, state.given & 0xffff);
  }
  #descriptor(at: number, address: number, word: number): void {
    const bytes = new DataView(new ArrayBuffer(descriptorBytes));
    bytes.setBigUint64(0, BigInt(address), true);
    bytes.setUint32(8, word, true);
    this.model.write(at, new Uint8Array(bytes.buffer));
  }
  /** Takes what has come and what has been sent, and gives buffers back. */
  async serve(): Promise<void> {
    await this.#alone(async () => {
      this.rig.look();
      // The model must know of every frame that can be in memory.
      if (!this.rig.isTold) return;
      const before = this.#state.taken;
      while (this.#takeBuffer());
      const done = this.#state.done;
      while (this.#takeSent());
      const { ORDINARY_RX, ORDINARY_TX } = this.office.registers;
      if (this.#state.done !== done) await this.#write(ORDINARY_TX.CONSUMER, this.#state.done & 0xffff);
      if (this.#state.taken === before) return;
      await this.#write(ORDINARY_RX.CONSUMER, this.#state.taken & 0xffff);
      await this.#giveBuffers();
    });
  }
  #takeBuffer(): boolean {
    const state = this.#state;
    const place = state.taken % entries;
    const at = this.#at.rxDone + place * completionBytes;
    const { STATUS } = readMemory(receiveCompletion, this.rig.memory.bytes, at - memoryBase);
    if (STATUS.phase !== (Math.floor(state.taken / entries) % 2 === 0)) return false;
    const { address, bytes } = state.buffers[place] as { address: number; bytes: number };
    const what = `ordinary path: completion ${state.taken}`;
    is(
      what,
      [STATUS.index, STATUS.failed, STATUS.first, STATUS.bytes <= bytes],
      [state.taken & 0xffff, false, state.parts.length === 0, true],
    );
    this.model.image.write(at, this.rig.memory.read(at, completionBytes));
    const part = this.rig.memory.read(address, STATUS.bytes);
    this.model.image.write(address, part);
    state.parts.push(part);
    state.taken++;
    if (!STATUS.last) {
      is(`${what}: bytes of a buffer that is not the last`, STATUS.bytes, bytes);
      return true;
    }
    const frame = concat(...state.parts);
    state.parts = [];
    is(`${what}: sum`, STATUS.sum % 0xffff, onesComplementSum(frame.subarray(14)) % 0xffff);
    // What is too short for a type has none that could be a tag's.
    const type = (frame[12] ?? 0) * 256 + (frame[13] ?? 0);
    is(`${what}: tagged`, STATUS.tagged, frame.length >= 14 && (type === 0x8100 || type === 0x88a8));
    this.#match(frame);
    return true;
  }
  /** It is the next of the model's frames, but for dropped ones. */
  #match(frame: Uint8Array): void {
    const { ordinary } = this.model;
    const found = ordinary.findIndex(({ data }) => Buffer.compare(data, frame) === 0);
    if (found < 0) throw new Mismatch(`the kernel got a frame that is not the next for it, nor one behind that:\n${dump(frame)}`);
    ordinary.splice(0, found + 1);
    this.#state.missing += found;
    this.#state.frames++;
  }

  // ---- frames that leave ------------------------------------------------------------------------

  /** Gives a frame to the queue, in fragments; of no more than there are descriptors for. */
  async send({ lengths, seed }: OpOf<"ordinary">): Promise<void> {
    await this.#alone(async () => {
      const state = this.#state;
      if (lengths.length === 0 || state.fragments - state.free + lengths.length > entries) return;
      const random = new Prng(seed);
      const whole = random.bytes(lengths.reduce((sum, n) => sum + n, 0));
      // Its type is one that sockets never send.
      whole.set(concat(random.bytes(6), macBytes, Uint8Array.of(0x88, 0xb5)).subarray(0, whole.length));
      let at = 0;
      for (const [i, length] of lengths.entries()) {
        const place = state.fragments % entries;
        const address = this.#at.data + place * room + random.integer(0, 63);
        this.model.write(address, whole.subarray(at, at + length));
        this.#descriptor(this.#at.tx + place * descriptorBytes, address, length | (i === lengths.length - 1 ? 0x3_0000 : 0));
        at += length;
        state.fragments++;
      }
      const refused = lengths.includes(0) || whole.length > this.rig.config.mtu + 18;
      state.sending.push({ end: state.fragments, refused, bytes: whole.length });
      if (!refused) this.model.kernels.push(concat(whole, new Uint8Array(Math.max(0, 60 - whole.length))));
      await this.#write(this.office.registers.ORDINARY_TX.PRODUCER, state.fragments & 0xffff);
    });
  }
  #takeSent(): boolean {
    const state = this.#state;
    const at = this.#at.txDone + (state.done % entries) * completionBytes;
    const { STATUS } = readMemory(transmitCompletion, this.rig.memory.bytes, at - memoryBase);
    if (STATUS.phase !== (Math.floor(state.done / entries) % 2 === 0)) return false;
    this.model.image.write(at, this.rig.memory.read(at, completionBytes));
    const frame = state.sending.shift();
    if (frame === undefined) throw new Mismatch(`transmit completion ${state.done} of the ordinary path, and no frame is under way`);
    is(
      `transmit completion ${state.done} of the ordinary path`,
      [STATUS.index, STATUS.refused, STATUS.failed],
      [(frame.end - 1) & 0xffff, frame.refused, false],
    );
    if (!frame.refused) is(`transmit completion ${state.done}: bytes`, STATUS.bytes, frame.bytes);
    state.free = frame.end;
    state.done++;
    if (frame.refused) state.refused++;
    else state.sent++;
    return true;
  }

  // ---- when nothing is under way ----------------------------------------------------------------

  /** Everything given has been taken up, as far as the driver can know. */
  get isQuiet(): boolean {
    return this.#state.sending.length === 0 && this.model.kernels.length === 0;
  }
  async settle(): Promise<void> {
    const { ORDINARY_RX, ORDINARY_TX } = this.office.registers;
    const state = this.#state;
    // What is missing at the end was dropped.
    const missing = state.missing + this.model.ordinary.length;
    const count = async (register: { read(): Promise<{ readonly count: bigint }> }) => Number((await register.read()).count);
    const seen = [
      await count(ORDINARY_RX.FRAMES),
      await count(ORDINARY_RX.DROPPED),
      await count(ORDINARY_TX.FRAMES),
      await count(ORDINARY_TX.REFUSED),
    ];
    is("ordinary path: frames to the kernel, dropped, from the kernel, refused", seen, [state.frames, missing, state.sent, state.refused]);
    state.missing = missing;
    this.model.ordinary.length = 0;
  }
}
const macBytes = Uint8Array.from(ourMac.split(":"), (byte) => Number.parseInt(byte, 16));
