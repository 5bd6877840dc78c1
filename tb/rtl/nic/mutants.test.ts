/** The tests of the blocks that move bytes notice broken hardware. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./movers.mutants.ts";

testMutants(families);
