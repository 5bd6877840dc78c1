/** Where a bare-metal program lies in memory. */
import { hex, MapError, regionOf, type SocMap } from "./map.ts";

export interface LinkerOptions {
  /** Bytes of stack of each hart, at the end of memory; 64 KiB unless said. A multiple of 16. */
  readonly stackBytes?: number;
}

/**
 * A script for GNU ld: the program from the start of memory, `.text.init` first (the boot ROM jumps to `_start`), then
 * data, bss, heap, and a stack for each hart at the end. Hart h starts with sp = `__stack_top` - h * `__stack_size`. The
 * other symbols are those that picolibc's start-up knows: `__global_pointer$`, `__bss_start`, `__bss_size`, `__tls_base`,
 * `__heap_start`, `__heap_end`. `tohost` and `fromhost` have a line each. Throws `MapError` where stacks fill the memory.
 */
export const linkerScript = (map: SocMap, { stackBytes = 65536 }: LinkerOptions = {}): string => {
  const { base, size } = regionOf(map, "memory");
  const { harts } = map.config;
  if (!Number.isInteger(stackBytes) || stackBytes <= 0 || stackBytes % 16 !== 0)
    throw new MapError(`stack of ${stackBytes} bytes: a positive multiple of 16 is needed (RISC-V calling convention)`);
  if (stackBytes * harts >= size)
    throw new MapError(`${harts} stacks of ${stackBytes} bytes do not fit a memory of ${size}: make one of them other`);
  return `/* Memory of the system "${map.config.name}". Generated: change rtl/soc/map.ts instead. */
OUTPUT_ARCH(riscv)
ENTRY(_start)

MEMORY
{
  ram (rwx) : ORIGIN = ${hex(base)}, LENGTH = ${hex(size)}
}

PHDRS
{
  text PT_LOAD FLAGS(5);
  data PT_LOAD FLAGS(6);
  tls PT_TLS;
}

__stack_size = ${hex(stackBytes)};
__stack_top = ORIGIN(ram) + LENGTH(ram);

SECTIONS
{
  .text :
  {
    KEEP(*(.text.init))
    *(.text .text.*)
  } >ram :text

  .rodata : ALIGN(16)
  {
    *(.rodata .rodata.* .srodata .srodata.*)
    . = ALIGN(8);
    __init_array_start = .;
    KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*)))
    KEEP(*(.init_array))
    __init_array_end = .;
    __fini_array_start = .;
    KEEP(*(.fini_array .fini_array.*))
    __fini_array_end = .;
    *(.note .note.*)
  } >ram :text

  /* Lines of their own: the host polls them while harts work on their neighbours. */
  .tohost : ALIGN(64)
  {
    KEEP(*(.tohost))
    . = ALIGN(64);
  } >ram :data

  .data : ALIGN(64)
  {
    *(.data .data.*)
    . = ALIGN(8);
    __global_pointer$ = . + 0x800;
    *(.sdata .sdata.*)
  } >ram :data

  .tdata : ALIGN(64)
  {
    __tls_base = .;
    *(.tdata .tdata.*)
  } >ram :data :tls
  .tbss (NOLOAD) :
  {
    *(.tbss .tbss.* .tcommon)
  } >ram :data :tls
  __tdata_size = SIZEOF(.tdata);
  __tbss_size = SIZEOF(.tbss);
  __tls_size = __tdata_size + __tbss_size;

  .bss (NOLOAD) : ALIGN(64)
  {
    __bss_start = .;
    *(.sbss .sbss.* .bss .bss.* COMMON)
    . = ALIGN(64);
    __bss_end = .;
  } >ram :data
  __bss_size = __bss_end - __bss_start;

  _end = .;
  PROVIDE(end = .);
  __heap_start = .;
  __heap_end = __stack_top - ${harts} * __stack_size;
  ASSERT(__heap_start <= __heap_end, "the program and its stacks do not fit the memory")

  /DISCARD/ : { *(.comment .eh_frame .eh_frame_hdr) }
}
`;
};
