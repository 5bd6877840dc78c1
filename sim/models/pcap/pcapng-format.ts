/** Numbers of the pcapng format that its reader and its writer share. */

export const byteOrderMagic = 0x1a2b3c4d;

export const blockTypes = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  enhancedPacket: 6,
} as const;

/** A comment, on any block. */
export const commentOption = 1;

export const sectionOptions = { application: 4 } as const;

/** Options of an interface description block (if_*). */
export const interfaceOptions = { name: 2, description: 3, resolution: 9, checkSequence: 13, offset: 14 } as const;
