/* A hash table with chains over string keys: hashing bytes, following links, malloc and free. */
#include "bench.h"

enum { BUCKETS = 4096, KEYS = 8192 };

struct entry {
    struct entry *next;
    unsigned long count;
    char key[];
};

static struct entry *table[BUCKETS];

static struct entry **find(const char *key)
{
    uint32_t hash = 2166136261; /* FNV-1a */
    for (const char *p = key; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619;
    struct entry **link = &table[hash % BUCKETS];
    while (*link && strcmp((*link)->key, key) != 0)
        link = &(*link)->next;
    return link;
}

int main(int argc, char **argv)
{
    static char keys[KEYS][16];
    uint64_t random = 88172645463325252, sum = 0;
    for (int i = 0; i < KEYS; i++)
        snprintf(keys[i], sizeof keys[i], "k%" PRIu64, next_random(&random) >> 30);
    for (unsigned long i = amount(argc, argv, 2000000); i > 0; i--) {
        const char *key = keys[next_random(&random) % KEYS];
        struct entry **link = find(key), *entry = *link;
        if (!entry) {
            *link = entry = calloc(1, sizeof *entry + strlen(key) + 1);
            strcpy(entry->key, key);
        } else if (++entry->count % 16 == 0) {
            sum += entry->count;
            *link = entry->next;
            free(entry);
        }
    }
    printf("%" PRIu64 "\n", sum);
}
