#ifndef FERRY_TERMINAL_POWERPC_H
#define FERRY_TERMINAL_POWERPC_H

#include "linux/call-abi.h"

extern const struct device_request powerpc_requests[];

#endif
