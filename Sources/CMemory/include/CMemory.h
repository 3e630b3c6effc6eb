// What the Glibc module does not export of the C library's memory, for the server alone.
#pragma once

// Bytes that the program has allocated and not freed; 0 where the library does not tell.
long cmemory_in_use(void);

// Gives pages that the allocator keeps for later back to the system. Takes milliseconds; other threads may wait for it.
void cmemory_give_back(void);
