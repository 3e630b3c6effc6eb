#include "include/CNet.h"
