#include "guest/riscv/riscv.h"
#include "sem/exec.h"
#include "guest/riscv/meanings.inc"
#include "sem/switch.inc"
