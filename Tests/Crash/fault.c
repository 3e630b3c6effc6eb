// fault.c: makes the disk fail below one folder, beneath our files and SQLite's, when faults.py says so.
//
// Preloaded (LD_PRELOAD) into the program. BARID_FAULT_ROOT names the folder (absolute, no links in it), BARID_FAULT_CONTROL a file
// of `struct control` that faults.py maps too: it says which fault comes at which call, and learns there that it came.
// Both go through libc for all they do to files (powercut.py shows it: record.c sees every byte that is on the disk), so a shim
// here is below SQLite's VFS as well as below `Descriptor`; a VFS of SQLite's would miss our segments.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

// What a call is, and whose file it is for: bits, so that a fault can name several.
enum call { WRITES = 1, SYNCS = 2, LENGTHS = 4, NAMES = 8, READS = 16 };
enum owner { SEGMENT = 1, LOG = 2, INDEX = 4, SEARCH = 8, SPOOL = 16, OTHER = 32 };
// FULL: what makes the disk fuller fails, until disarmed; a write before it may be short. FULL_SEEN: and statvfs says so.
enum fault { NONE = 0, FAILS, SHORT, TORN, KILLED_BEFORE, KILLED_AFTER, FULL, FULL_SEEN };

struct control {
  _Atomic uint32_t fault;
  uint32_t code;              // the errno of FAILS
  uint32_t calls, owners;     // bits
  _Atomic int64_t countdown;  // 1 = the next call of this kind
  uint32_t portion;           // of 1,000: how much of a write is done by SHORT and TORN
  uint32_t lasts;             // FAILS: 1 = every call from then on
  _Atomic uint64_t sprung;    // how often it came
  char where[200];            // the first: call and path
};

static struct control *control;
static const char *root;
static size_t root_length;

enum { DESCRIPTORS = 1 << 16 };
static _Atomic uint8_t owners[DESCRIPTORS];
static char *_Atomic paths[DESCRIPTORS];

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("BARID_FAULT_CONTROL");
  root = getenv("BARID_FAULT_ROOT");
  if (!root || !path) return;
  root_length = strlen(root);
  int file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) abort();
  void *place = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (place == MAP_FAILED) abort();
  control = place;
  syscall(SYS_close, file);
  unsetenv("LD_PRELOAD");
}

static uint32_t owner_of(const char *path) {
  if (!control || !path || strncmp(path, root, root_length) || path[root_length] != '/') return 0;
  const char *name = path + root_length;
  if (strstr(name, "/segments/")) return SEGMENT;
  if (strstr(name, "/search")) return SEARCH;
  if (strstr(name, "/index.sqlite-wal") || strstr(name, "/directory.db-wal")) return LOG;
  if (strstr(name, "/index.sqlite") || strstr(name, "/directory.db")) return INDEX;
  if (strstr(name, "/spool/")) return SPOOL;
  return strstr(name, "/server.pid") ? 0 : OTHER;
}

static void end(void) { syscall(SYS_kill, syscall(SYS_getpid), SIGKILL); }

static void note(const char *call, const char *path) {
  if (atomic_fetch_add(&control->sprung, 1) == 0) snprintf(control->where, sizeof control->where, "%s %s", call, path ? path : "?");
}

// The fault that shall come now; NONE almost always.
static enum fault now(enum call call, uint32_t owner, const char *name, const char *path) {
  if (!owner) return NONE;
  enum fault fault = atomic_load(&control->fault);
  if (fault == NONE || fault >= FULL || !(control->calls & call) || !(control->owners & owner)) return NONE;
  int64_t left = atomic_fetch_sub(&control->countdown, 1);
  if (left > 1 || (left < 1 && !(fault == FAILS && control->lasts))) return NONE;
  note(name, path);
  if (fault == KILLED_BEFORE) end();
  return fault;
}

static int is_full(uint32_t owner, const char *name, const char *path) {
  if (!owner) return 0;
  enum fault fault = atomic_load(&control->fault);
  if (fault < FULL) return 0;
  note(name, path);
  errno = ENOSPC;
  return 1;
}

static uint32_t owner(int file) { return control && file >= 0 && file < DESCRIPTORS ? atomic_load(&owners[file]) : 0; }
static const char *path_of(int file) { return atomic_load(&paths[file]); }

