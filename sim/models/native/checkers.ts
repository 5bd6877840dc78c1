/** Protocol checkers on every AXI4 port and every stream of a running design. They only look; the model runs them. */
import type { Session } from "#sim/bridge/session.ts";
import { type AxiGroup, axiGroups } from "#sim/models/axi/pins.ts";
import { type StreamGroup, streamGroups } from "#sim/models/stream/pins.ts";
import { axiCheckBlock, maxPayloadPins, noPin, streamCheckBlock } from "./blocks.ts";

/** False: none. A list: all but those ports, by name, for tests that break the rules on purpose. */
export type CheckerOptions = boolean | { readonly except: readonly string[] };

/** Names of the ports that are watched. */
export const attachCheckers = (session: Session, options: CheckerOptions = true): readonly string[] => {
  if (options === false) return [];
  const except = new Set(options === true ? [] : options.except);
  const axi = axiGroups(session.design);
  const streams = streamGroups(session.design).filter((group) => group.payload.length <= maxPayloadPins);
  for (const name of except)
    if (![...axi, ...streams].some((group) => group.name === name))
      throw new Error(
        `checkers: except: ${session.design.top} has no AXI4 port or stream ${name}; it has ${[...axi, ...streams].map((g) => g.name).join(", ") || "none"}`,
      );
  const watchedAxi = axi.filter((group) => !except.has(group.name));
  const watchedStreams = streams.filter((group) => !except.has(group.name));
  for (const group of watchedAxi) attachAxi(session, group);
  for (const group of watchedStreams) attachStream(session, group);
  return [...watchedAxi, ...watchedStreams].map((group) => group.name);
};

const attachAxi = (session: Session, group: AxiGroup): void => {
  const buffer = new ArrayBuffer(axiCheckBlock.bytes);
  new Uint32Array(buffer)[axiCheckBlock.index("busBytes")] = group.dataBytes;
  session.attach("AXI4 checker", group.name, group.pins, group.clock, new Uint8Array(buffer), false);
};

const attachStream = (session: Session, group: StreamGroup): void => {
  const buffer = new ArrayBuffer(streamCheckBlock.bytes);
  const words = new Uint32Array(buffer);
  words[streamCheckBlock.index("lastPin")] = group.last < 0 ? noPin : group.last;
  words[streamCheckBlock.index("keepPin")] = group.keep < 0 ? noPin : group.keep;
  words[streamCheckBlock.index("quietInReset")] = group.kind === "axi-stream" ? 1 : 0;
  const pins = [group.valid, group.ready, ...group.payload.map((pin) => pin.name)];
  session.attach("stream checker", group.name, pins, group.clock, new Uint8Array(buffer), false);
};
