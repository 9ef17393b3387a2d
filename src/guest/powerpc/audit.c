#include "guest/powerpc/powerpc.h"
#include "sem/audit.h"
#include "guest/powerpc/meanings.inc"
#include "sem/auditor.inc"
