/**
 * One hash table's memories and comparators: two banks of buckets; a bucket is one word in each of its cells' memories, so
 * all cells of a key's two buckets are read, and compared with the whole key, at once.
 */
import { array, bool, clog2, input, module, oneHotMux, output, struct, uint } from "#hdl";
import { fromBits } from "#hdl/lib/bits.ts";

/** Left and right: each key has a bucket in either. */
export const lookupBanks = 2;
/** Up to so many buckets a bank lies in LUT RAM: a block RAM of 512 words would be nearly empty. */
const smallBank = 64;

export interface CellsShape {
  /** A power of two. A bank has half as many buckets. */
  readonly slots: number;
  readonly keyBits: number;
  /** Cells of a bucket. */
  readonly ways: number;
}
export const lookupCell = ({ slots, keyBits }: CellsShape) =>
  struct({ valid: bool, slot: uint(clog2(slots)), key: uint(keyBits) }, `lookup_cell_${slots}_${keyBits}`);

/**
 * Reads at the edge at which `read` is 1; the cells' answers stand in the next cycle, for the `key` of that cycle. Cell 0 is
 * the first of the left bank, cell 1 the first of the right one, and so on. A cell that is read and written at the same edge
 * is read as it was before. At most one cell may have a key.
 */
export const lookupCells = (shape: CellsShape) => {
  const { slots, keyBits, ways } = shape;
  const buckets = slots / lookupBanks,
    cells = lookupBanks * ways;
  const places = array(uint(clog2(buckets)), lookupBanks);
  return module(
    `lookup_cells_${slots}_${keyBits}${ways === 4 ? "" : `x${ways}`}`,
    {
      read: input(bool),
      /** Bucket in each bank. */
      readAt: input(places),
      key: input(uint(keyBits)),
      /** Cells that have the key, and its slot (0 where none has). */
      match: output(uint(cells)),
      slot: output(uint(clog2(slots))),
      /** Cells that have any key. */
      full: output(uint(cells)),
      /** Cells to write with `word`. */
      write: input(uint(cells)),
      writeAt: input(places),
      word: input(lookupCell(shape)),
    },
    (io, h) => {
      const words = Array.from({ length: cells }, (_, i) => {
        const bank = i % lookupBanks;
        const memory = h.memory(`cells_${i}`, lookupCell(shape), buckets, {
          style: buckets > smallBank ? "block" : "distributed",
          collision: "old",
        });
        memory.write(io.writeAt.at(bank), io.word, io.write.bit(i));
        return memory.readSync(`cell_${i}`, io.readAt.at(bank), io.read);
      });
      io.match.drive(fromBits(words.map((w) => w.valid.and(w.key.eq(io.key)))));
      io.slot.drive(oneHotMux(words.map((w, i) => ({ when: io.match.bit(i), value: w.slot }))));
      io.full.drive(fromBits(words.map((w) => w.valid)));
    },
  );
};
