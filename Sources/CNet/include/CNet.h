// GNU and Linux calls that the Glibc module does not export, for sockets alone.
#pragma once

/// A pipe whose ends never block and are closed in child processes; 0, or -1 with errno.
int net_pipe(int ends[2]);

/// Raises this process's limit of open descriptors as far as the system allows, and returns it.
long net_raise_descriptor_limit(void);
