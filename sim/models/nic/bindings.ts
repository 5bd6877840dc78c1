/** The sockets that a run accelerates, as its user names them: `--bind 10.0.0.1:7,10.0.0.1:8`. */
import { UserError } from "#toolchain/user-error.ts";
import { type Endpoint, endpointText, ipv4Number, ipv4Text } from "../packet/addresses.ts";

const example = "write --bind IP:PORT, for example --bind 10.0.0.1:7";

/**
 * Reads the list. Throws a `UserError` that names what does not parse, what is given twice, or what is more than the
 * table's `slots`.
 */
export function parseBindings(text: string, slots: number): Endpoint[] {
  const endpoints = text.split(",").map((part) => parseBinding(part.trim()));
  const names = endpoints.map(endpointText);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError("socket given twice", `--bind ${text}`, `name ${twice} once`);
  if (names.length > slots) {
    throw new UserError(
      `${names.length} sockets`,
      `--bind ${text}`,
      `the configuration has ${slots} slots: name fewer, or raise it with --set slots=N`,
    );
  }
  return endpoints;
}

/**
 * Reads the sockets' peers, in the order of `--bind`; `any` stands for a socket that takes all. Sockets without one take all,
 * too. Throws a `UserError` that names what does not parse, or is more than the `sockets`.
 */
export function parsePeers(text: string, sockets: number): (Endpoint | null)[] {
  const remedy = "write --connect IP:PORT for each socket of --bind in its order, or any: --connect 10.0.0.2:50000,any";
  const peers = text.split(",").map((part) => (part.trim() === "any" ? null : parseEndpoint(part.trim(), "--connect", remedy)));
  if (peers.length > sockets)
    throw new UserError(
      `${peers.length} peers`,
      `--connect ${text}`,
      `--bind names ${sockets} ${sockets === 1 ? "socket" : "sockets"}: name no more peers`,
    );
  return peers;
}

const parseBinding = (part: string): Endpoint => parseEndpoint(part, "--bind", example);

function parseEndpoint(part: string, option: string, remedy: string): Endpoint {
  const fail = (what: string): never => {
    throw new UserError(what, `${option} ${part === "" ? '""' : part}`, remedy);
  };
  const match = /^([^:]*):([^:]*)$/.exec(part);
  const [, address = "", port = ""] = match ?? fail("not an address and a port");
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 0xffff) fail(`port "${port}" is not a number from 1 to 65535`);
  let number = 0;
  try {
    number = ipv4Number(address);
  } catch (error) {
    fail((error as Error).message);
  }
  if (number === 0 || number >= 0xe000_0000) fail(`"${address}" is not the address of one host`);
  return { address: ipv4Text(number), port: Number(port) };
}
