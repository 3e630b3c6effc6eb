#include "include/CMemory.h"

#include <malloc.h>

void cmemory_give_back(void) {
#ifdef __GLIBC__
  (void)malloc_trim(0);
#endif
}
