/** The transmit engine's test notices broken hardware, in the engine and in its planner. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./tx.mutants.ts";

testMutants(families);
