#include "host/x64/features.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>

/* ORDER FEATURE */
const char *const x64_feature_names[] = {
    "sse4.1", "bmi1", "bmi2", "lzcnt", "popcnt", "movbe", "avx", "fma", "avx2", "avx512vl", "atomic-lines", NULL
};

/* XCR0: which register state the kernel saves; SDM volume 1, 13.3. */
static uint32_t saved_state(void)
{
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static uint32_t if_set(uint32_t word, uint32_t bit, uint32_t feature) { return word & bit ? feature : 0; }

/* Its maker guarantees what others do not: SDM volume 3, 9.1.1. */
static bool is_intel(void)
{
    uint32_t a, b = 0, c = 0, d = 0;
    __get_cpuid(0, &a, &b, &c, &d);
    return b == signature_INTEL_ebx && c == signature_INTEL_ecx && d == signature_INTEL_edx;
}

uint32_t x64_detect(void)
{
    uint32_t a, b, c, d, features = is_intel() ? FEATURE_ATOMIC_LINES : 0;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return 0;
    features |= if_set(c, bit_SSE4_1, FEATURE_SSE41) | if_set(c, bit_POPCNT, FEATURE_POPCNT) | if_set(c, bit_MOVBE, FEATURE_MOVBE);
    uint32_t state = c & bit_OSXSAVE ? saved_state() : 0;
    bool avx_state = (state & 0x6) == 0x6, avx512_state = (state & 0xe6) == 0xe6;
    if (avx_state)
        features |= if_set(c, bit_AVX, FEATURE_AVX) | if_set(c, bit_FMA, FEATURE_FMA);
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        features |= if_set(b, bit_BMI, FEATURE_BMI1) | if_set(b, bit_BMI2, FEATURE_BMI2);
        if (avx_state)
            features |= if_set(b, bit_AVX2, FEATURE_AVX2);
        if (avx512_state && b & bit_AVX512F && b & bit_AVX512BW)
            features |= if_set(b, bit_AVX512VL, FEATURE_AVX512VL);
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        features |= if_set(c, bit_ABM, FEATURE_LZCNT);
    return x64_usable_features(features);
}

/* SDM volume 1, 13.5.7: component 7 of the XSAVE area. */
uint32_t x64_high_vector_offset(void)
{
    uint32_t a, b = 0, c, d;
    __get_cpuid_count(13, 7, &a, &b, &c, &d);
    return b;
}

uint32_t x64_usable_features(uint32_t features)
{
    if (!(features & FEATURE_AVX))
        features &= ~(uint32_t)(FEATURE_FMA | FEATURE_AVX2 | FEATURE_AVX512VL);
    return features;
}
