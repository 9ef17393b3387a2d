/* FP: the Mandelbrot set; short dependent chains of double arithmetic and a compare. */
#include "bench.h"

int main(int argc, char **argv)
{
    unsigned long rows = amount(argc, argv, 800), inside = 0, steps = 0;
    for (unsigned long row = 0; row < rows; row++)
        for (int column = 0; column < 400; column++) {
            double cr = column / 160.0 - 2.0, ci = (double)row * 2 / rows - 1.0, r = 0, i = 0;
            int n = 0;
            while (n < 400 && r * r + i * i <= 4) {
                double next = r * r - i * i + cr;
                i = 2 * r * i + ci;
                r = next;
                n++;
            }
            inside += n == 400;
            steps += n;
        }
    printf("%lu %lu\n", inside, steps);
}
