#include "include/CIconv.h"
