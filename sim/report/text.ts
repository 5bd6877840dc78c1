/** Numbers as people read them, the same in the terminal and in the page. */

/** 1234567 as 1,234,567; up to `digits` decimals. */
export const count = (value: number, digits = 0) => value.toLocaleString("en-US", { maximumFractionDigits: digits });

/** A share of a whole: "87.7 %", "0 %", "< 0.1 %". */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0 %";
  const percent = (part / whole) * 100;
  if (percent < 0.1) return "< 0.1 %";
  if (percent > 99.9 && part < whole) return "> 99.9 %";
  return `${percent.toFixed(1).replace(/\.0$/, "")} %`;
}

/** Cycles as time at a clock: "440 ns", "1.23 µs", "12.3 ms". */
export function time(cycles: number, mhz: number): string {
  const nanoseconds = (cycles * 1000) / mhz;
  const units = ["ns", "µs", "ms", "s"];
  const unit = nanoseconds < 1 ? 0 : Math.min(3, Math.floor(Math.log10(nanoseconds) / 3 + 1e-12));
  return `${Number((nanoseconds / 1000 ** unit).toPrecision(3))} ${units[unit]}`;
}

/** Bytes per cycle as a rate: "5.2 Gb/s". */
export function rate(bytesPerCycle: number, mhz: number): string {
  const gigabits = (bytesPerCycle * 8 * mhz) / 1000;
  return gigabits >= 1 ? `${Number(gigabits.toPrecision(3))} Gb/s` : `${Number((gigabits * 1000).toPrecision(3))} Mb/s`;
}

/** "1 frame", "2 frames". */
export const plural = (value: number, what: string) => `${count(value)} ${what}${value === 1 ? "" : "s"}`;

/** Drop causes as words: "udp_checksum" as "UDP checksum". */
export const causeText = (cause: string) =>
  cause
    .split("_")
    .map((word) => (["ip", "udp", "ttl", "dma"].includes(word) ? word.toUpperCase() : word))
    .join(" ")
    .replace(/^[a-z]/, (letter) => letter.toUpperCase())
    .replace(/^IP /, "IPv4 ");
