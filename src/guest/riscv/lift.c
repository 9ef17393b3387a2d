#include "guest/riscv/riscv.h"
#include "sem/lift.h"
#include "guest/riscv/meanings.inc"
#include "sem/lifter.inc"
