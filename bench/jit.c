/* Code that writes code in the page it runs in, without a word to the processor: functions made at run time, whose constants and inline caches are
 * patched between calls. IA-32 alone promises that this is seen at once. */
#include <sys/mman.h>

#include "bench.h"

enum { PAGE = 4096, FUNCTIONS = 16, FUNCTION_SIZE = 64, CACHES = 32, CACHE_SIZE = 32, CALLS = 400, TYPES = 64 };

typedef uint32_t __attribute__((regparm(1))) function(uint32_t);

/* All in one page: functions, then inline caches. */
static uint8_t *page;

static uint8_t *function_at(unsigned number) { return page + number * FUNCTION_SIZE; }
static uint8_t *cache_at(unsigned number) { return page + FUNCTIONS * FUNCTION_SIZE + number * CACHE_SIZE; }
static uint32_t call(uint8_t *code, uint32_t x) { return ((function *)(uintptr_t)code)(x); }

/* Operations on eax and a constant. */
static const struct { uint8_t bytes[2]; unsigned length; } operation[] = {
    { { 0x05 }, 1 },       /* add */
    { { 0x2d }, 1 },       /* sub */
    { { 0x35 }, 1 },       /* xor */
    { { 0x69, 0xc0 }, 2 }, /* imul */
};

static uint8_t *emit(uint8_t *at, const void *bytes, unsigned length)
{
    for (unsigned i = 0; i < length; i++)
        *(volatile uint8_t *)at++ = ((const uint8_t *)bytes)[i];
    return at;
}

/* A function of eight operations; returns where their constants are. */
static void generate(uint8_t *at, uint8_t *constant[8], uint64_t *random)
{
    for (unsigned i = 0; i < 8; i++) {
        unsigned which = next_random(random) % 4;
        uint32_t number = (uint32_t)next_random(random) | 1;
        at = emit(at, operation[which].bytes, operation[which].length);
        constant[i] = at;
        at = emit(at, &number, sizeof number);
    }
    emit(at, "\xc3", 1);
}

/* What a compiler for a language with types at run time makes of `object.field`: whether the type is the last one, then where the field is; else -1. */
static void generate_cache(uint8_t *at)
{
    /* cmp eax,-1; jne miss; mov eax,0; ret; miss: or eax,-1; ret */
    emit(at, "\x3d\xff\xff\xff\xff\x75\x06\xb8\0\0\0\0\xc3\x83\xc8\xff\xc3", 17);
}

static uint32_t look_up(unsigned number, uint32_t type)
{
    uint8_t *code = cache_at(number);
    uint32_t field = call(code, type);
    if (field != UINT32_MAX)
        return field;
    field = type * 12 + number;
    emit(code + 1, &type, sizeof type);
    emit(code + 8, &field, sizeof field);
    return call(code, type);
}

/* A new function, one constant of which changes now and then. */
static uint32_t run_function(unsigned number, uint64_t *random)
{
    uint8_t *constant[8];
    uint32_t sum = number;
    generate(function_at(number), constant, random);
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned k = 0; k < CALLS / 8; k++)
            sum = call(function_at(number), sum);
        emit(constant[i], &sum, sizeof sum);
    }
    return sum;
}

/* Mostly the type that was there last. */
static uint32_t run_caches(uint64_t *random)
{
    uint32_t sum = 0;
    for (unsigned number = 0; number < CACHES; number++) {
        uint32_t type = (uint32_t)(next_random(random) % TYPES);
        for (unsigned k = 0; k < CALLS; k++)
            sum += look_up(number, type);
    }
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t random = 88172645463325252, sum = 0;
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned number = 0; number < CACHES; number++)
        generate_cache(cache_at(number));
    for (unsigned long i = amount(argc, argv, 500); i > 0; i--) {
        for (unsigned number = 0; number < FUNCTIONS; number++)
            sum = mix(sum, run_function(number, &random));
        sum = mix(sum, run_caches(&random));
    }
    printf("%" PRIx64 "\n", sum);
}
