#include "include/CMemory.h"

#include <malloc.h>

long cmemory_in_use(void) {
#ifdef __GLIBC__
  struct mallinfo2 facts = mallinfo2();
  return (long)(facts.uordblks + facts.hblkhd);
#else
  return 0;
#endif
}

void cmemory_give_back(void) {
#ifdef __GLIBC__
  (void)malloc_trim(0);
#endif
}
