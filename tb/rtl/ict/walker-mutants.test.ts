/** The walker's test notices broken ones. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./walker.mutants.ts";

testMutants(families);
