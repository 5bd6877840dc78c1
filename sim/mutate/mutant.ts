/** A broken version of a block. */
import type { Module, Source } from "#hdl/core/ir.ts";

export type MutantKind = "operator" | "constant" | "choice" | "condition" | "dropped" | "reset" | "compare width";

export interface Mutant<M> {
  /** Number of the place, what its statement writes, and the change: "12: given: add for sub". */
  readonly name: string;
  readonly kind: MutantKind;
  /** The user's statement or register. */
  readonly at: Source;
  /** Made anew each time. Its own properties are left out, so that the test alone must notice. */
  readonly module: M;
}

/** A name without its number: what lists of survivors go by. */
export const changeOf = (name: string): string => name.slice(name.indexOf(" ") + 1);

/** A mutant that is made when asked for. */
export const mutant = <M extends Module>(
  block: M,
  { name, kind, at }: Omit<Mutant<M>, "module">,
  change: () => Partial<Module>,
): Mutant<M> => ({
  name,
  kind,
  at,
  get module() {
    return { ...block, ...change(), properties: [] };
  },
});
