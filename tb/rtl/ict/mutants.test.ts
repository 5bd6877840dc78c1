/** The connection table's test notices broken tables. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./table.mutants.ts";

testMutants(families);
