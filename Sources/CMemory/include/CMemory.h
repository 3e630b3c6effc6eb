// What the Glibc module does not export of the C library's memory, for the server alone.
#pragma once

// Gives pages that the allocator keeps for later back to the system. Takes milliseconds; other threads may wait for it.
void cmemory_give_back(void);
