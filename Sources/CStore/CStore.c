#include "include/CStore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

void cstore_name_thread(pthread_t thread, const char *name) { pthread_setname_np(thread, name); }

int cstore_open_unnamed(const char *folder) {
  int made = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (made >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return made;
  // File systems without O_TMPFILE: make one and take its name away.
  char path[4096];
  int length = snprintf(path, sizeof path, "%s/body-XXXXXX", folder);
  if (length < 0 || (size_t)length >= sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  made = mkostemp(path, O_CLOEXEC);
  if (made >= 0) unlink(path);
  return made;
}

long cstore_read_at_hand(int descriptor, void *space, long count, long offset) {
  struct iovec vector = {space, (size_t)count};
  return preadv2(descriptor, &vector, 1, offset, RWF_NOWAIT);
}

int cstore_clock_is_synchronised(void) {
  struct timex facts = {0};
  // modes 0: only reads.
  return adjtimex(&facts) != TIME_ERROR && !(facts.status & STA_UNSYNC);
}

long cstore_find(const void *text, long count, long start, const void *needle, long needle_count) {
  if (start > count) return -1;
  const char *found = memmem((const char *)text + start, (size_t)(count - start), needle, (size_t)needle_count);
  return found ? found - (const char *)text : -1;
}

void cstore_step_back(void) {
  // On Linux both hold for one thread. Failure changes nothing but politeness.
  (void)setpriority(PRIO_PROCESS, 0, 15);
  // IOPRIO_WHO_PROCESS, this thread, best effort class, lowest priority.
  (void)syscall(SYS_ioprio_set, 1, 0, (2 << 13) | 7);
}
