// slowsync: an LD_PRELOAD shim that adds BARID_SYNC_DELAY microseconds (2000 unless told) to every sync, as a plain disk has it.
// cc -shared -fPIC -O1 -o slowsync.so slowsync.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static void delay(void) {
  const char *text = getenv("BARID_SYNC_DELAY");
  usleep(text ? (useconds_t)atoi(text) : 2000);
}

int fsync(int descriptor) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  delay();
  return real(descriptor);
}

int fdatasync(int descriptor) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  delay();
  return real(descriptor);
}
