/** The tests of the packet pages notice broken hardware. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./legacy.mutants.ts";

testMutants(families);
