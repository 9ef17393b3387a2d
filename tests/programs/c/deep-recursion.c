/* Calls far deeper than any stack of predicted returns, with returns that mispredict on the way. */
#include <stdio.h>

static volatile unsigned sink;
__attribute__((noinline)) static unsigned down(unsigned n)
{
    if (n == 0)
        return 1;
    unsigned below = n % 3 ? down(n - 1) : down(n - 1) * 3;
    sink += n;
    return below + n;
}
__attribute__((noinline)) static unsigned tree(unsigned depth) { return depth == 0 ? 1 : tree(depth - 1) + tree(depth - 1) * 2 + (depth & 1); }

int main(void)
{
    unsigned total = 0;
    for (unsigned n = 1; n <= 65536; n *= 2)
        printf("%u\n", total += down(n));
    printf("%u %u\n", tree(18), sink);
    return 0;
}
