/** Sources and sinks of streams, of beats and of packets. */
export type { PlainBeat } from "./codec.ts";
export type { StreamOptions } from "./end.ts";
export {
  type Packet,
  type PacketOptions,
  PacketSink,
  PacketSource,
  packetSink,
  packetSinkNamed,
  packetSource,
  packetSourceNamed,
} from "./packets.ts";
export type { Pause } from "./pause.ts";
export { type StreamGroup, streamGroups } from "./pins.ts";
export { StreamSink, streamSink, streamSinkNamed } from "./sink.ts";
export { StreamSource, streamSource, streamSourceNamed } from "./source.ts";
