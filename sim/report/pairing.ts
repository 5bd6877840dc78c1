/**
 * Which answer belongs to which datagram: the echo application answers the datagrams of a socket and peer in their order,
 * so the n-th frame out between two endpoints answers the n-th accepted frame in between them.
 */
import { endpointText } from "#sim/models/packet/addresses.ts";
import { type ParsedFrame, parse } from "#sim/models/packet/parse.ts";

export class EchoPairing {
  /** Numbers of unanswered frames by local endpoint and peer. */
  readonly #waiting = new Map<string, number[]>();

  /** A frame of the input was accepted. */
  accepted(number: number, frame: Partial<ParsedFrame>): void {
    const key = keyOf(frame, "in");
    if (key === null) throw new Error(`frame ${number} was accepted and is not UDP`);
    const queue = this.#waiting.get(key);
    if (queue === undefined) this.#waiting.set(key, [number]);
    else queue.push(number);
  }

  /** A frame left: the number of the input frame that it answers, or null when it answers none. */
  sent(frame: Uint8Array): number | null {
    const key = keyOf(parse(frame), "out");
    return (key === null ? undefined : this.#waiting.get(key)?.shift()) ?? null;
  }
}

function keyOf({ ipv4, udp }: Partial<ParsedFrame>, way: "in" | "out"): string | null {
  if (ipv4 === undefined || udp === undefined) return null;
  const source = endpointText({ address: ipv4.source, port: udp.sourcePort });
  const destination = endpointText({ address: ipv4.destination, port: udp.destinationPort });
  return way === "in" ? `${destination} ${source}` : `${source} ${destination}`;
}
