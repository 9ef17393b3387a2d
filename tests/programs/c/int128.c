/* 128-bit integers: carries, wide products and quotients. */
#include <stdio.h>

typedef unsigned __int128 u128;
typedef __int128 s128;

static void print(const char *what, u128 v) { printf("%s %016lx%016lx\n", what, (unsigned long)(v >> 64), (unsigned long)v); }

int main(void)
{
    const unsigned long parts[] = {0, 1, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff, 0x123456789abcdef};
    for (int i = 0; i < 36; i++) {
        volatile u128 a = (u128)parts[i / 6] << 64 | parts[i % 6];
        for (int j = 0; j < 36; j += 5) {
            volatile u128 b = (u128)parts[j / 6] << 64 | parts[j % 6];
            print("sum", a + b), print("difference", a - b), print("product", a * b);
            if (b)
                print("quotient", a / b), print("rest", a % b);
            if (b && !(b == (u128)-1))
                print("signed quotient", (s128)a / (s128)b), print("signed rest", (s128)a % (s128)b);
            print("left", a << (b & 127)), print("right", a >> (b & 127)), print("arithmetic", (s128)a >> (b & 127));
            printf("%d %d %.17g %.9g\n", a < b, (s128)a < (s128)b, (double)a, (float)(s128)a);
        }
    }
    return 0;
}
