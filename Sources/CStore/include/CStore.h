// GNU and Linux calls that the Glibc module does not export, for the store alone.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <unistd.h>
