/** What the program `registers` does, as a list: each access with what must come of it, and the bytes that C reads. */
import { ones } from "./model.ts";

/** As programs/registers.c numbers them. */
export const kinds = {
  /** Reads `bytes`; under `mask` it must be `value`. */
  read: 0,
  write: 1,
  /** A register that counts cycles: a read of `bytes` lies between two reads of all of it, and it counts as mcycle does. */
  clock: 2,
  /** Reads until it is `value` under `mask`. */
  wait: 3,
  /** Must trap with cause `value`. */
  readTraps: 4,
  writeTraps: 5,
  /** Writes eight bytes of the program's buffer, at offset `address`. */
  buffer: 6,
  /** As `write`; the value is an offset in the program's buffer, whose address is added. */
  writePointer: 7,
} as const;
export type Kind = keyof typeof kinds;

export interface Operation {
  readonly kind: Kind;
  /** Of the register: "accio SLOT[3].RX_HEAD". */
  readonly name: string;
  readonly address: number;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly value: bigint;
  readonly mask: bigint;
}

/** Every width at every place in eight bytes. */
export const lanes: readonly { readonly first: number; readonly bytes: 1 | 2 | 4 | 8 }[] = ([1, 2, 4, 8] as const).flatMap((bytes) =>
  Array.from({ length: 8 / bytes }, (_, i) => ({ first: i * bytes, bytes })),
);

/** An operation with what is not said filled in. */
export const operation = (
  kind: Kind,
  name: string,
  address: number,
  bytes: 1 | 2 | 4 | 8,
  value: bigint,
  mask: bigint = ones(bytes),
): Operation => ({ kind, name, address, bytes, value: value & ones(8), mask });

const operationBytes = 24;

/** The list for C: `table.bin` with 24 bytes each, as struct operation has them, and an assembler file that includes it. */
export const tableFiles = (operations: readonly Operation[]): ReadonlyMap<string, string | Uint8Array> => {
  const names = [...new Set(operations.map((o) => o.name))];
  const numbers = new Map(names.map((name, i) => [name, i]));
  const table = Buffer.alloc(operationBytes * operations.length);
  operations.forEach((o, i) => {
    const at = i * operationBytes;
    table.writeUInt32LE(o.address, at);
    table.writeUInt16LE(numbers.get(o.name) as number, at + 4);
    table.writeUInt8(kinds[o.kind], at + 6);
    table.writeUInt8(o.bytes, at + 7);
    table.writeBigUInt64LE(o.value, at + 8);
    table.writeBigUInt64LE(o.mask, at + 16);
  });
  const source = [
    "/* Operations of the program registers. Generated: change driver/baremetal/registers instead. */",
    '  .section .rodata.table, "a"',
    "  .balign 8",
    "  .globl operations",
    "operations:",
    '  .incbin "table.bin"',
    "  .globl operations_end",
    "operations_end:",
    "  .globl names",
    "names:",
    ...names.map((_, i) => `  .quad name_${i}`),
    ...names.map((name, i) => `name_${i}: .asciz ${JSON.stringify(name)}`),
    "",
  ].join("\n");
  return new Map<string, string | Uint8Array>([
    ["table.bin", table],
    ["table.S", source],
  ]);
};
