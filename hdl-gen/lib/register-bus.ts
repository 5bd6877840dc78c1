/**
 * The register bus: how a bus adapter (the AXI4 slave) asks a block of registers, and how register blocks reach tables
 * that live elsewhere. One word of 32 or 64 bits a cycle, byte strobes both ways, an answer exactly one cycle later.
 */

import type { Builder } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import { type Bundle, backward, bundle, forward } from "../core/ports.ts";
import { fail, transparent } from "../core/source.ts";
import { bool, struct, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, type Data, hinted } from "../core/values.ts";
import { Stream } from "./stream.ts";
import { checkStream, type PropertyKind, property } from "./stream-check.ts";

transparent(import.meta.url);

export interface RegisterBusOptions {
  /** Bits of a byte address. The bus carries the address of the word: `clog2(dataBits / 8)` bits less. */
  readonly addressBits: number;
  /** 64 unless said; 32 for small systems. */
  readonly dataBits?: 32 | 64;
  /** Bits that say who asks, an AXI ID say; none unless said. */
  readonly sourceBits?: number;
}

/** The answer: `valid` exactly one cycle after the request moved, whatever it was. No back-pressure. */
export interface RegisterResponse {
  readonly valid: Bool;
  /** The word as read; zero for a write and for an error. */
  readonly data: Bits;
  /** The access was refused and changed nothing: SLVERR on AXI4. */
  readonly error: Bool;
}

/**
 * A register bus, seen from the side that answers (`input`) or asks (`output`). A request moves at an edge where `valid`
 * and `ready` are both 1; as with a stream, `valid` stays and the request with it until then, and a slow block answers
 * late by holding `ready` back. The answer stands on `response` during the very next cycle, so one request can move in
 * every cycle, and whoever asks must be able to take an answer before asking.
 */
export class RegisterBus {
  readonly valid: Bool;
  readonly ready: Bool;
  /** 1 writes, 0 reads. */
  readonly write: Bool;
  /** Address of the word: the byte address without the bits that choose a byte in it. */
  readonly word: Bits;
  /** The word to write; anything for a read. Byte 0 is bits 7 to 0. */
  readonly data: Bits;
  /** One bit per byte, at least one of them 1: the bytes to write, or the bytes that are read (they count for reads with
   *  side effects; the whole word comes back all the same). */
  readonly strobe: Bits;
  readonly response: RegisterResponse;
  /** The request as a stream, to queue, slice or arbitrate it. */
  readonly request: Stream;
  /** The name its signals start with. */
  readonly name: string;
  readonly #source: Bits | null;
  #fire: Bool | null = null;
  constructor(s: Signals, of: Type, name: string) {
    this.valid = s.valid;
    this.ready = s.ready;
    this.write = s.write;
    this.word = s.word;
    this.data = s.data;
    this.strobe = s.strobe;
    this.#source = s.source ?? null;
    this.response = s.response;
    this.name = name;
    const parts = [s.write, s.word, s.data, s.strobe, ...(s.source === undefined ? [] : [s.source])];
    this.request = new Stream(s.valid, s.ready, of.wrap(parts.map((p) => p.place)) as Data, of, name);
  }
  /** Who asks. Only on a bus that was declared with `sourceBits`. */
  get source(): Bits {
    return (
      this.#source ??
      fail("bus", `register bus ${this.name} does not say who asks; declare it with registerBus({ addressBits, sourceBits })`)
    );
  }
  get hasSource(): boolean {
    return this.#source !== null;
  }
  /** A request moves now; its answer comes in the next cycle. */
  get fire(): Bool {
    this.#fire ??= hinted(this.valid.and(this.ready) as Bits<1>, `${this.name}_fire`);
    return this.#fire;
  }
  /**
   * The protocol as properties: of the block that `answers` (its answers asserted, requests assumed) or of the adapter
   * that `asks` (the other way round).
   */
  check(h: Builder, role: "answers" | "asks"): void {
    const [requests, answers]: readonly [PropertyKind, PropertyKind] = role === "answers" ? ["assume", "assert"] : ["assert", "assume"];
    checkStream(h, this.request.named(this.name), requests);
    property(h, requests, `${this.name}: a request has at least one byte`, this.valid.implies(this.strobe.any()));
    const moved = h.past(this.fire, 1, `${this.name}_fire`);
    property(h, answers, `${this.name}: an answer one cycle after each request, and no other`, this.response.valid.eq(moved));
  }
  /** Drives this bus from another of the same widths, the answers back. */
  connect(from: RegisterBus): void {
    this.valid.drive(from.valid);
    this.write.drive(from.write);
    this.word.drive(from.word);
    this.data.drive(from.data);
    this.strobe.drive(from.strobe);
    if (this.#source !== null) this.#source.drive(from.source);
    from.ready.drive(this.ready);
    from.response.valid.drive(this.response.valid);
    from.response.data.drive(this.response.data);
    from.response.error.drive(this.response.error);
  }
}
interface Signals {
  readonly valid: Bool;
  readonly ready: Bool;
  readonly write: Bool;
  readonly word: Bits;
  readonly data: Bits;
  readonly strobe: Bits;
  readonly source?: Bits;
  readonly response: RegisterResponse;
}

/** Bits of the word address and of the strobe that go with `options`. */
export const registerBusWidths = (
  options: RegisterBusOptions,
): { readonly word: number; readonly data: 32 | 64; readonly strobe: number } => {
  const data = options.dataBits ?? 64;
  const strobe = data / 8;
  const word = options.addressBits - clog2(strobe);
  if (!Number.isInteger(word) || word < 1)
    fail("argument", `registerBus: ${options.addressBits} address bits do not hold two words of ${data} bits`);
  return { word, data, strobe };
};

/** A register bus with byte addresses of `addressBits` bits: pins `_valid`, `_ready`, `_write`, `_word`, `_data`, `_strobe`, `_source` where asked for, and `_response_valid`, `_response_data`, `_response_error` against them. */
export const registerBus = (options: RegisterBusOptions): Bundle<RegisterBus> => {
  const { word, data, strobe } = registerBusWidths(options);
  const source = options.sourceBits ?? 0;
  const request = {
    write: bool,
    word: uint(word),
    data: uint(data),
    strobe: uint(strobe),
    ...(source === 0 ? {} : { source: uint(source) }),
  };
  const type = struct(request, `register_request_${word}_${data}${source === 0 ? "" : `_${source}`}`);
  const response = bundle({ valid: forward(bool), data: forward(uint(data)), error: forward(bool) }, (s) => s as RegisterResponse);
  return bundle(
    {
      valid: forward(bool),
      ready: backward(bool),
      ...Object.fromEntries(Object.entries(request).map(([key, of]) => [key, forward(of as Type)])),
      response: backward(response),
    },
    (s, name) => new RegisterBus(s as unknown as Signals, type as Type, name),
  );
};
