/* AES-128 (FIPS 197) by tables: loads whose addresses come from bytes of words. */
#include "bench.h"

static uint8_t sbox[256];
static uint32_t table[4][256];

static uint8_t twice(uint8_t x) { return x << 1 ^ (x & 0x80 ? 0x1b : 0); }
static uint32_t rotate(uint32_t x, unsigned by) { return x << by | x >> (32 - by); }
static uint8_t rotate_byte(uint8_t x, unsigned by) { return x << by | x >> (8 - by); }

static void make_tables(void)
{
    uint8_t p = 1, q = 1; /* q is the inverse of p; 3 generates the field's non-zero elements, 0xf6 is its inverse */
    do {
        p ^= twice(p);
        q ^= q << 1;
        q ^= q << 2;
        q ^= q << 4;
        q ^= q & 0x80 ? 0x09 : 0;
        sbox[p] = q ^ rotate_byte(q, 1) ^ rotate_byte(q, 2) ^ rotate_byte(q, 3) ^ rotate_byte(q, 4) ^ 0x63;
    } while (p != 1);
    sbox[0] = 0x63;
    for (int i = 0; i < 256; i++) {
        uint8_t s = sbox[i], d = twice(s);
        table[0][i] = d | (uint32_t)s << 8 | (uint32_t)s << 16 | (uint32_t)(s ^ d) << 24;
        for (int k = 1; k < 4; k++)
            table[k][i] = rotate(table[0][i], 8 * k);
    }
}

static uint32_t substitute(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return sbox[a & 255] | sbox[b >> 8 & 255] << 8 | sbox[c >> 16 & 255] << 16 | (uint32_t)sbox[d >> 24] << 24;
}

static void expand(uint32_t key[44])
{
    uint8_t constant = 1;
    for (int i = 4; i < 44; i++) {
        uint32_t word = key[i - 1];
        if (i % 4 == 0) {
            word = rotate(word, 24);
            word = substitute(word, word, word, word) ^ constant;
            constant = twice(constant);
        }
        key[i] = key[i - 4] ^ word;
    }
}

static void encrypt(const uint32_t *key, uint32_t s[4])
{
    uint32_t t[4];
    for (int i = 0; i < 4; i++)
        s[i] ^= key[i];
    for (int round = 1; round < 10; round++) {
        for (int i = 0; i < 4; i++)
            t[i] = table[0][s[i] & 255] ^ table[1][s[(i + 1) & 3] >> 8 & 255] ^ table[2][s[(i + 2) & 3] >> 16 & 255] ^
                   table[3][s[(i + 3) & 3] >> 24] ^ key[4 * round + i];
        memcpy(s, t, sizeof t);
    }
    for (int i = 0; i < 4; i++)
        t[i] = substitute(s[i], s[(i + 1) & 3], s[(i + 2) & 3], s[(i + 3) & 3]) ^ key[40 + i];
    memcpy(s, t, sizeof t);
}

int main(int argc, char **argv)
{
    uint32_t key[44] = { 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c }, state[4] = { 0x33221100, 0x77665544, 0xbbaa9988, 0xffeeddcc };
    make_tables();
    expand(key);
    for (unsigned long i = amount(argc, argv, 900000); i > 0; i--)
        encrypt(key, state);
    printf("%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "%08" PRIx32 "\n", state[0], state[1], state[2], state[3]);
}
