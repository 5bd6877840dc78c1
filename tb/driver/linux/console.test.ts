/** The console's filter: nothing is lost but carriage returns and the kernel's farewell, however the bytes are cut. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { plainConsole } from "#driver/linux/console.ts";

const passed = (pieces: readonly Uint8Array[]): string => {
  const out: Uint8Array[] = [];
  const write = plainConsole((bytes) => out.push(bytes));
  for (const piece of pieces) write(piece);
  return Buffer.concat(out).toString();
};
const farewell = "reboot: Power down\r\n";
const text = fc.array(fc.constantFrom("a", "reb", "reboot: Power", "r", "\r", "\n", "\r\n", farewell, "reboot: Power down!", "x\n"), {
  maxLength: 12,
});

it("drops the farewell where it is a line of its own, and returns", () =>
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (words, cuts) => {
      const whole = `${words.join("")}.`;
      const bytes = Buffer.from(whole);
      const places = [0, ...cuts.map((c) => Math.min(c, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      expect(passed(pieces)).toBe(whole.replaceAll("\r", "").replaceAll(/^reboot: Power down\n/gm, ""));
    }),
  ));

it("does not wait for the end of a line", () => expect(passed([Buffer.from("prompt> ")])).toBe("prompt> "));
