/** The tests of what turns and cuts received bytes notice broken hardware. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./realign.mutants.ts";

testMutants(families);
