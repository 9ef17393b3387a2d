/* The C library: formatting, parsing, searching, copying and comparing short strings. */
#include "bench.h"

int main(int argc, char **argv)
{
    unsigned long sum = 0;
    char line[128], copy[128], fields[4][32];
    for (unsigned long i = amount(argc, argv, 550000); i > 0; i--) {
        int length = snprintf(line, sizeof line, "%lu:%s:%08lx:%c%d", i * 7919, i & 1 ? "a name" : "another one", i * i, (char)('a' + i % 26), (int)i);
        memcpy(copy, line, length + 1);
        int count = 0;
        for (char *save, *field = strtok_r(copy, ":", &save); field && count < 4; field = strtok_r(NULL, ":", &save))
            strcpy(fields[count++], field);
        sum += strtoul(fields[0], NULL, 10) + strtoul(fields[2], NULL, 16) + strlen(fields[3]);
        sum += strcmp(fields[1], "a name") == 0;
        const char *found = strstr(line, "other");
        sum += found ? found - line : 0;
        memmove(line + 3, line, length - 3);
        sum += memchr(line, ':', length) != NULL ? strrchr(line, ':') - line : 0;
    }
    printf("%lu\n", sum);
}