// Names

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  uint32_t whose = owner_of(path);
  int makes = (flags & (O_CREAT | O_TMPFILE)) != 0;
  if (whose && makes) {
    struct stat status;
    int is_new = (flags & O_TMPFILE) == O_TMPFILE || syscall(SYS_newfstatat, AT_FDCWD, path, &status, 0) != 0;
    if (is_new) {
      if (is_full(whose, "open", path)) return -1;
      enum fault fault = now(NAMES, whose, "open", path);
      if (fault == FAILS) return errno = control->code, -1;
      if (fault == TORN) end();
      if (fault == KILLED_AFTER) return syscall(SYS_openat, folder, path, flags, mode), end(), -1;
    }
  }
  int file = syscall(SYS_openat, folder, path, flags, mode);
  if (whose && file >= 0 && file < DESCRIPTORS) {
    if ((flags & O_TMPFILE) == O_TMPFILE) whose = SPOOL;
    free(atomic_exchange(&paths[file], strdup(path)));
    atomic_store(&owners[file], whose);
  }
  return file;
}

#define MODE(flags, mode)                            \
  mode_t mode = 0;                                   \
  if ((flags) & (O_CREAT | O_TMPFILE)) {             \
    va_list rest;                                    \
    va_start(rest, flags);                           \
    mode = va_arg(rest, mode_t);                     \
    va_end(rest);                                    \
  }

int open(const char *path, int flags, ...) { MODE(flags, mode) return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags, mode) return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags, mode) return open_at(folder, path, flags, mode); }

int close(int file) {
  if (file >= 0 && file < DESCRIPTORS) atomic_store(&owners[file], 0);
  return syscall(SYS_close, file);
}

#define CALL(kind, whose, name, path, call)                        \
  enum fault fault = now(kind, whose, name, path);                 \
  if (fault == FAILS) return errno = control->code, -1;            \
  if (fault == TORN) end();                                        \
  int result = call;                                               \
  if (fault == KILLED_AFTER) end();                                \
  return result;

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  CALL(NAMES, owner_of(from), "rename", from, (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags))
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return renameat2(from_folder, from, to_folder, to, 0); }
int unlinkat(int folder, const char *path, int flags) {
  CALL(NAMES, owner_of(path), "unlink", path, (int)syscall(SYS_unlinkat, folder, path, flags))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

// Bytes

static size_t whole(const struct iovec *data, int count) {
  size_t length = 0;
  for (int at = 0; at < count; at++) length += data[at].iov_len;
  return length;
}

static ssize_t put(int file, const struct iovec *data, int count, off_t offset) {
  return offset < 0 ? syscall(SYS_writev, file, data, count) : syscall(SYS_pwritev, file, data, count, offset, 0);
}

// Writes only the first `length` bytes.
static ssize_t put_part(int file, const struct iovec *data, int count, off_t offset, size_t length) {
  struct iovec parts[64];
  int used = 0;
  for (; used < count && used < 64 && length; used++) {
    parts[used] = data[used];
    if (parts[used].iov_len > length) parts[used].iov_len = length;
    length -= parts[used].iov_len;
  }
  return used ? put(file, parts, used, offset) : 0;
}

// offset -1: where the file stands.
static ssize_t write_at(int file, const struct iovec *data, int count, off_t offset) {
  uint32_t whose = owner(file);
  if (!whose) return put(file, data, count, offset);
  size_t length = whole(data, count);
  if (atomic_load(&control->fault) >= FULL && length) {
    struct stat status;
    off_t from = offset < 0 ? syscall(SYS_lseek, file, 0, SEEK_CUR) : offset;
    if (fstat(file, &status) == 0 && from + (off_t)length > status.st_size) {
      // A disk takes what it has room for first: every other write is cut short, and the rest of it fails.
      if (length > 1 && from <= status.st_size && atomic_load(&control->sprung) % 2) {
        note("write", path_of(file));
        return put_part(file, data, count, offset, length / 2);
      }
      is_full(whose, "write", path_of(file));
      return -1;
    }
  }
  enum fault fault = now(WRITES, whose, "write", path_of(file));
  if (fault == FAILS) return errno = control->code, -1;
  size_t part = length * control->portion / 1000;
  if (fault == TORN) return put_part(file, data, count, offset, part), end(), -1;
  if (fault == SHORT && length > 1) return put_part(file, data, count, offset, part ? part : 1);
  ssize_t result = put(file, data, count, offset);
  if (fault == KILLED_AFTER) end();
  return result;
}

ssize_t pwritev2(int file, const struct iovec *data, int count, off_t offset, int flags) { return (void)flags, write_at(file, data, count, offset); }
ssize_t pwritev64v2(int file, const struct iovec *data, int count, off_t offset, int flags) { return (void)flags, write_at(file, data, count, offset); }
ssize_t pwritev(int file, const struct iovec *data, int count, off_t offset) { return write_at(file, data, count, offset); }
ssize_t pwritev64(int file, const struct iovec *data, int count, off_t offset) { return write_at(file, data, count, offset); }
ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) { return write_at(file, &(struct iovec){(void *)bytes, size}, 1, offset); }
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset) { return pwrite(file, bytes, size, offset); }
ssize_t writev(int file, const struct iovec *data, int count) {
  return owner(file) ? write_at(file, data, count, -1) : syscall(SYS_writev, file, data, count);
}
ssize_t write(int file, const void *bytes, size_t size) {
  if (!owner(file)) return syscall(SYS_write, file, bytes, size);
  return write_at(file, &(struct iovec){(void *)bytes, size}, 1, -1);
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset) {
  enum fault fault = now(READS, owner(file), "read", owner(file) ? path_of(file) : NULL);
  if (fault == FAILS) return errno = control->code, -1;
  if (fault == SHORT && size > 1) size = size * control->portion / 1000 ? size * control->portion / 1000 : 1;
  return syscall(SYS_pread64, file, bytes, size, offset);
}
ssize_t pread64(int file, void *bytes, size_t size, off_t offset) { return pread(file, bytes, size, offset); }

