/** A forwarded register, group or window as the surrounding hardware sees it: checked accesses, by element and word. */

import type { MemoryHandle } from "../core/memory.ts";
import { type Bundle, backward, bundle, forward } from "../core/ports.ts";
import { fail, transparent } from "../core/source.ts";
import { bool, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, hinted } from "../core/values.ts";

transparent(import.meta.url);

export interface ForwardedShape {
  readonly title: string;
  /** Bits of the element's number; 0 where there are no elements to tell apart. */
  readonly indexBits: number;
  /** Bits of the word's number in the element; 0 where there is one word. */
  readonly wordBits: number;
  readonly busBytes: 4 | 8;
  readonly sourceBits: number;
}
interface Signals {
  readonly valid: Bool;
  readonly ready: Bool;
  readonly write: Bool;
  readonly index?: Bits;
  readonly word?: Bits;
  readonly data: Bits;
  readonly strobe: Bits;
  readonly source?: Bits;
  readonly response: { readonly data: Bits; readonly error: Bool };
}

/**
 * Accesses that the map allows. One moves at an edge where `valid` and `ready` are both 1, and is answered on `response`
 * in the very next cycle: a synchronous RAM just fits. Hold `ready` back to answer later.
 */
export class ForwardedBus {
  readonly valid: Bool;
  readonly ready: Bool;
  /** 1 writes, 0 reads. */
  readonly write: Bool;
  /** The word to write. Byte 0 is bits 7 to 0. */
  readonly data: Bits;
  /** Bytes to write, or bytes that are read. */
  readonly strobe: Bits;
  /** To be driven in the cycle after a request moved. Bits of `data` outside the map's fields do not come through;
   *  `error` refuses the access after all. */
  readonly response: { readonly data: Bits; readonly error: Bool };
  readonly #signals: Signals;
  readonly #title: string;
  readonly #name: string;
  #fire: Bool | null = null;
  constructor(signals: Signals, title: string, name: string) {
    this.valid = signals.valid;
    this.ready = signals.ready;
    this.write = signals.write;
    this.data = signals.data;
    this.strobe = signals.strobe;
    this.response = signals.response;
    this.#signals = signals;
    this.#title = title;
    this.#name = name;
  }
  /** Number of the array's element. */
  get index(): Bits {
    return this.#signals.index ?? fail("regmap", `${this.#title} is no array: there is no index`);
  }
  /** Number of the bus word in the element, or in the window. */
  get word(): Bits {
    return this.#signals.word ?? fail("regmap", `${this.#title} has one word in each element: there is no word number`);
  }
  /** Who asks. Only where the block was made with `sourceBits`. */
  get source(): Bits {
    return (
      this.#signals.source ??
      fail("regmap", `${this.#title}: this block does not know who asks; make it with registerBlock(map, { sourceBits })`)
    );
  }
  /** `index` and `word` side by side: the address in a memory that holds the words of all elements. */
  get address(): Bits {
    const { index, word } = this.#signals;
    return index === undefined ? this.word : word === undefined ? index : cat(index, word);
  }
  /** A request moves now; its answer is due in the next cycle. */
  get fire(): Bool {
    this.#fire ??= hinted(this.valid.and(this.ready) as Bits<1>, `${this.#name}_fire`);
    return this.#fire;
  }
  /** Answers every access from a memory of bus words with a port to spare, addressed by `address`. */
  serve(memory: MemoryHandle<Bits, any>): void {
    this.ready.drive(1);
    memory.write(this.address, this.data, this.fire.and(this.write), this.strobe);
    this.response.data.drive(memory.readSync(`${this.#name}_answer`, this.address, this.fire.and(this.write.not())));
    this.response.error.drive(0);
  }
  /** Drives this port, seen from outside a block, from one of the same shape: requests there, answers back. */
  connect(from: ForwardedBus): void {
    const { index = null, word = null, source = null } = from.#signals;
    this.drive({ valid: from.valid, write: from.write, data: from.data, strobe: from.strobe, index, word, source });
    from.ready.drive(this.ready);
    from.response.data.drive(this.response.data);
    from.response.error.drive(this.response.error);
  }
  /** Drives the port's side of the block; for the block itself. */
  drive(request: {
    readonly valid: Bool;
    readonly write: Bool;
    readonly data: Bits;
    readonly strobe: Bits;
    readonly index: Bits | null;
    readonly word: Bits | null;
    readonly source: Bits | null;
  }): void {
    const s = this.#signals;
    s.valid.drive(request.valid);
    s.write.drive(request.write);
    s.data.drive(request.data);
    s.strobe.drive(request.strobe);
    if (request.index !== null) s.index?.drive(request.index);
    if (request.word !== null) s.word?.drive(request.word);
    if (request.source !== null) s.source?.drive(request.source);
  }
}

/** The bundle of a forwarded node. */
export const forwardedBus = (shape: ForwardedShape): Bundle<ForwardedBus> => {
  const some = (name: string, bits: number) => (bits === 0 ? {} : { [name]: forward(uint(bits) as Type) });
  const response = bundle({ data: forward(uint(shape.busBytes * 8)), error: forward(bool) }, (s) => s);
  return bundle(
    {
      valid: forward(bool),
      ready: backward(bool),
      write: forward(bool),
      ...some("index", shape.indexBits),
      ...some("word", shape.wordBits),
      data: forward(uint(shape.busBytes * 8)),
      strobe: forward(uint(shape.busBytes)),
      ...some("source", shape.sourceBits),
      response: backward(response),
    },
    (s, name) => new ForwardedBus(s as unknown as Signals, shape.title, name),
  );
};
