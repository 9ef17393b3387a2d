/* CPU features that change what is emitted. ORDER FEATURE: as named in detect.c. */
#ifndef FERRY_X64_FEATURES_H
#define FERRY_X64_FEATURES_H

#include <stdint.h>

enum x64_feature {
    FEATURE_SSE41 = 1 << 0,
    FEATURE_BMI1 = 1 << 1,
    FEATURE_BMI2 = 1 << 2,
    FEATURE_LZCNT = 1 << 3,
    FEATURE_POPCNT = 1 << 4,
    FEATURE_MOVBE = 1 << 5,
    FEATURE_AVX = 1 << 6,
    FEATURE_FMA = 1 << 7,      /* implies AVX */
    FEATURE_AVX2 = 1 << 8,     /* implies AVX */
    FEATURE_AVX512VL = 1 << 9, /* implies AVX; with F and BW; for registers xmm16 to xmm31 */
    FEATURE_ATOMIC_LINES = 1 << 10, /* stores within a cache line of 64 bytes are atomic, not only those within an aligned quadword */
};

extern const char *const x64_feature_names[];
uint32_t x64_detect(void);

/* Where zmm16 to zmm31 are in an XSAVE area, 64 bytes each. */
uint32_t x64_high_vector_offset(void);

/* `features` without those whose prerequisites are missing. */
uint32_t x64_usable_features(uint32_t features);

#endif
