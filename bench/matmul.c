/* FP: product of matrices of doubles; loads, multiply, add. */
#include "bench.h"

enum { N = 160 };

static double a[N][N], b[N][N], c[N][N];

int main(int argc, char **argv)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (i * 3 + j) % 17 / 4.0;
            b[i][j] = (i + j * 5) % 13 / 8.0;
        }
    double trace = 0;
    for (unsigned long round = amount(argc, argv, 80); round > 0; round--) {
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int k = 0; k < N; k++)
                    sum += a[i][k] * b[k][j];
                c[i][j] = sum;
            }
        for (int i = 0; i < N; i++)
            trace += c[i][i];
        a[round % N][0] += 0.5;
    }
    printf("%.15g\n", trace);
}
