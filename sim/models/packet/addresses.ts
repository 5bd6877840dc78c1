/** MAC and IPv4 addresses and endpoints, between the text that people read and the numbers on the wire. */

/** `02:00:00:00:00:01` from its 48-bit number (first byte on the wire most significant). */
export function macText(value: number): string {
  const digits = value.toString(16).padStart(12, "0");
  return digits.match(/../g)?.join(":") ?? digits;
}

/** The 48-bit number of a MAC address. Throws a `RangeError` for anything else. */
export function macNumber(text: string): number {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new RangeError(`"${text}" is not a MAC address such as 02:00:00:00:00:01`);
  return Number.parseInt(text.replaceAll(":", ""), 16);
}

/** `10.0.0.1` from its 32-bit number. */
export function ipv4Text(value: number): string {
  return `${Math.floor(value / 2 ** 24) % 256}.${Math.floor(value / 2 ** 16) % 256}.${Math.floor(value / 256) % 256}.${value % 256}`;
}

/** The 32-bit number (host order: 10.0.0.1 is 0x0a000001) of an IPv4 address. Throws a `RangeError` for anything else. */
export function ipv4Number(text: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) throw new RangeError(`"${text}" is not an IPv4 address such as 10.0.0.1`);
  return parts.reduce((value, part) => value * 256 + part, 0);
}

/** An IPv4 address and a UDP port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export const endpointText = ({ address, port }: Endpoint) => `${address}:${port}`;

/** True for broadcast and multicast MAC addresses: the group bit, lowest of the first byte on the wire. */
export const isGroupMac = (text: string) => Number.parseInt(text.slice(0, 2), 16) % 2 === 1;

export const broadcastMac = "ff:ff:ff:ff:ff:ff";
