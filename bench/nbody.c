/* FP: five bodies under gravity; double arithmetic with square roots and divisions. */
#include <math.h>

#include "bench.h"

enum { BODIES = 5 };

struct body {
    double position[3], velocity[3], mass;
};

static struct body bodies[BODIES] = {
    { {  0.0,   0.0,  0.0  }, { 0.0,    0.0,    0.0   }, 39.5   },
    { {  4.84, -1.16, -0.1 }, { 0.606,  2.81,  -0.02  }, 0.0377 },
    { {  8.34,  4.12, -0.4 }, { -1.01,  1.82,   0.008 }, 0.0113 },
    { { 12.9, -15.1, -0.22 }, { 1.08,   0.868, -0.01  }, 0.0017 },
    { { 15.4, -25.9,  0.18 }, { 0.979,  0.594, -0.034 }, 0.002  },
};

static void advance(double step)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            struct body *a = &bodies[i], *b = &bodies[j];
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = a->position[k] - b->position[k];
                square += d[k] * d[k];
            }
            double force = step / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                a->velocity[k] -= d[k] * b->mass * force;
                b->velocity[k] += d[k] * a->mass * force;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].position[k] += step * bodies[i].velocity[k];
}

int main(int argc, char **argv)
{
    for (unsigned long i = amount(argc, argv, 2200000); i > 0; i--)
        advance(0.001);
    printf("%.15g %.15g\n", bodies[0].position[0], bodies[4].velocity[1]);
}
