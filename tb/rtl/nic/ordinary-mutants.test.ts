/** The tests of the ordinary path notice broken hardware, in each of its blocks. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./ordinary.mutants.ts";

testMutants(families);
