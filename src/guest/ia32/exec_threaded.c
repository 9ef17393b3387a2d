#include "guest/ia32/ia32.h"
#include "sem/exec.h"
#include "guest/ia32/meanings.inc"
#include "sem/threaded.inc"
