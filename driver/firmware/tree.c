/* Reads the flattened device tree (Devicetree Specification 0.4, chapter 5) and makes the kernel's copy of it. */
#include "firmware.h"

/* Tokens; words of the header; nodes deeper than the last are not looked at. */
enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4 };
enum { MAGIC, TOTAL_SIZE, OFFSET_STRUCTURE, OFFSET_STRINGS, OFFSET_RESERVED };
enum { MAX_DEPTH = 8 };

struct machine machine;
ul mtime_register; /* address of the CLINT's mtime, for start.S */

/* What is known of the node that is being read, when its children or its end come. */
struct node {
  const char *compatible, *device_type, *status;
  uint32_t compatible_bytes;
  const uint32_t *reg;
  ul shift, width;
};

static uint32_t big(uint32_t v) { return v >> 24 | (v >> 8 & 0xff00) | (v << 8 & 0xff0000) | v << 24; }
static uint64_t big64(const uint32_t *at) { return (uint64_t)big(at[0]) << 32 | big(at[1]); }

static bool same(const char *a, const char *b) {
  while (*a == *b && *a) a++, b++;
  return *a == *b;
}

static bool compatible(const struct node *n, const char *name) {
  const char *end = n->compatible + n->compatible_bytes;
  for (const char *c = n->compatible; c < end; c++) {
    if (same(c, name)) return true;
    while (*c) c++;
  }
  return false;
}

/* One or two cells as a number. */
static ul cells(const uint32_t *at, ul count) { return count == 2 ? big64(at) : count == 1 ? big(*at) : 0; }

static void finish(const struct node *n, ul address_cells, ul size_cells) {
  if (!n->reg || (n->status && n->status[0] == 'd')) return; /* "disabled" */
  ul base = cells(n->reg, address_cells);
  if (n->device_type && same(n->device_type, "cpu")) {
    if (base < MAX_HARTS) machine.harts |= 1ul << base;
  } else if (n->device_type && same(n->device_type, "memory")) {
    ul bytes = cells(n->reg + address_cells, size_cells);
    /* The bank that the firmware is in. */
    if ((ul)_start - base < bytes) machine.memory = base, machine.memory_bytes = bytes;
  } else if (compatible(n, "sifive,clint0")) {
    machine.clint = base, mtime_register = base + 0xbff8;
  } else if (compatible(n, "ns16550a")) {
    if (!machine.uart) machine.uart = base, machine.uart_shift = n->shift, machine.uart_width = n->width;
  } else if (compatible(n, "accio,system-1")) {
    machine.exit = base, machine.exit_is_accio = true;
  } else if (compatible(n, "sifive,test0")) {
    machine.exit = base;
  }
}

void read_tree(const uint32_t *tree) {
  const uint32_t *at = (const void *)((const char *)tree + big(tree[OFFSET_STRUCTURE]));
  const char *strings = (const char *)tree + big(tree[OFFSET_STRINGS]);
  /* Cells of addresses and sizes for the children of the node at each depth; 2 and 1 unless said. */
  struct { ul address, size; } cell[MAX_DEPTH + 1];
  cell[0].address = 2, cell[0].size = 1;
  ul depth = 0;
  struct node node = {.width = 1};
  bool open = false; /* properties of `node` are being read */

  for (;;) {
    uint32_t token = big(*at++);
    if (token == PROPERTY) {
      uint32_t bytes = big(at[0]);
      const char *name = strings + big(at[1]);
      const void *value = at + 2;
      at += 2 + (bytes + 3) / 4;
      if (name[0] == '#' && depth <= MAX_DEPTH) {
        if (same(name, "#address-cells")) cell[depth].address = big(*(const uint32_t *)value);
        else if (same(name, "#size-cells")) cell[depth].size = big(*(const uint32_t *)value);
      } else if (name[0] == 'c' && same(name, "compatible")) {
        node.compatible = value, node.compatible_bytes = bytes;
      } else if (name[0] == 'd' && same(name, "device_type")) {
        node.device_type = value;
      } else if (name[0] == 's' && same(name, "status")) {
        node.status = value;
      } else if (name[0] == 'r') {
        if (same(name, "reg")) node.reg = value;
        else if (same(name, "reg-shift")) node.shift = big(*(const uint32_t *)value);
        else if (same(name, "reg-io-width")) node.width = big(*(const uint32_t *)value);
      }
      continue;
    }
    if (token == NOP) continue;
    if (open && depth <= MAX_DEPTH) finish(&node, cell[depth - 1].address, cell[depth - 1].size);
    open = token == BEGIN_NODE;
    if (open) {
      const char *name = (const char *)at;
      while (*name) name++;
      at = (const uint32_t *)(((ul)name + 4) & ~3ul);
      node = (struct node){.width = 1};
      if (++depth <= MAX_DEPTH) cell[depth].address = 2, cell[depth].size = 1;
    } else if (token == END_NODE) {
      depth--;
    } else {
      return; /* END; anything else is no tree */
    }
  }
}

/* Copies the tree to `to`, with [reserved, reserved + bytes) added to its memory reservations: the list moves behind the
 * rest, where there is room for it. Returns the first byte after the copy. */
ul place_tree(const uint32_t *tree, uint64_t *to, ul reserved, ul bytes) {
  ul size = (big(tree[TOTAL_SIZE]) + 7) & ~7ul;
  const uint64_t *from = (const uint64_t *)tree;
  for (ul i = 0; i < size / 8; i++) to[i] = from[i];
  uint32_t *header = (uint32_t *)to, *list = header + size / 4, *old = header + big(header[OFFSET_RESERVED]) / 4;
  header[OFFSET_RESERVED] = big(size);
  while (big64(old + 2))
    for (int i = 0; i < 4; i++) *list++ = *old++;
  const uint32_t added[8] = {big(reserved >> 32), big(reserved), big(bytes >> 32), big(bytes)};
  for (int i = 0; i < 8; i++) *list++ = added[i];
  header[TOTAL_SIZE] = big((ul)list - (ul)to);
  return (ul)list;
}
