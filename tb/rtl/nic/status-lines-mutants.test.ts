/** The status lines' test notices broken ones. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./status-lines.mutants.ts";

testMutants(families);
