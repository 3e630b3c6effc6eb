#include "include/CStore.h"
