/* Checks that are counted, and told of by their line. */
#ifndef CHECK_H
#define CHECK_H
#include <stdint.h>
#include <stdio.h>

extern uint32_t failures;
#define CHECK(condition) \
  ({ if (!(condition)) { __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED); printf("%s:%d: %s\n", __FILE_NAME__, __LINE__, #condition); } })
#define CHECK_EQUAL(a, b) \
  ({ unsigned long a_ = (unsigned long)(a), b_ = (unsigned long)(b); \
     if (a_ != b_) { __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED); printf("%s:%d: %s is 0x%lx, not 0x%lx\n", __FILE_NAME__, __LINE__, #a, a_, b_); } })
#endif
