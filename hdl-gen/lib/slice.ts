/** Register slices: one stage of a stream's pipeline, cutting the long paths that valid and ready would otherwise make. */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, type Type } from "../core/types.ts";
import type { Data } from "../core/values.ts";
import { type Stream, stream } from "./stream.ts";

/**
 * What a slice registers. In the terms of AXI register slices and of SpinalHDL's pipes:
 * `full`: both ways (skid buffer and output register); `forward`: valid and payload (m2s); `reverse`: ready (s2m, a skid
 * buffer alone); `half`: both ways with one payload register, and then every other cycle (half pipe).
 */
export type SliceKind = "full" | "forward" | "reverse" | "half";
export interface SlicePorts<P extends Data> {
  readonly from: Port<Bundle<Stream<P>>>;
  readonly to: Port<Bundle<Stream<P>>>;
  readonly [key: string]: Port;
}

/**
 * Register slice of the given kind. It keeps order and loses nothing.
 *
 * | kind | latency | beats a cycle | payload registers | path from `to.ready` to `from.ready` | path from `from.valid` to `to.valid` |
 * |---|---|---|---|---|---|
 * | full | 1 | 1 | 2 | none | none |
 * | forward | 1 | 1 | 1 | one gate | none |
 * | reverse | 0 | 1 | 1 | none | one gate |
 * | half | 1 | 1/2 | 1 | none | none |
 */
export const slice = <P extends Data, I>(of: Type<P, I>, kind: SliceKind = "full"): HardwareModule<SlicePorts<P>> =>
  module(`slice_${kind}_${of.name}`, { from: input(stream(of)), to: output(stream(of)) }, ({ from, to }, h) => {
    if (kind === "reverse") {
      const { skid_valid, skid } = h.registers({
        /** A beat was taken that the other side was not ready for. */ skid_valid: bool,
        skid: of.noReset(),
      });
      from.ready.drive(skid_valid.not());
      to.valid.drive(from.valid.or(skid_valid));
      to.payload.drive(mux(skid_valid, skid, from.payload as never));
      h.when(to.ready, () => skid_valid.next(0)).elseWhen(from.fire, () => {
        skid_valid.next(1);
        skid.next(from.payload);
      });
      return;
    }
    const { valid, beat } = h.registers({ valid: bool, beat: of.noReset() });
    to.valid.drive(valid);
    to.payload.drive(beat);
    if (kind === "half") {
      from.ready.drive(valid.not());
      h.when(valid, () => h.when(to.ready, () => valid.next(0))).otherwise(() => {
        valid.next(from.valid);
        beat.next(from.payload);
      });
    } else if (kind === "forward") {
      from.ready.drive(to.ready.or(valid.not()));
      h.when(from.ready, () => {
        valid.next(from.valid);
        beat.next(from.payload);
      });
    } else {
      const { skid_valid, skid } = h.registers({
        /** A beat was taken that the output register had no place for. */ skid_valid: bool,
        skid: of.noReset(),
      });
      from.ready.drive(skid_valid.not());
      h.when(to.ready.or(valid.not()), () => {
        valid.next(from.valid.or(skid_valid));
        beat.next(mux(skid_valid, skid, from.payload as never));
        skid_valid.next(0);
      }).elseWhen(from.fire, () => {
        skid.next(from.payload);
        skid_valid.next(1);
      });
      h.assert("the skid buffer is in use only behind a full output register", skid_valid.implies(valid));
    }
  }) as unknown as HardwareModule<SlicePorts<P>>;
