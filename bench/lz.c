/* Compression: LZ77 with a hash of four bytes, then its inverse, over text of repeated words. */
#include "bench.h"

enum { SIZE = 1 << 18, HASH_BITS = 14, MINIMUM = 4, FAR = 65535, LONGEST = 255 };

static uint8_t text[SIZE], packed[2 * SIZE], unpacked[SIZE];

static uint32_t word_at(const uint8_t *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* A token is a length and, for 0, a literal byte; otherwise two bytes of distance. */
static size_t pack(void)
{
    static uint32_t last[1 << HASH_BITS];
    memset(last, 0, sizeof last);
    uint8_t *out = packed;
    for (uint32_t i = 0; i < SIZE; ) {
        uint32_t length = 0, distance = 0;
        if (i + MINIMUM <= SIZE) {
            uint32_t *slot = &last[word_at(text + i) * 2654435761u >> (32 - HASH_BITS)];
            distance = i - *slot;
            if (distance > 0 && distance <= FAR)
                while (length < LONGEST && i + length < SIZE && text[i + length] == text[*slot + length])
                    length++;
            *slot = i;
        }
        if (length < MINIMUM) {
            *out++ = 0;
            *out++ = text[i++];
            continue;
        }
        *out++ = length;
        *out++ = distance;
        *out++ = distance >> 8;
        i += length;
    }
    return out - packed;
}

static void unpack(size_t size)
{
    uint8_t *out = unpacked;
    for (const uint8_t *in = packed; in < packed + size; ) {
        uint32_t length = *in++;
        if (length == 0) {
            *out++ = *in++;
            continue;
        }
        const uint8_t *from = out - (in[0] | in[1] << 8);
        for (in += 2; length > 0; length--)
            *out++ = *from++;
    }
}

int main(int argc, char **argv)
{
    uint64_t random = 88172645463325252;
    char words[64][8];
    for (int i = 0; i < 64; i++)
        snprintf(words[i], sizeof words[i], "%c%lx", 'g' + i % 20, (unsigned long)(next_random(&random) >> (40 + i % 16)) & 0xfffff);
    for (size_t at = 0; at < SIZE; at++) {
        const char *word = words[next_random(&random) >> 20 & next_random(&random) >> 20 & 63];
        for (; *word && at < SIZE; at++)
            text[at] = *word++;
        if (at < SIZE)
            text[at] = ' ';
    }
    size_t size = 0;
    int same = 1;
    for (unsigned long round = amount(argc, argv, 220); round > 0; round--) {
        size = pack();
        unpack(size);
        same &= memcmp(text, unpacked, SIZE) == 0;
        text[round * 4999 % SIZE]++;
    }
    printf("%zu %s\n", size, same ? "same" : "different");
}