// Lengths

int ftruncate(int file, off_t length) {
  CALL(LENGTHS, owner(file), "truncate", owner(file) ? path_of(file) : NULL, (int)syscall(SYS_ftruncate, file, length))
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }
int fallocate(int file, int mode, off_t offset, off_t length) {
  if (is_full(owner(file), "allocate", owner(file) ? path_of(file) : NULL)) return -1;
  CALL(LENGTHS, owner(file), "allocate", owner(file) ? path_of(file) : NULL, (int)syscall(SYS_fallocate, file, mode, offset, length))
}
int fallocate64(int file, int mode, off_t offset, off_t length) { return fallocate(file, mode, offset, length); }
int posix_fallocate(int file, off_t offset, off_t length) { return fallocate(file, 0, offset, length) ? errno : 0; }
int posix_fallocate64(int file, off_t offset, off_t length) { return posix_fallocate(file, offset, length); }

// Syncs

int fsync(int file) {
  CALL(SYNCS, owner(file), "fsync", owner(file) ? path_of(file) : NULL, (int)syscall(SYS_fsync, file))
}
int fdatasync(int file) {
  CALL(SYNCS, owner(file), "fdatasync", owner(file) ? path_of(file) : NULL, (int)syscall(SYS_fdatasync, file))
}

// How much is free. Both structures of libc: `statvfs` and, beneath it, `statfs`.

static int seen_full(void) { return control && atomic_load(&control->fault) == FULL_SEEN; }

static int told(const struct statfs *facts, struct statvfs *answer) {
  memset(answer, 0, sizeof *answer);
  answer->f_bsize = facts->f_bsize;
  answer->f_frsize = facts->f_frsize ? facts->f_frsize : facts->f_bsize;
  answer->f_blocks = facts->f_blocks;
  answer->f_bfree = seen_full() ? 0 : facts->f_bfree;
  answer->f_bavail = seen_full() ? 0 : facts->f_bavail;
  answer->f_files = facts->f_files;
  answer->f_ffree = answer->f_favail = facts->f_ffree;
  answer->f_namemax = facts->f_namelen;
  return 0;
}

int fstatvfs(int file, struct statvfs *answer) {
  struct statfs facts;
  return syscall(SYS_fstatfs, file, &facts) ? -1 : told(&facts, answer);
}
int statvfs(const char *path, struct statvfs *answer) {
  struct statfs facts;
  return syscall(SYS_statfs, path, &facts) ? -1 : told(&facts, answer);
}
int fstatvfs64(int file, struct statvfs64 *answer) { return fstatvfs(file, (struct statvfs *)answer); }
int statvfs64(const char *path, struct statvfs64 *answer) { return statvfs(path, (struct statvfs *)answer); }
