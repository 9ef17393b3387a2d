#include "guest/riscv/riscv.h"
#include "sem/audit.h"
#include "guest/riscv/meanings.inc"
#include "sem/auditor.inc"
