#include "ir/extended.h"
#include "ir/float.h"

#include <string.h>

#ifndef __x86_64__
#error "This host has no x87 unit: a library of software floating point would have to stand in here."
#endif

/* All instructions, each with a return, four bytes apart: first those on registers by encoding (second byte 0xc0 and up), then those on memory at rdi by opcode
 * and second byte's middle field, then the same with 16-bit operands. Bytes that are no instruction are never called. */
__asm__(".pushsection .text\n"
        ".balign 4\n"
        "extended_on_registers:\n"
        ".set opcode, 0xd8\n"
        ".rept 8\n"
        "  .set second, 0xc0\n"
        "  .rept 64\n"
        "    .byte opcode, second, 0xc3, 0x90\n"
        "    .set second, second + 1\n"
        "  .endr\n"
        "  .set opcode, opcode + 1\n"
        ".endr\n"
        "extended_on_memory:\n"
        ".set opcode, 0xd8\n"
        ".rept 8\n"
        "  .set second, 0x07\n"
        "  .rept 8\n"
        "    .byte opcode, second, 0xc3, 0x90\n"
        "    .set second, second + 8\n"
        "  .endr\n"
        "  .set opcode, opcode + 1\n"
        ".endr\n"
        ".set opcode, 0xd8\n"
        ".rept 8\n"
        "  .set second, 0x07\n"
        "  .rept 8\n"
        "    .byte 0x66, opcode, second, 0xc3\n"
        "    .set second, second + 8\n"
        "  .endr\n"
        "  .set opcode, opcode + 1\n"
        ".endr\n"
        ".popsection\n");

enum { STEP = 4 };
extern const char extended_on_registers[] __attribute__((visibility("hidden"))), extended_on_memory[] __attribute__((visibility("hidden")));

/* The call must not go where the compiler keeps things below the stack pointer. */
enum { RED_ZONE = 128 };

uint8_t extended_execute(unsigned encoding, uint8_t flags)
{
    const char *code = extended_on_registers + STEP * ((encoding >> 8) * 64 + (encoding & 63));
    uint64_t rax = (uint64_t)flags << 8;
    __asm__ volatile("lea -%c[zone](%%rsp), %%rsp\n sahf\n call *%[code]\n lahf\n lea %c[zone](%%rsp), %%rsp"
                     : "+a"(rax) : [code] "r"(code), [zone] "i"(RED_ZONE) : "cc", "memory");
    return (uint8_t)(rax >> 8 & (ORDER_LESS | ORDER_UNORDERED | ORDER_EQUAL));
}

/* SDM volume 1, figures 8-9 and 8-11. */
static void clear_pointers(char *environment, bool short_form)
{
    enum { AT = 12, SIZE = 14, SHORT_AT = 6, SHORT_SIZE = 8 }; /* ones follow */
    memset(environment + (short_form ? SHORT_AT : AT), 0, short_form ? SHORT_SIZE : SIZE);
}

void extended_access(unsigned encoding, uint64_t address)
{
    const char *code = extended_on_memory + STEP * ((encoding & EXTENDED_16 ? 64 : 0) + (encoding >> 8 & 7) * 8 + (encoding >> 3 & 7));
    __asm__ volatile("lea -%c[zone](%%rsp), %%rsp\n call *%[code]\n lea %c[zone](%%rsp), %%rsp"
                     : : "D"(address), [code] "r"(code), [zone] "i"(RED_ZONE) : "cc", "memory");
    if (extended_tells_pointers(encoding))
        clear_pointers((void *)(uintptr_t)address, encoding & EXTENDED_16);
}

uint16_t extended_status(void)
{
    uint16_t status;
    __asm__ volatile("fnstsw %0" : "=a"(status));
    return status;
}

void extended_save(void *state)
{
    __asm__ volatile("fnsave %0\n frstor %0" : "+m"(*(char (*)[EXTENDED_STATE])state));
    clear_pointers(state, false);
}

void extended_restore(const void *state)
{
    struct bytes { char byte[EXTENDED_STATE]; };
    __asm__ volatile("frstor %0" : : "m"(*(const struct bytes *)state));
}
void extended_reset(void) { __asm__ volatile("fninit"); }

#define MMX_REGISTERS MMX(0) MMX(1) MMX(2) MMX(3) MMX(4) MMX(5) MMX(6) MMX(7)

uint64_t extended_mmx_read(unsigned number)
{
    uint64_t value = 0;
#define MMX(n) case n: __asm__ volatile("movq %%mm" #n ", %0" : "=r"(value)); break;
    switch (number) { MMX_REGISTERS }
#undef MMX
    return value;
}

void extended_mmx_write(unsigned number, uint64_t value)
{
#define MMX(n) case n: __asm__ volatile("movq %0, %%mm" #n : : "r"(value)); break;
    switch (number) { MMX_REGISTERS }
#undef MMX
}

void extended_mmx_empty(void) { __asm__ volatile("emms"); }

enum { ALL = 512 };

void extended_save_all(void *state)
{
    enum { POINTERS = 6, POINTERS_END = 24 }; /* SDM volume 1, table 10-2 */
    __asm__ volatile("fxsave %0" : "=m"(*(char (*)[ALL])state));
    memset((char *)state + POINTERS, 0, POINTERS_END - POINTERS);
}

void extended_restore_all(const void *state)
{
    struct bytes { char byte[ALL]; };
    __asm__ volatile("fxrstor %0" : : "m"(*(const struct bytes *)state)
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}
