#include <idn2.h>
#include <uninorm.h>
#include <unicase.h>

// UNINORM_NFC is a macro over an incomplete type, which Swift cannot import.
static inline uninorm_t barid_uninorm_nfc(void) { return UNINORM_NFC; }

// The same for NFKD.
static inline uninorm_t barid_uninorm_nfkd(void) { return UNINORM_NFKD; }
