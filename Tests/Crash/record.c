// record.c: writes down what a program does to the files below one folder, for powercut.py to cut the power in.
//
// Preloaded (LD_PRELOAD) into the program. BARID_RECORD_ROOT names the folder (absolute, no links in it), BARID_RECORD_LOG the
// log. Every completed operation is one record: `struct record`, then the path, the second path, the data. Times are
// CLOCK_MONOTONIC nanoseconds taken right before and right after the operation itself.
//
// What changes names (open, rename, unlink, mkdir) happens under the lock, so these records stand in the order of the events.
// Writes and syncs happen outside it: their order is told by their times. Nameless files (O_TMPFILE) are not recorded: a power
// cut leaves nothing of them. What goes past libc (mmap, a raw system call) is not seen; powercut.py compares the replay of the
// whole log with the real folder and so notices.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { OPENED = 1, WRITTEN, TRUNCATED, ALLOCATED, RENAMED, UNLINKED, FOLDER_MADE, SYNCED, FOLDER_OPENED };

struct record {
  uint32_t kind, flags;
  uint64_t opening;  // which open() the descriptor comes from
  int64_t offset;
  uint64_t began, ended;
  uint32_t path_length, other_length;
  uint64_t data_length;
};

enum { DESCRIPTORS = 1 << 16 };
static _Atomic uint32_t openings[DESCRIPTORS];
static uint32_t opened;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int log_file = -1;

__attribute__((constructor)) static void start(void) {
  const char *log = getenv("BARID_RECORD_LOG");
  root = getenv("BARID_RECORD_ROOT");
  if (!root || !log) return;
  root_length = strlen(root);
  log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  unsetenv("LD_PRELOAD");
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int is_ours(int folder, const char *path) {
  (void)folder;  // an absolute path needs none; the server uses no other below its folder
  return log_file >= 0 && path && strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || path[root_length] == 0);
}

static uint32_t opening(int file) {
  return file >= 0 && file < DESCRIPTORS ? atomic_load(&openings[file]) : 0;
}

// The lock is held.
static void note(struct record record, const char *path, const char *other, const struct iovec *data, int count) {
  struct iovec parts[1024];
  int used = 3, error = errno;
  uint64_t left = record.data_length;
  record.path_length = path ? strlen(path) : 0;
  record.other_length = other ? strlen(other) : 0;
  parts[0] = (struct iovec){&record, sizeof record};
  parts[1] = (struct iovec){(void *)path, record.path_length};
  parts[2] = (struct iovec){(void *)other, record.other_length};
  for (int at = 0; at < count && left && used < 1024; at++) {
    size_t length = data[at].iov_len < left ? data[at].iov_len : left;
    parts[used++] = (struct iovec){data[at].iov_base, length};
    left -= length;
  }
  uint64_t whole = sizeof record + record.path_length + record.other_length + record.data_length;
  if (left || syscall(SYS_writev, log_file, parts, used) != (long)whole) abort();  // a log with a hole proves nothing
  errno = error;
}

static void note_file(enum kind kind, uint32_t opening, int64_t offset, uint64_t began, uint64_t length, const struct iovec *data, int count) {
  struct record record = {.kind = kind, .opening = opening, .offset = offset, .began = began, .ended = now(), .data_length = length};
  pthread_mutex_lock(&lock);
  note(record, NULL, NULL, data, count);
  pthread_mutex_unlock(&lock);
}

// Names

