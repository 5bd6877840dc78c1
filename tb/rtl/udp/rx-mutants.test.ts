/** The tests of the receive buffer, and of what becomes of the frames in it, notice broken hardware. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./rx.mutants.ts";

testMutants(families);
