#include "include/CStore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>

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

int cstore_clock_is_synchronised(void) {
  struct timex facts = {0};
  // modes 0: only reads.
  return adjtimex(&facts) != TIME_ERROR && !(facts.status & STA_UNSYNC);
}
