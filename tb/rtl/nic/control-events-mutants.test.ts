/** The control events' test notices broken ones. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./control-events.mutants.ts";

testMutants(families);
