/** Several bundles of one kind as one port: the inputs of an arbiter, the outputs of a switch. */
import { Bundle, forward } from "../core/ports.ts";
import { fail, transparent } from "../core/source.ts";
import { refuse } from "./refuse.ts";

transparent(import.meta.url);

interface Connectable {
  connect(from: unknown): void;
}

/** Bundles by number; an ordinary array that instances can connect to another array. */
class BundleList<S> extends Array<S> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  /** Drives each bundle from its partner. */
  connect(from: readonly S[]): void {
    if (from.length !== this.length) fail("instance", `${from.length} bundles for a port of ${this.length}`);
    this.forEach((own, i) => {
      (own as Connectable).connect(from[i]);
    });
  }
}

/** `count` bundles side by side: pins `NAME_0_...`, `NAME_1_...`; inside the module an array. */
export const bundleArray = <S>(of: Bundle<S>, count: number): Bundle<readonly S[]> => {
  if (!Number.isInteger(count) || count < 1) refuse(`bundleArray of ${count}: a whole number of at least 1 is needed`);
  const fields = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`, forward(of)]));
  return new Bundle<readonly S[]>(fields, (signals: Readonly<Record<string, S>>) => {
    const list = new BundleList<S>();
    for (let i = 0; i < count; i++) list.push(signals[`${i}`] as S);
    return list;
  });
};
