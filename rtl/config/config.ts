/** The one configuration value: every parameter of the hardware, validated, with the named configurations. */
import { z } from "zod";

const powerOfTwo = (low: number, high: number, unit: string) =>
  z
    .int({ error: `a power of two from ${low} to ${high} ${unit}` })
    .refine((n) => n >= low && n <= high && (n & (n - 1)) === 0, { error: `a power of two from ${low} to ${high} ${unit}` });
const range = (low: number, high: number, unit: string) =>
  z.number({ error: `${low} to ${high} ${unit}` }).refine((n) => n >= low && n <= high, { error: `${low} to ${high} ${unit}` });
const whole = (low: number, high: number, unit: string) =>
  z
    .int({ error: `a whole number from ${low} to ${high} ${unit}` })
    .refine((n) => n >= low && n <= high, { error: `${low} to ${high} ${unit}` });

const hartIdsText = "none, or the AXI ID of each hart, each 0 to 15, with commas between";
/** Parameters with their allowed ranges; design.md section 3. */
export const configSchema = z
  .strictObject({
    /** Name of the configuration. */
    name: z.string(),
    /** Processor harts that can own a slot. */
    harts: whole(1, 8, "harts"),
    /** Slots of the connection table. */
    slots: powerOfTwo(16, 1024, "slots"),
    /** Width of the DMA master and of everything behind the wire, in bits. */
    busBits: powerOfTwo(64, 512, "bits"),
    /** Width of the AXI4-Stream wire ports, in bits; at least the bus width. */
    wireBits: powerOfTwo(64, 512, "bits"),
    /** The wire has its own clock (`wire_clk`, `wire_rst`). */
    wireClock: z.boolean({ error: "true or false" }),
    /** Clock of the bus side. */
    coreMhz: range(1, 1000, "MHz"),
    /** Clock of the wire side; equal to `coreMhz` without a wire clock. */
    wireMhz: range(1, 1000, "MHz"),
    /** Largest IPv4 packet, headers included, in bytes. */
    mtu: whole(576, 9000, "bytes"),
    /** Largest ring, in bytes. */
    ringLimit: powerOfTwo(4096, 1 << 24, "bytes"),
    /** Receive buffer for whole frames, in bytes. */
    rxBuffer: powerOfTwo(4096, 1 << 18, "bytes"),
    /** Transmit buffer for whole frames, in bytes. */
    txBuffer: powerOfTwo(4096, 1 << 18, "bytes"),
    /** DMA bursts of one line in flight, each way. */
    dmaInFlight: powerOfTwo(2, 32, "bursts"),
    /** Where the kernel's register page starts on the bus. */
    baseAddress: z.int({ error: "a multiple of 0x10000" }).refine((n) => n >= 0 && n % 0x10000 === 0, { error: "a multiple of 0x10000" }),
    /** The prototype's register pages are there, as a view of slots 0 to 63. */
    prototypeView: z.boolean({ error: "true or false" }),
    /** The table walker is there, with its waiting room: slots are a cache of the connection table in memory. */
    walker: z.boolean({ error: "true or false" }),
    /**
     * AXI ID of each hart's accesses, from hart 0 on; those of harts that are not there do not matter. `none`: the
     * interconnect does not tell harts apart, and a doorbell may ring while its owner is current on any hart.
     */
    hartIds: z.union([z.literal("none"), z.array(z.int({ error: hartIdsText }).min(0, hartIdsText).max(15, hartIdsText)).readonly()], {
      error: hartIdsText,
    }),
  })
  .superRefine((c, context) => {
    const issue = (path: string, message: string): void => {
      context.addIssue({ code: "custom", path: [path], message });
    };
    if (c.wireBits < c.busBits) issue("wireBits", `at least busBits, ${c.busBits} bits`);
    if (!c.wireClock && c.wireMhz !== c.coreMhz) issue("wireMhz", `coreMhz, ${c.coreMhz} MHz, unless wireClock is true`);
    if (c.rxBuffer < 2 * (c.mtu + 18)) issue("rxBuffer", `at least two frames of ${c.mtu + 18} bytes`);
    if (c.txBuffer < 2 * (c.mtu + 18)) issue("txBuffer", `at least two frames of ${c.mtu + 18} bytes`);
    if (c.hartIds !== "none") {
      if (c.hartIds.length < c.harts) issue("hartIds", `an ID for each of ${c.harts} harts, or none`);
      if (new Set(c.hartIds).size !== c.hartIds.length) issue("hartIds", "a different ID for each hart, or none");
    }
  });
