#include "guest/powerpc/powerpc.h"
#include "sem/lift.h"
#include "guest/powerpc/meanings.inc"
#include "sem/lifter.inc"
