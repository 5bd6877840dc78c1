/** The ready queue's test notices broken queues. */
import { testMutants } from "../mutant-families.ts";
import { families } from "./ready-queue.mutants.ts";

testMutants(families);
