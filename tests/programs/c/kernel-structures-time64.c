/* The same with the calls that have 64-bit times, where these are others. */
#define _TIME_BITS 64
#include "kernel-structures.c"
