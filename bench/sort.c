/* The C library's qsort with a comparison function, and bsearch. */
#include "bench.h"

struct record {
    uint32_t key, value;
};

static int compare(const void *a, const void *b)
{
    const struct record *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

int main(int argc, char **argv)
{
    enum { RECORDS = 20000 };
    static struct record records[RECORDS];
    uint64_t random = 88172645463325252, sum = 0;
    for (unsigned long round = amount(argc, argv, 80); round > 0; round--) {
        for (int i = 0; i < RECORDS; i++)
            records[i] = (struct record) { next_random(&random) >> 35, i };
        qsort(records, RECORDS, sizeof *records, compare);
        for (int i = 0; i < RECORDS; i += 16) {
            struct record wanted = { records[i].key, 0 };
            const struct record *found = bsearch(&wanted, records, RECORDS, sizeof *records, compare);
            sum = mix(sum, found->key);
        }
    }
    printf("%" PRIu64 "\n", sum);
}