static int open_at(int folder, const char *path, int flags, mode_t mode) {
  if (!is_ours(folder, path) || (flags & O_TMPFILE) == O_TMPFILE) return syscall(SYS_openat, folder, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct record record = {.kind = OPENED, .flags = (flags & O_TRUNC) != 0, .began = now()};
  int file = syscall(SYS_openat, folder, path, flags, mode);
  record.ended = now();
  if (file >= 0) {
    struct stat status;
    if (file >= DESCRIPTORS || fstat(file, &status)) abort();
    if (S_ISDIR(status.st_mode)) record.kind = FOLDER_OPENED;
    record.opening = ++opened;
    atomic_store(&openings[file], opened);
    note(record, path, NULL, NULL, 0);
  }
  pthread_mutex_unlock(&lock);
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
int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int file) {
  if (file >= 0 && file < DESCRIPTORS) atomic_store(&openings[file], 0);
  return syscall(SYS_close, file);
}

// The operation itself stands in the middle, under the lock.
#define NAMED(kind_, ours, path, other, call)                      \
  if (!(ours)) return call;                                        \
  pthread_mutex_lock(&lock);                                       \
  struct record record = {.kind = kind_, .began = now()};          \
  int result = call;                                               \
  record.ended = now();                                            \
  if (result == 0) note(record, path, other, NULL, 0);             \
  pthread_mutex_unlock(&lock);                                     \
  return result;

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  NAMED(RENAMED, is_ours(from_folder, from) || is_ours(to_folder, to), from, to,
        (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags))
}
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return renameat2(from_folder, from, to_folder, to, 0); }
int unlinkat(int folder, const char *path, int flags) {
  NAMED(UNLINKED, is_ours(folder, path), path, NULL, (int)syscall(SYS_unlinkat, folder, path, flags))
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int mkdirat(int folder, const char *path, mode_t mode) {
  NAMED(FOLDER_MADE, is_ours(folder, path), path, NULL, (int)syscall(SYS_mkdirat, folder, path, mode))
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

// Bytes

ssize_t pwritev2(int file, const struct iovec *data, int count, off_t offset, int flags) {
  uint32_t from = opening(file);
  uint64_t began = now();
  // On 64-bit systems the offset is one argument and the high half is not looked at.
  ssize_t length = syscall(SYS_pwritev2, file, data, count, offset, 0, flags);
  if (from && length > 0) note_file(WRITTEN, from, offset, began, length, data, count);
  return length;
}
ssize_t pwritev64v2(int file, const struct iovec *data, int count, off_t offset, int flags) { return pwritev2(file, data, count, offset, flags); }
ssize_t pwritev(int file, const struct iovec *data, int count, off_t offset) { return pwritev2(file, data, count, offset, 0); }
ssize_t pwritev64(int file, const struct iovec *data, int count, off_t offset) { return pwritev2(file, data, count, offset, 0); }

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) {
  uint32_t from = opening(file);
  uint64_t began = now();
  ssize_t length = syscall(SYS_pwrite64, file, bytes, size, offset);
  if (from && length > 0) note_file(WRITTEN, from, offset, began, length, &(struct iovec){(void *)bytes, size}, 1);
  return length;
}
ssize_t pwrite64(int file, const void *bytes, size_t size, off_t offset) { return pwrite(file, bytes, size, offset); }

ssize_t writev(int file, const struct iovec *data, int count) {
  uint32_t from = opening(file);
  if (!from) return syscall(SYS_writev, file, data, count);
  uint64_t began = now();
  ssize_t length = syscall(SYS_writev, file, data, count);
  // No two threads of the server share a file's position.
  if (length > 0) note_file(WRITTEN, from, syscall(SYS_lseek, file, 0, SEEK_CUR) - length, began, length, data, count);
  return length;
}
ssize_t write(int file, const void *bytes, size_t size) {
  if (!opening(file)) return syscall(SYS_write, file, bytes, size);
  return writev(file, &(struct iovec){(void *)bytes, size}, 1);
}

// Lengths

int ftruncate(int file, off_t length) {
  uint32_t from = opening(file);
  uint64_t began = now();
  int result = syscall(SYS_ftruncate, file, length);
  if (from && result == 0) note_file(TRUNCATED, from, length, began, 0, NULL, 0);
  return result;
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

int fallocate(int file, int mode, off_t offset, off_t length) {
  uint32_t from = opening(file);
  uint64_t began = now();
  int result = syscall(SYS_fallocate, file, mode, offset, length);
  if (from && result == 0 && mode != FALLOC_FL_KEEP_SIZE) {
    if (mode) abort();  // holes and shifts: powercut.py does not know them
    note_file(ALLOCATED, from, offset + length, began, 0, NULL, 0);
  }
  return result;
}
int fallocate64(int file, int mode, off_t offset, off_t length) { return fallocate(file, mode, offset, length); }
int posix_fallocate(int file, off_t offset, off_t length) { return fallocate(file, 0, offset, length) ? errno : 0; }
int posix_fallocate64(int file, off_t offset, off_t length) { return posix_fallocate(file, offset, length); }

// Syncs. sync_file_range promises nothing after a power cut and so is not one.

int fsync(int file) {
  uint32_t from = opening(file);
  uint64_t began = now();
  int result = syscall(SYS_fsync, file);
  if (from && result == 0) note_file(SYNCED, from, 0, began, 0, NULL, 0);
  return result;
}
int fdatasync(int file) {
  uint32_t from = opening(file);
  uint64_t began = now();
  int result = syscall(SYS_fdatasync, file);
  if (from && result == 0) note_file(SYNCED, from, 0, began, 0, NULL, 0);
  return result;
}
