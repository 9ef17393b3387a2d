#include "guest/ia32/ia32.h"
#include "sem/audit.h"
#include "guest/ia32/meanings.inc"
#include "sem/auditor.inc"
