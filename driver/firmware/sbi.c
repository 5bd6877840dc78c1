/* Calls from supervisor mode: the Supervisor Binary Interface, version 2.0 (chapters in brackets). */
#include "firmware.h"

enum {
  LEGACY_SET_TIMER = 0, LEGACY_PUT = 1, LEGACY_GET = 2, LEGACY_SHUTDOWN = 8,
  BASE = 0x10, TIME = 0x54494d45, IPI = 0x735049, RFENCE = 0x52464e43, HSM = 0x48534d, SRST = 0x53525354, DBCN = 0x4442434e,
};
enum { SPECIFICATION = 2 << 24 | 0, IMPLEMENTATION = 0xacc, IMPLEMENTATION_VERSION = 1 };

/* Memory that supervisor mode may have us read, write or run. */
bool supervisor_may_use(ul address, ul bytes) {
  ul start = (ul)_start, offset = address - machine.memory;
  if (offset > machine.memory_bytes || bytes > machine.memory_bytes - offset) return false;
  return address + bytes <= start || address >= start + RESIDENT_BYTES;
}

static bool implemented(ul extension) {
  static const uint32_t all[] = {LEGACY_SET_TIMER, LEGACY_PUT, LEGACY_GET, LEGACY_SHUTDOWN, BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
    if (all[i] == extension) return true;
  return false;
}

static struct sbi_result base_call(ul function, ul argument) { /* [4] */
  switch (function) {
  case 0: return good(SPECIFICATION);
  case 1: return good(IMPLEMENTATION);
  case 2: return good(IMPLEMENTATION_VERSION);
  case 3: return good(implemented(argument));
  case 4: return good(csr_read(mvendorid));
  case 5: return good(csr_read(marchid));
  case 6: return good(csr_read(mimpid));
  }
  return bad(SBI_NOT_SUPPORTED);
}

/*
 * [10] A shutdown ends the run with the status that user space left behind, or with 1 if it is for a failure. A reboot is
 * what a kernel does that has panicked: the machines here end with 70.
 */
static struct sbi_result reset_call(ul type, ul reason) {
  enum { SHUTDOWN, COLD_REBOOT, WARM_REBOOT, NO_REASON = 0, SYSTEM_FAILURE };
  if ((uint32_t)type > WARM_REBOOT || (uint32_t)reason > SYSTEM_FAILURE) return bad(SBI_INVALID_PARAM);
  if (type != SHUTDOWN) end_run(70);
  ul status = ((struct handover *)((ul)_start + RESIDENT_BYTES))->exit_status;
  end_run(reason == SYSTEM_FAILURE && status == 0 ? 1 : status);
}

static struct sbi_result console_call(ul function, const ul *argument) { /* [12] */
  enum { WRITE, READ, WRITE_BYTE };
  if (function == WRITE_BYTE) {
    put_byte(argument[0]);
    return good(0);
  }
  if (function > WRITE_BYTE) return bad(SBI_NOT_SUPPORTED);
  ul bytes = argument[0], done = 0;
  if (argument[2] != 0 || !supervisor_may_use(argument[1], bytes)) return bad(SBI_INVALID_PARAM);
  unsigned char *at = (unsigned char *)argument[1];
  if (function == WRITE)
    for (; done < bytes; done++) put_byte(at[done]);
  else
    for (int byte; done < bytes && (byte = get_byte()) >= 0; done++) at[done] = byte;
  return good(done);
}

void sbi_call(struct frame *f) {
  ul *a = &f->x[10], extension = f->x[17], function = f->x[16];
  struct sbi_result result;
  csr_write(mepc, csr_read(mepc) + 4);
  switch (extension) {
  case LEGACY_SET_TIMER: set_timer(a[0]); a[0] = 0; return;
  case LEGACY_PUT: put_byte(a[0]); a[0] = 0; return;
  case LEGACY_GET: a[0] = get_byte(); return;
  case LEGACY_SHUTDOWN: reset_call(0, 0); return;
  case TIME: result = function == 0 ? (set_timer(a[0]), good(0)) : bad(SBI_NOT_SUPPORTED); break; /* [6] */
  case IPI: result = function == 0 ? ask_harts(INTERRUPT, a[0], a[1]) : bad(SBI_NOT_SUPPORTED); break; /* [7] */
  case RFENCE: /* [8] 0: fence.i; 1 and 2: sfence.vma, whole ones whatever the range; others: the hypervisor's */
    result = function > 2 ? bad(SBI_NOT_SUPPORTED) : ask_harts(function == 0 ? FENCE_INSTRUCTIONS : FENCE_TRANSLATIONS, a[0], a[1]);
    break;
  case HSM: result = hart_call(function, a); break;
  case DBCN: result = console_call(function, a); break;
  case BASE: result = base_call(function, a[0]); break;
  case SRST: result = function == 0 ? reset_call(a[0], a[1]) : bad(SBI_NOT_SUPPORTED); break;
  default: result = bad(SBI_NOT_SUPPORTED);
  }
  a[0] = result.error;
  a[1] = result.value;
}
