// GNU and Linux calls that the Glibc module does not export, for the store alone.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

// Names a thread for top -H; Linux keeps 15 characters.
void cstore_name_thread(pthread_t thread, const char *name);

// Opens a file in `folder` for reading and writing that has no name: gone when closed. -1 and errno on failure.
int cstore_open_unnamed(const char *folder);

// 1 when the kernel's clock is disciplined from outside (NTP), else 0.
int cstore_clock_is_synchronised(void);
