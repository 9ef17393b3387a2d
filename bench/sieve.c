/* Memory: the sieve of Eratosthenes over bytes, larger than the first caches. */
#include "bench.h"

int main(int argc, char **argv)
{
    enum { LIMIT = 1 << 20 };
    static uint8_t composite[LIMIT];
    unsigned long primes = 0;
    for (unsigned long round = amount(argc, argv, 60); round > 0; round--) {
        memset(composite, 0, LIMIT);
        for (unsigned i = 2; i < LIMIT; i++) {
            if (composite[i])
                continue;
            primes++;
            for (uint64_t j = (uint64_t)i * i; j < LIMIT; j += i)
                composite[j] = 1;
        }
    }
    printf("%lu\n", primes);
}
