/** The register port's test notices broken ports. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./port.mutants.ts";

testMutants(families);
