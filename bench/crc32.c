/* CRC-32 a byte at a time: a chain of one load, one shift, two xors. */
#include "bench.h"

int main(int argc, char **argv)
{
    enum { SIZE = 1 << 16 };
    static uint32_t table[256];
    static uint8_t data[SIZE];
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
    }
    uint64_t random = 88172645463325252;
    for (int i = 0; i < SIZE; i++)
        data[i] = next_random(&random) >> 40;
    uint32_t crc = ~0u;
    for (unsigned long round = amount(argc, argv, 900); round > 0; round--)
        for (int i = 0; i < SIZE; i++)
            crc = crc >> 8 ^ table[(crc ^ data[i]) & 255];
    printf("%08" PRIx32 "\n", ~crc);
}
