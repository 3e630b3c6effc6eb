// libc's iconv, which the Glibc module does not export.
#pragma once
#include <iconv.h>
#include <errno.h>
