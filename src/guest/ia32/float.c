#include "guest/ia32/ia32.h"

uint64_t ia32_x87(struct context *c, uint64_t encoding, uint64_t flags)
{
    (void)c;
    return extended_execute((unsigned)encoding, (uint8_t)flags);
}

uint64_t ia32_x87_access(struct context *c, uint64_t encoding, uint64_t address)
{
    (void)c;
    extended_access((unsigned)encoding, address);
    return 0;
}

uint64_t ia32_x87_status(struct context *c, uint64_t unused, uint64_t unused_too)
{
    (void)c, (void)unused, (void)unused_too;
    return extended_status();
}
