/**
 * What a register block must do, from the rules alone: byte by byte over the flat list of registers, one cycle at a time.
 * Knows nothing of spaces, rows and words as the hardware decodes them.
 */
import { type Field, kinds } from "#hdl/regmap/fields.ts";
import { elements, type RegisterElement } from "#hdl/regmap/layout.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import type { Node } from "#hdl/regmap/nodes.ts";

export interface Request {
  readonly write: boolean;
  /** Byte address of the word. */
  readonly address: number;
  readonly data: bigint;
  /** Byte numbers in the word. */
  readonly bytes: readonly number[];
}
/** A port through which accesses leave, and which element and word of it. */
export interface Exit {
  readonly path: readonly string[];
  readonly index: number | null;
  readonly word: number | null;
}
export interface Cycle {
  readonly permitted: boolean;
  readonly ready: boolean;
  readonly exit: Exit | null;
  /** Values of outputs in this cycle, by "RX[3].STATUS.done.value". */
  readonly outputs: ReadonlyMap<string, bigint>;
}
export interface Response {
  readonly data: bigint;
  readonly error: boolean;
}
/** Hardware's inputs in this cycle, by "RX[3].STATUS.done.set". */
export type Inputs = (name: string) => bigint;

interface Cell {
  readonly element: RegisterElement;
  readonly name: string;
  readonly field: Field;
  readonly title: string;
  /** Byte addresses of the field. */
  readonly bytes: readonly number[];
}
const ones = (n: number): bigint => (1n << BigInt(n)) - 1n;
const bit = (f: Field): bigint => BigInt(f.lowest);
const legal = (f: Field, value: bigint): boolean => {
  const e = f.type.leaves[0]?.enumeration;
  return e === null || e === undefined || e.members.some((m) => m.value === value);
};

export class MapModel {
  readonly cells: readonly Cell[];
  /** Fields whose behaviour the block itself has. */
  readonly #inside: readonly Cell[];
  readonly #byElement: ReadonlyMap<RegisterElement, readonly Cell[]>;
  readonly #map: RegisterMap;
  readonly #values = new Map<string, bigint>();
  /** Push registers: the entry that waits. */
  readonly #waiting = new Map<string, ReadonlyMap<string, bigint>>();
  #due: ((inputs: Inputs) => Response) | null = null;

  constructor(map: RegisterMap) {
    this.#map = map;
    this.cells = map.registers.flatMap((placed) =>
      [...elements(placed)].flatMap((element) =>
        Object.entries(placed.register.fields).map(([name, field]) => {
          const [first, last] = [Math.floor(field.lowest / 8), Math.floor((field.lowest + field.type.width - 1) / 8)];
          return {
            element,
            name,
            field,
            title: `${element.title}.${name}`,
            bytes: Array.from({ length: last - first + 1 }, (_, i) => element.offset + first + i),
          };
        }),
      ),
    );
    this.#inside = this.cells.filter((c) => !c.element.placed.forwarded);
    this.#byElement = Map.groupBy(this.cells, (c) => c.element);
    for (const c of this.cells) this.#values.set(c.title, c.field.reset);
  }

