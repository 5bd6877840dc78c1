/** The lookup's tests notice broken lookups. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./lookup.mutants.ts";

testMutants(families);
