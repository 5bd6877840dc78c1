/** The waiting room's test notices broken ones. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./rx-parking.mutants.ts";

testMutants(families);
