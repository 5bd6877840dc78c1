/**
 * Writes cpio archives in the "newc" format, which the kernel unpacks into its initramfs (the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst). Archives may follow each other: later entries win.
 */
export interface CpioFile {
  readonly kind: "file";
  /** Without a leading slash: "bin/hello". */
  readonly path: string;
  readonly data: Uint8Array;
  readonly mode: number;
}
export interface CpioFolder {
  readonly kind: "folder";
  readonly path: string;
  readonly mode: number;
}
export interface CpioDevice {
  readonly kind: "device";
  readonly path: string;
  readonly mode: number;
  /** Character device. */
  readonly major: number;
  readonly minor: number;
}
export type CpioEntry = CpioFile | CpioFolder | CpioDevice;

const headerBytes = 110;
/** Bits of the mode that tell what it is. */
const types = { file: 0o100000, folder: 0o040000, device: 0o020000 } as const;
/**
 * Contents begin at multiples of this: names are filled up with zeros, which the kernel allows. It copies aligned words
 * eight bytes at a time and others byte by byte: for a program of 400 kB a difference of a million instructions.
 */
const alignment = 64;

const padding = (length: number, to: number): number => (to - (length % to)) % to;

/**
 * An archive of these entries, folders before what is in them. The same entries give the same bytes: owner root, no
 * times, inodes counted from 1.
 */
export const cpio = (entries: readonly CpioEntry[]): Buffer => {
  const chunks: Buffer[] = [];
  let length = 0;
  const push = (chunk: Uint8Array): void => {
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
  };
  const write = (inode: number, path: string, mode: number, data: Uint8Array, major: number, minor: number): void => {
    const name = Buffer.from(`${path}\0`);
    const end = length + headerBytes + name.length;
    const nameBytes = name.length + padding(end, data.length > 0 ? alignment : 4);
    // inode, mode, owner, group, links, time, size, device of the file (2), device it is (2), length of the name, checksum
    const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, nameBytes, 0];
    push(Buffer.from(`070701${fields.map((f) => f.toString(16).toUpperCase().padStart(8, "0")).join("")}`));
    push(name);
    push(Buffer.alloc(nameBytes - name.length));
    push(data);
    push(Buffer.alloc(padding(length, 4)));
  };
  const nothing = new Uint8Array();
  for (const [i, entry] of entries.entries()) {
    const device = entry.kind === "device" ? entry : { major: 0, minor: 0 };
    write(i + 1, entry.path, types[entry.kind] | entry.mode, entry.kind === "file" ? entry.data : nothing, device.major, device.minor);
  }
  write(0, "TRAILER!!!", 0, nothing, 0, 0);
  push(Buffer.alloc(padding(length, 512)));
  return Buffer.concat(chunks, length);
};
