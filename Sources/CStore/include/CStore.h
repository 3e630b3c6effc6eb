// GNU and Linux calls that the Glibc module does not export, for the store alone.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

// Names a thread for top -H; Linux keeps 15 characters.
void cstore_name_thread(pthread_t thread, const char *name);

// Opens a file in `folder` for reading and writing that has no name: gone when closed. -1 and errno on failure.
int cstore_open_unnamed(const char *folder);

// Reads `count` bytes at `offset` into `space`, as far as they are in memory: never waits for the disk. The number read, or -1 and errno
// (EAGAIN where it would have to wait).
long cstore_read_at_hand(int descriptor, void *space, long count, long offset);

// 1 when the kernel's clock is disciplined from outside (NTP), else 0.
int cstore_clock_is_synchronised(void);

// The offset of `needle` in `text` at or behind `start`; -1 where there is none (memmem).
long cstore_find(const void *text, long count, long start, const void *needle, long needle_count);

// The calling thread yields to every other one from now on: nice 15, and what it reads and writes goes last.
void cstore_step_back(void);

// Carries `crc` (CRC-32 as zlib has it) on over the beginning of `bytes`, as much of it as this machine's instructions do at once;
// how many bytes that was, 0 where it has none.
long cstore_crc32(const void *bytes, long count, uint32_t *crc);
