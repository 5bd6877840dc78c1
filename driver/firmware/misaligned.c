/* Loads and stores whose address is no multiple of their size: Rocket traps on them, programs need not know. */
#include "firmware.h"

struct operation {
  bool store, floating, is_signed;
  ul bytes, reg;
};

/* Compressed instructions (quadrants 0 and 2), by funct3: the size, and whether the register is a floating-point one. */
static bool decode_compressed(uint32_t i, struct operation *op) {
  ul quadrant = i & 3, funct3 = i >> 13 & 7;
  if ((funct3 & 3) == 0 || quadrant == 1) return false;
  op->store = funct3 & 4;
  op->floating = (funct3 & 3) == 1;
  op->is_signed = true;
  op->bytes = (funct3 & 3) == 2 ? 4 : 8;
  op->reg = quadrant == 0 ? 8 + (i >> 2 & 7) : op->store ? i >> 2 & 31 : i >> 7 & 31;
  return true;
}

static bool decode(uint32_t i, struct operation *op) {
  if ((i & 3) != 3) return decode_compressed(i, op);
  ul opcode = i & 0x7f, funct3 = i >> 12 & 7;
  op->store = opcode & 0x20;
  op->floating = opcode & 4;
  op->bytes = 1 << (funct3 & 3);
  op->is_signed = !(funct3 & 4);
  op->reg = op->store ? i >> 20 & 31 : i >> 7 & 31;
  if ((opcode & ~0x24u) != 0x03 || op->bytes == 1) return false;
  return op->floating ? funct3 == 2 || funct3 == 3 : funct3 != 7 && !(op->store && funct3 > 3);
}

/* The instruction at mepc; it may be on a page that can only be executed, and may reach into the next one. */
static struct access fetch(ul address) {
  struct access low = guest_load(address, 2, MSTATUS_MXR);
  if (low.cause || (low.value & 3) != 3) return low;
  struct access high = guest_load(address + 2, 2, MSTATUS_MXR);
  high.value = high.value << 16 | low.value;
  return high;
}

bool emulate_misaligned(struct frame *f, ul address) {
  struct operation op;
  ul pc = csr_read(mepc);
  struct access instruction = fetch(pc);
  /* Another hart may have unmapped it meanwhile: the fetch that follows sees that again. */
  if (instruction.cause) {
    csr_write(mepc, pc);
    return true;
  }
  if (!decode(instruction.value, &op)) return false;

  struct access done;
  if (op.store) {
    done = guest_store(address, op.bytes, op.floating ? read_float(op.reg) : f->x[op.reg]);
  } else {
    done = guest_load(address, op.bytes, 0);
    if (!done.cause) {
      ul unused = 64 - 8 * op.bytes, value = done.value;
      if (op.floating) write_float(op.reg, op.bytes == 4 ? value | -1ul << 32 : value); /* boxed in a NaN */
      else if (op.reg != 0) f->x[op.reg] = op.is_signed ? (ul)((long)(value << unused) >> unused) : value;
    }
  }
  if (done.cause) {
    csr_write(mepc, pc);
    redirect(done.cause, csr_read(mtval));
  } else {
    csr_write(mepc, pc + ((instruction.value & 3) == 3 ? 4 : 2));
  }
  return true;
}
