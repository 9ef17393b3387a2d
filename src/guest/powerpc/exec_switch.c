#include "guest/powerpc/powerpc.h"
#include "sem/exec.h"
#include "guest/powerpc/meanings.inc"
#include "sem/switch.inc"
