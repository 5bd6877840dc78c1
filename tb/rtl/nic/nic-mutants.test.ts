/** The comparison of `nic` with its model notices broken registers and counters. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./nic.mutants.ts";

testMutants(families);
