// GNU and Linux calls that the Glibc module does not export, for sockets alone.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/socket.h>
