/** What a run leaves behind: a table on the terminal, JSON, and a page with charts. */
export { commandOf, htmlOf } from "./html.ts";
export { EchoPairing } from "./pairing.ts";
export { histogramOf, type Latency, latencyOf, percentile } from "./percentiles.ts";
export {
  type Amount,
  type FrameRecord,
  type FrameVerdict,
  jsonOf,
  type Latencies,
  type RunConfiguration,
  type RunRecord,
  type RunResult,
  type RunSummary,
  resultOf,
  type SentRecord,
  type SocketSummary,
  type Stage,
  stages,
  verdicts,
  wireCapacity,
} from "./result.ts";
export { tableOf } from "./table.ts";
export type { Throughput } from "./throughput.ts";
