#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <unistd.h>

#include "include/CNet.h"

int net_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK); }
