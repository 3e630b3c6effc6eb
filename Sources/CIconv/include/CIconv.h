// libc's iconv, which the Glibc module does not export.
#pragma once
#include <iconv.h>
#include <errno.h>

// errno is a macro of a function call, which Swift sees only through the Glibc overlay.
static inline int barid_errno(void) { return errno; }
