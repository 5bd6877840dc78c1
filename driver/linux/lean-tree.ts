/** A device tree with as little in it as the kernel and the firmware need, since every word of it is paid at boot. */

/**
 * What the kernel does without: sizes of caches (no sysfs tells them), the newer spelling of the instruction set, what
 * stands for itself, and devices that have no driver. Names are cut short, which mean nothing.
 */
const needless: readonly (readonly [what: RegExp, instead: string])[] = [
  [/^\s*(?:[di]-(?:cache|tlb)-[a-z-]+ = .*|tlb-split);\n/gm, ""],
  [/^\s*(?:riscv,isa-base|riscv,isa-extensions|model|status|fifo-size|clock-frequency|current-speed|stdout-path) = .*;\n/gm, ""],
  [/(?<=serial@[^}]*)^\s*interrupts = .*;\n/gm, ""],
  [/^\s*accio: [^{]*\{[^}]*\};\n/gm, ""],
  [/interrupt-controller(?= \{|@)/g, "i"],
];

/**
 * Source of a device tree of the systems (rtl/soc/device-tree.ts) without what booting does not need. The kernel walks the tree from the start for whatever it looks up early, and that byte
 * by byte: a character of a name costs a thousand instructions at boot, a property three thousand.
 */
export const leanTree = (source: string): string => needless.reduce((text, [what, instead]) => text.replaceAll(what, instead), source);
