/**
 * Reads runs of words from a buffer with one cycle of latency, one word a cycle, without a gap between runs. The buffer's
 * output register is the pipeline's: it holds its word until that has been taken.
 */
import { bool, input, module, mux, output, stream, struct, uint } from "#hdl";

/** A run of `beats` (at least one) words from `start` on. */
export const readRun = (addressBits: number) => struct({ start: uint(addressBits), beats: uint(addressBits + 1) }, `run_${addressBits}`);

export const bufferReader = (addressBits: number, dataBits: number) =>
  module(
    `buffer_reader_${addressBits}x${dataBits}`,
    {
      run: input(stream(readRun(addressBits))),
      address: output(uint(addressBits)),
      enable: output(bool),
      data: input(uint(dataBits)),
      out: output(stream(uint(dataBits))),
    },
    ({ run, address, enable, data, out }, h) => {
      const { done, full } = h.registers({ done: uint(addressBits + 1), full: bool });
      const { moves } = h.nets({ moves: full.not().or(out.ready) });
      const { last } = h.nets({ last: done.add(1).eq(run.payload.beats) });
      address.drive(run.payload.start.add(done.trunc(addressBits)));
      enable.drive(moves.and(run.valid));
      run.ready.drive(moves.and(last));
      out.valid.drive(full);
      out.payload.drive(data);
      h.when(moves, () => full.next(run.valid));
      h.when(moves.and(run.valid), () => done.next(mux(last, uint(addressBits + 1).of(0), done.add(1))));
    },
  );
