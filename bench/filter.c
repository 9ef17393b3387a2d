/* FP: single precision; a filter with feedback over samples, and conversions from and to integers. */
#include "bench.h"

int main(int argc, char **argv)
{
    enum { SAMPLES = 4096, TAPS = 16 };
    static int16_t samples[SAMPLES + TAPS];
    static float taps[TAPS];
    uint64_t random = 88172645463325252;
    for (int i = 0; i < SAMPLES + TAPS; i++)
        samples[i] = next_random(&random) >> 40;
    for (int i = 0; i < TAPS; i++)
        taps[i] = 1.0f / (float)(i + 2);
    float feedback = 0, peak = 0;
    long sum = 0;
    for (unsigned long round = amount(argc, argv, 4800); round > 0; round--)
        for (int i = 0; i < SAMPLES; i++) {
            float value = 0;
            for (int k = 0; k < TAPS; k++)
                value += (float)samples[i + k] * taps[k];
            feedback = value * 0.25f + feedback * 0.75f;
            peak = feedback > peak ? feedback : peak;
            sum += (int)feedback;
        }
    printf("%ld %.6g\n", sum, peak);
}
