/* FP: the largest singular value of a matrix by power iteration; conversions from integer and divisions. */
#include <math.h>

#include "bench.h"

enum { N = 280 };

/* A round multiplies the vector by the fourth power of 1.274; it shall neither grow nor vanish. */
#define SHRINK 0.3796

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void multiply(const double *v, double *out, int transposed)
{
    for (int i = 0; i < N; i++) {
        double sum = 0;
        for (int j = 0; j < N; j++)
            sum += (transposed ? element(j, i) : element(i, j)) * v[j];
        out[i] = sum;
    }
}

int main(int argc, char **argv)
{
    static double u[N], v[N], between[N];
    for (int i = 0; i < N; i++)
        u[i] = 1;
    for (unsigned long round = amount(argc, argv, 360); round > 0; round--) {
        multiply(u, between, 0);
        multiply(between, v, 1);
        multiply(v, between, 0);
        multiply(between, u, 1);
        for (int i = 0; i < N; i++)
            u[i] *= SHRINK;
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < N; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%.12g\n", sqrt(uv / (vv * SHRINK)));
}