/** A resolved configuration. */
export type Config = Readonly<z.infer<typeof configSchema>>;

const tiny: Config = {
  name: "tiny",
  harts: 1,
  slots: 16,
  busBits: 64,
  wireBits: 64,
  wireClock: false,
  coreMhz: 100,
  wireMhz: 100,
  mtu: 1500,
  ringLimit: 65536,
  rxBuffer: 16384,
  txBuffer: 4096,
  dmaInFlight: 8,
  baseAddress: 0x1100_0000,
  prototypeView: true,
  walker: false,
  // Rocket's MMIO port: hart h asks with ID 9 - h (reference/rocket).
  hartIds: [9, 8, 7, 6, 5, 4, 3, 2],
};
/** The named configurations. */
export const namedConfigs: Readonly<Record<string, Config>> = {
  /** One hart, 16 slots, 64-bit bus and wire: for fast tests. */
  tiny,
  /** The paper's board (section 7): four harts, 64 slots, a 64-bit bus at 50 MHz, a 100 Gb/s wire. */
  prototype: {
    ...tiny,
    name: "prototype",
    harts: 4,
    slots: 64,
    walker: true,
    wireBits: 512,
    wireClock: true,
    coreMhz: 50,
    wireMhz: 322.265625,
  },
  /** The same function at 100 Gb/s: bus and wire of 512 bits. */
  "line-rate": {
    ...tiny,
    name: "line-rate",
    harts: 4,
    slots: 64,
    busBits: 512,
    wireBits: 512,
    coreMhz: 322.265625,
    wireMhz: 322.265625,
    txBuffer: 16384,
    // A line a cycle, while memory takes 40 cycles and more to answer.
    dmaInFlight: 32,
    mtu: 1500,
    prototypeView: false,
    walker: true,
  },
};

/** A parameter or name that cannot be. `message` names it and the allowed values. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const parseSetting = (text: string): [string, unknown] => {
  const at = text.indexOf("=");
  if (at < 1) throw new ConfigError(`--set ${text}: write KEY=VALUE, for example --set slots=64`);
  const value = text.slice(at + 1).trim();
  return [
    text.slice(0, at).trim(),
    value === "true" ? true : value === "false" ? false : value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value,
  ];
};

/** The configuration called `name` with `settings` (each "key=value") applied; throws `ConfigError`. */
export const resolveConfig = (name: string, settings: readonly string[] = []): Config => {
  const base = namedConfigs[name];
  if (base === undefined)
    throw new ConfigError(`configuration "${name}": there is none of that name; choose ${Object.keys(namedConfigs).join(", ")}`);
  const changed: Record<string, unknown> = { ...base };
  for (const s of settings) {
    const [key, value] = parseSetting(s);
    if (!(key in base) || key === "name")
      throw new ConfigError(
        `--set ${s}: there is no parameter "${key}"; there are ${Object.keys(base)
          .filter((k) => k !== "name")
          .join(", ")}`,
      );
    changed[key] = key === "hartIds" && value !== "none" ? String(value).split(",").map(Number) : value;
    // Without a wire clock there is one clock; changing it changes both.
    if (key === "coreMhz" && changed.wireClock === false && !settings.some((x) => x.startsWith("wireMhz"))) changed.wireMhz = value;
  }
  const parsed = configSchema.safeParse(changed);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((i) => `${i.path.join(".")} = ${String(changed[String(i.path[0])])}: ${`must be ${i.message}`}`);
    throw new ConfigError(`configuration ${name}: ${lines.join("; ")}`);
  }
  return parsed.data;
};

/** What follows from a configuration; nothing here can be set. */
export const derived = (c: Config) => ({
  /** Bytes of a bus beat. */
  busBytes: c.busBits / 8,
  wireBytes: c.wireBits / 8,
  /** Largest frame on the wire without its check sequence: Ethernet, one 802.1Q tag, MTU. */
  maxFrame: c.mtu + 18,
  /** Largest UDP payload. */
  maxPayload: c.mtu - 28,
  /** Bits of a ring offset. */
  pointerBits: Math.log2(c.ringLimit),
  slotBits: Math.log2(c.slots),
  hartBits: Math.max(1, Math.ceil(Math.log2(c.harts))),
});
export type Derived = ReturnType<typeof derived>;
