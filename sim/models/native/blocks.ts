/** The memory that each native transactor shares with TypeScript: see the file of the transactor for the meaning. */
import type { Layout } from "#sim/bridge/record.ts";

export const transactorBlocks: readonly Layout[] = [];
