/** The load generator as its user asks for it: `--client closed,connections=8,size=64,count=10000`. */
import { ipv4Number, ipv4Text, macNumber } from "#sim/models/packet/index.ts";
import { UserError } from "#toolchain/user-error.ts";

export interface ClientSpec {
  /** closed: a connection asks again when it was answered. open: requests leave at their times. */
  readonly mode: "closed" | "open";
  readonly connections: number;
  /** Bytes of UDP payload. The first 8 name connection and request; the server sends all of them back. */
  readonly size: number;
  /** Requests in all. */
  readonly count: number;
  /** Cycles: between requests (open); from an answer to the next request of its connection (closed). May be fractional. */
  readonly interval: number;
  /** Gaps between requests of the open loop: all alike, or as independent arrivals have them. */
  readonly arrivals: "even" | "poisson";
  /** Cycles until a request without an answer counts as lost. */
  readonly timeout: number;
  /** Cycles between attempts to reach the server before the first counted request. */
  readonly probe: number;
  /** Cycle of the first attempt. */
  readonly start: number;
  readonly seed: number;
  readonly server: { readonly ip: number; readonly port: number; readonly mac: number };
  readonly client: { readonly ip: number; readonly port: number; readonly mac: number };
}

/** Where the programs in driver/baremetal are, and where the generator is, unless the specification says otherwise. */
export const defaultServer = { ip: ipv4Number("10.0.0.1"), port: 7, mac: macNumber("02:00:00:00:00:01") } as const;
export const defaultClient = { ip: ipv4Number("10.0.0.2"), port: 40_000, mac: macNumber("02:00:00:00:00:02") } as const;

const example = "for example --client closed,connections=8,size=64,count=10000 or --client open,rate=50000,count=1000";

/** Reads a specification; a rate is in requests per second at `clockMhz`. Throws `UserError` that names the part that is wrong. */
export const parseClient = (spec: string, clockMhz: number): ClientSpec => {
  const fail = (what: string, remedy = example): never => {
    throw new UserError(what, `--client ${spec}`, remedy);
  };
  const [mode, ...parts] = spec.split(",").map((p) => p.trim());
  if (mode !== "closed" && mode !== "open") return fail(`"${mode}" is not a mode`, `begin with closed or open, ${example}`);
  const given = new Map<string, string>();
  for (const part of parts) {
    const [, key = "", value = ""] = /^([a-z]+)=(.+)$/.exec(part) ?? fail(`"${part}" is not key=value`);
    if (!known.includes(key)) fail(`there is no "${key}"`, `there are ${known.join(", ")}`);
    if (given.has(key)) fail(`${key} is given twice`, "give it once");
    given.set(key, value);
  }
  const whole = (key: string, least: number, most: number, otherwise: number): number => {
    const value = given.get(key);
    if (value === undefined) return otherwise;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) fail(`${key}=${value}`, `it must be a whole number from ${least} to ${most}`);
    return number;
  };
  const endpoint = (key: string, otherwise: { readonly ip: number; readonly port: number }): { ip: number; port: number } => {
    const value = given.get(key);
    if (value === undefined) return otherwise;
    const [, address = "", port] = /^([\d.]+)(?::(\d{1,5}))?$/.exec(value) ?? fail(`${key}=${value}`, "write IP:PORT");
    const number = port === undefined ? otherwise.port : Number(port);
    if (number < 1 || number > 0xffff) fail(`${key}=${value}`, "a port is 1 to 65535");
    try {
      return { ip: ipv4Number(address), port: number };
    } catch (error) {
      return fail(`${key}=${value}`, (error as Error).message);
    }
  };
  const mac = (key: string, otherwise: number): number => {
    const value = given.get(key);
    if (value === undefined) return otherwise;
    return /^([\da-f]{2}:){5}[\da-f]{2}$/i.test(value)
      ? macNumber(value)
      : fail(`${key}=${value}`, "write six bytes, as 02:00:00:00:00:01");
  };
  if (given.has("rate") && given.has("interval")) fail("both rate and interval", "give one of them");
  if (mode === "closed" && given.has("rate"))
    fail("a closed loop has no rate", "use interval=CYCLES between an answer and the next request, or open");
  if (mode === "closed" && given.has("arrivals")) fail("a closed loop has no arrivals", "leave it out, or use open");
  if (mode === "open" && !given.has("rate") && !given.has("interval"))
    fail("an open loop without a rate", `give rate=REQUESTS_PER_SECOND or interval=CYCLES, ${example}`);
  const arrivals = given.get("arrivals") ?? "even";
  if (arrivals !== "even" && arrivals !== "poisson") return fail(`arrivals=${arrivals}`, "choose even or poisson");
  const rate = whole("rate", 1, 1e9, 0);
  const connections = whole("connections", 1, 1024, 1);
  const server = endpoint("server", defaultServer);
  const client = endpoint("client", defaultClient);
  if (client.port + connections > 0x10000)
    fail(`${connections} connections from port ${client.port}`, "their ports would pass 65535: lower one of them");
  if (server.ip === client.ip) fail(`server and client are both ${ipv4Text(server.ip)}`, "give them different addresses");
  return {
    mode,
    connections,
    size: whole("size", 8, 8972, 64),
    count: whole("count", 1, 1e9, 1000),
    interval: rate > 0 ? (clockMhz * 1e6) / rate : whole("interval", 0, 1e12, 0),
    arrivals,
    timeout: whole("timeout", 1, 1e12, 1_000_000),
    probe: whole("probe", 1, 1e9, 20_000),
    start: whole("start", 0, 1e12, 0),
    seed: whole("seed", 0, 0xffff_ffff, 1),
    server: { ...server, mac: mac("mac", defaultServer.mac) },
    client: { ...client, mac: defaultClient.mac },
  };
};
const known = [
  "connections",
  "size",
  "count",
  "rate",
  "interval",
  "arrivals",
  "timeout",
  "probe",
  "start",
  "seed",
  "server",
  "client",
  "mac",
];
