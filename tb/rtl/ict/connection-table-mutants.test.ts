/** The connection table's check notices broken tables. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./connection-table.mutants.ts";

testMutants(families);
