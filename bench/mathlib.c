/* FP: the C library's elementary functions. Rounded for printing: libraries for different CPUs may differ in the last bit. */
#include <math.h>

#include "bench.h"

int main(int argc, char **argv)
{
    double sum = 0;
    unsigned long count = amount(argc, argv, 2000000);
    for (unsigned long i = 1; i <= count; i++) {
        double x = (i % 10007) / 1000.0 + 0.001;
        sum += sin(x) * cos(x) + exp(-x) + log(x) + pow(x, 0.37) + atan2(x, 3.0) + fmod(x, 0.7) + floor(x) + tanh(x);
    }
    printf("%.10g\n", sum);
}
