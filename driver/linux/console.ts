/** The guest's console as a reader wants it: lines that end as in text files, and no farewell of the kernel's. */

/** What the kernel prints, at its highest urgency, when it does what it was told. */
const farewell = Buffer.from("reboot: Power down\n");
const carriageReturn = 13;
const newline = 10;

/**
 * Passes bytes on as they come, without carriage returns and without the line that the kernel prints when it powers off.
 * What may become that line is held back until it is clear; the guest ends with it, so nothing else is left behind.
 */
export const plainConsole = (write: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) => {
  // Bytes of the farewell that have come since the line began; -1: this line is another one.
  let matched = 0;
  return (bytes) => {
    const out: number[] = [];
    for (const byte of bytes) {
      if (byte === carriageReturn) continue;
      if (matched >= 0 && byte === farewell[matched]) {
        matched = (matched + 1) % farewell.length;
        continue;
      }
      if (matched > 0) out.push(...farewell.subarray(0, matched));
      out.push(byte);
      matched = byte === newline ? 0 : -1;
    }
    if (out.length > 0) write(Buffer.from(out));
  };
};
