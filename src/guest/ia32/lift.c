#include "guest/ia32/ia32.h"
#include "sem/lift.h"
#include "guest/ia32/meanings.inc"
#include "sem/lifter.inc"