  #cellsOf(e: RegisterElement): readonly Cell[] {
    return this.#byElement.get(e) as readonly Cell[];
  }
  /** The first forwarded node on the way to a register. */
  #exitOf(e: RegisterElement): Exit | null {
    let nodes: Readonly<Record<string, Node>> = this.#map.nodes;
    let base = 0;
    let arrays = 0;
    for (const [depth, key] of e.placed.path.entries()) {
      const n = nodes[key] as Node;
      base += n.offset;
      if (n.node !== "window" && n.count !== null) base += (e.index[arrays++] as number) * n.stride;
      if (n.node === "window") throw new Error("a window has no registers");
      if (n.forwarded) {
        const words = n.node === "register" ? (n.count === null || n.stride <= this.#map.busBytes ? 1 : n.stride / this.#map.busBytes) : 2;
        const word = Math.floor((e.offset - Math.floor(base / this.#map.busBytes) * this.#map.busBytes) / this.#map.busBytes);
        return { path: e.placed.path.slice(0, depth + 1), index: e.index[0] ?? null, word: words > 1 ? word : null };
      }
      if (n.node === "group") nodes = n.nodes;
    }
    return null;
  }

  /** One clock cycle: answers to the request of the cycle before, outputs now, and then the state after the edge. */
  cycle(request: Request | null, inputs: Inputs): { readonly now: Cycle; readonly response: Response | null } {
    const response = this.#due?.(inputs) ?? null;
    this.#due = null;
    const touched =
      request === null ? [] : [...this.#byElement.keys()].filter((e) => request.bytes.some((b) => this.#has(e, request.address + b)));
    const window =
      request === null
        ? undefined
        : this.#map.windows.find((w) => request.address >= w.offset && request.address < w.offset + w.window.size);
    const permitted =
      request !== null &&
      (window === undefined ? this.#allows(request, touched, inputs) : window.window.access !== (request.write ? "ro" : "wo"));
    const exit = !permitted
      ? null
      : window !== undefined
        ? { path: window.path, index: null, word: ((request as Request).address - window.offset) / this.#map.busBytes }
        : touched[0] === undefined
          ? null
          : this.#exitOf(touched[0]);
    const ready = exit === null || inputs(`${exit.path.join(".")}.ready`) === 1n;
    const access = request !== null && permitted && ready && exit === null ? request : null;
    const outputs = this.#outputs(access, touched, inputs);
    if (request !== null && ready) this.#due = this.#answer(request, permitted, exit, touched, inputs);
    this.#clock(access, touched, inputs);
    return { now: { permitted, ready, exit, outputs }, response };
  }

  #has(e: RegisterElement, address: number): boolean {
    return address >= e.offset && address < e.offset + e.placed.bytes;
  }
  #covers(request: Request, bytes: readonly number[]): "all" | "some" | "none" {
    const n = bytes.filter((b) => request.bytes.includes(b - request.address)).length;
    return n === 0 ? "none" : n === bytes.length ? "all" : "some";
  }
  #allows(request: Request, touched: readonly RegisterElement[], inputs: Inputs): boolean {
    if (touched.length === 0) return false;
    for (const e of touched) {
      const cells = this.#cellsOf(e);
      if (!cells.some((c) => (request.write ? kinds[c.field.kind].writable : c.field.readable))) return false;
      const queue = cells.filter((c) => c.field.kind === (request.write ? "push" : "pop"));
      const whole = [
        queue.flatMap((c) => c.bytes),
        ...cells.filter((c) => c.field.kind === (request.write ? "command" : "rc")).map((c) => c.bytes),
      ];
      if (whole.some((bytes) => this.#covers(request, bytes) === "some")) return false;
      if (!request.write || e.placed.forwarded) continue;
      for (const c of cells) {
        if (!["rw", "wo", "push", "command", "external"].includes(c.field.kind) || this.#covers(request, c.bytes) === "none") continue;
        if (!legal(c.field, this.#written(request, c, inputs))) return false;
      }
      if (
        queue.length > 0 &&
        this.#covers(
          request,
          queue.flatMap((c) => c.bytes),
        ) === "all" &&
        this.#waiting.has(e.title) &&
        inputs(`${e.title}.push.ready`) === 0n
      )
        return false;
    }
    return true;
  }
  /** The value a field would have with the bytes that are written. */
  #written(request: Request, c: Cell, inputs: Inputs): bigint {
    const old =
      c.field.kind === "external" ? inputs(`${c.title}.value`) : c.field.kind === "command" ? 0n : (this.#values.get(c.title) as bigint);
    let register = old << bit(c.field);
    for (const b of request.bytes) {
      const at = request.address + b - c.element.offset;
      if (at < 0 || at >= c.element.placed.bytes) continue;
      const byte = (request.data >> BigInt(b * 8)) & 0xffn;
      register = (register & ~(0xffn << BigInt(at * 8))) | (byte << BigInt(at * 8));
    }
    return (register >> bit(c.field)) & ones(c.field.type.width);
  }
  /** Ones that are written to a field. */
  #ones(request: Request, c: Cell): bigint {
    let register = 0n;
    for (const b of request.bytes) {
      const at = request.address + b - c.element.offset;
      if (at >= 0 && at < c.element.placed.bytes) register |= ((request.data >> BigInt(b * 8)) & 0xffn) << BigInt(at * 8);
    }
    return (register >> bit(c.field)) & ones(c.field.type.width);
  }
  #readable(c: Cell, inputs: Inputs): bigint {
    if (!c.field.readable) return 0n;
    switch (c.field.kind) {
      case "ro":
        return inputs(c.title);
      case "external":
        return inputs(`${c.title}.value`);
      case "pop":
        return inputs(`${c.element.title}.pop.valid`) === 1n ? inputs(`${c.element.title}.pop.payload.${c.name}`) : 0n;
      default:
        return this.#values.get(c.title) as bigint;
    }
  }
  #answer(
    request: Request,
    permitted: boolean,
    exit: Exit | null,
    touched: readonly RegisterElement[],
    inputs: Inputs,
  ): (later: Inputs) => Response {
    if (!permitted) return () => ({ data: 0n, error: true });
    const word = this.cells.filter((c) => c.element.offset >= request.address && c.element.offset < request.address + this.#map.busBytes);
    if (exit !== null) {
      const mask =
        touched.length === 0
          ? ones(this.#map.busBytes * 8)
          : word.reduce(
              (m, c) =>
                c.field.readable ? m | (ones(c.field.type.width) << (bit(c.field) + BigInt(c.element.offset - request.address) * 8n)) : m,
              0n,
            );
      return (later) => {
        const error = later(`${exit.path.join(".")}.response.error`) === 1n;
        return { data: error || request.write ? 0n : later(`${exit.path.join(".")}.response.data`) & mask, error };
      };
    }
    const data = request.write
      ? 0n
      : word.reduce((d, c) => d | (this.#readable(c, inputs) << (bit(c.field) + BigInt(c.element.offset - request.address) * 8n)), 0n);
    return () => ({ data, error: false });
  }
  #outputs(access: Request | null, touched: readonly RegisterElement[], inputs: Inputs): ReadonlyMap<string, bigint> {
    const out = new Map<string, bigint>();
    for (const c of this.#inside) {
      const mine = access !== null && touched.some((e) => e.title === c.element.title) && this.#covers(access, c.bytes) !== "none";
      switch (c.field.kind) {
        case "rw":
        case "wo":
          out.set(c.title, this.#values.get(c.title) as bigint);
          break;
        case "w1c":
        case "w1s":
        case "rc":
        case "counter":
          out.set(`${c.title}.value`, this.#values.get(c.title) as bigint);
          break;
        case "command":
        case "external": {
          const written = mine && access.write;
          out.set(`${c.title}.written`, written ? 1n : 0n);
          if (written) out.set(`${c.element.placed.title.replace("[]", "")}.${c.name}.data`, this.#written(access, c, inputs));
          break;
        }
        case "pop":
          out.set(`${c.element.title}.pop.ready`, mine && !access.write ? 1n : 0n);
          break;
        case "push": {
          const waits = this.#waiting.get(c.element.title);
          out.set(`${c.element.title}.push.valid`, waits === undefined ? 0n : 1n);
          if (waits !== undefined) out.set(`${c.element.title}.push.payload.${c.name}`, waits.get(c.name) as bigint);
          break;
        }
        default:
      }
    }
    return out;
  }
  #clock(access: Request | null, touched: readonly RegisterElement[], inputs: Inputs): void {
    for (const e of this.#byElement.keys())
      if (this.#waiting.has(e.title) && inputs(`${e.title}.push.ready`) === 1n) this.#waiting.delete(e.title);
    for (const c of this.#inside) {
      const mine = access !== null && touched.some((e) => e.title === c.element.title) && this.#covers(access, c.bytes) !== "none";
      const written = mine && access.write;
      const value = this.#values.get(c.title) as bigint;
      const set = (v: bigint): void => {
        this.#values.set(c.title, v & ones(c.field.type.width));
      };
      switch (c.field.kind) {
        case "rw":
        case "wo":
          if (written) set(this.#written(access, c, inputs));
          break;
        case "w1c":
          set((value & ~(written ? this.#ones(access, c) : 0n)) | inputs(`${c.title}.set`));
          break;
        case "w1s":
          set((value & ~inputs(`${c.title}.clear`)) | (written ? this.#ones(access, c) : 0n));
          break;
        case "rc":
          set((mine && !access.write ? 0n : value) | inputs(`${c.title}.set`));
          break;
        case "counter": {
          const sum = value + inputs(`${c.title}.increment`);
          const top = ones(c.field.type.width);
          set(c.field.overflow === "saturate" && sum > top ? top : sum);
          break;
        }
        case "push":
          if (written) {
            const entry = this.#cellsOf(c.element).filter((x) => x.field.kind === "push");
            this.#waiting.set(c.element.title, new Map(entry.map((x) => [x.name, this.#ones(access, x)])));
          }
          break;
        default:
      }
    }
  }
}
