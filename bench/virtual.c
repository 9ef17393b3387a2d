/* Indirect calls: methods of shapes through tables of function pointers, in an order no predictor learns wholly. */
#include "bench.h"

struct shape;
struct shape_class {
    long (*area)(const struct shape *);
    void (*grow)(struct shape *, long);
};
struct shape {
    const struct shape_class *class;
    long a, b;
};

static long square_area(const struct shape *s) { return s->a * s->a; }
static long box_area(const struct shape *s) { return s->a * s->b; }
static long triangle_area(const struct shape *s) { return s->a * s->b / 2; }
static long frame_area(const struct shape *s) { return (s->a + 2) * (s->b + 2) - s->a * s->b; }
static void grow_one(struct shape *s, long by) { s->a = (s->a + by) & 1023; }
static void grow_both(struct shape *s, long by) { s->a = (s->a + by) & 1023; s->b = (s->b ^ by) & 1023; }

static const struct shape_class classes[] = {
    { square_area,   grow_one  },
    { box_area,      grow_both },
    { triangle_area, grow_both },
    { frame_area,    grow_one  },
};

int main(int argc, char **argv)
{
    enum { SHAPES = 512 };
    static struct shape shapes[SHAPES];
    uint64_t random = 88172645463325252;
    for (int i = 0; i < SHAPES; i++)
        shapes[i] = (struct shape) { &classes[next_random(&random) >> 20 & 3], i, i * 7 & 255 };
    long sum = 0;
    for (unsigned long round = amount(argc, argv, 60000); round > 0; round--)
        for (int i = 0; i < SHAPES; i++) {
            struct shape *s = &shapes[i];
            sum += s->class->area(s);
            s->class->grow(s, sum & 15);
        }
    printf("%ld\n", sum);
}
