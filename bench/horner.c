/* FP: polynomials by fused multiply-add, which the guest has as an instruction; natively it is a function of the C library. */
#include <math.h>

#include "bench.h"

int main(int argc, char **argv)
{
    static const double coefficients[] = { 1.0, -0.5, 0.25, -0.125, 0.0625, -0.03125, 0.015625, -0.0078125 };
    double sum = 0;
    for (unsigned long i = amount(argc, argv, 9000000); i > 0; i--) {
        double x = (double)(i & 1023) * 0x1p-10, value = 0;
        for (int k = 0; k < 8; k++)
            value = fma(value, x, coefficients[k]);
        sum += value;
    }
    printf("%.15g\n", sum);
}
