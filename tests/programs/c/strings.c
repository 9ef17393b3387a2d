/* The C library's text and memory functions against their plain definitions, at every alignment. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <locale.h>

int main(void)
{
    static char a[300], b[300];
    unsigned long hash = 0;
    for (int length = 0; length < 100; length++)
        for (int offset = 0; offset < 8; offset++) {
            for (int i = 0; i < 300; i++)
                a[i] = i % 94 + 33, b[i] = 0;
            a[offset + length] = 0;
            strcpy(b + 7 - offset, a + offset);
            hash = hash * 31 + strlen(b + 7 - offset) + (strcmp(a + offset, b + 7 - offset) == 0);
            memmove(a + offset + 3, a + offset, length);
            char *found = memchr(a, 'Z', 200), *last = strrchr(a + offset, '!');
            hash = hash * 31 + (found ? found - a : 1000) + (last ? last - a : 2000);
            memset(b + offset, length, length);
            hash = hash * 31 + (memcmp(a, b, 200) > 0) + strspn(a, "!\"#$%&'()") + strcspn(a, "XYZ");
            for (int i = 0; i < 300; i++)
                hash = hash * 31 + a[i] + b[i];
        }
    printf("%lx\n", hash);
    char text[] = "one, two;three  four", *state, *end;
    for (char *word = strtok_r(text, ", ;", &state); word; word = strtok_r(NULL, ", ;", &state))
        printf("<%s>", word);
    long number = strtol("-0x7fz", &end, 0);
    printf("\n%ld %lu %.17g %a %ld %s\n", number, strtoul("777", NULL, 8), strtod("1.7976931348623157e308", NULL), strtod("0x1.8p-1074", NULL), strtol("99999999999999999999", NULL, 10), end);
    printf("%s %d %d\n", strstr("needle in a haystack with needle", "hay"), strcasecmp("ABC", "abd") < 0, strncmp("abcdef", "abcxyz", 3));
    setlocale(LC_ALL, "C.UTF-8");
    wchar_t wide[20];
    size_t characters = mbstowcs(wide, "a\xc3\xa4\xe2\x82\xac", 20);
    printf("%zu %lc %d %d\n", characters, wide[2], iswalpha(wide[1]), toupper('q'));
    int n, count = 0;
    float f;
    char word[20];
    count = sscanf("42 3.5 word 7f", "%d %f %19s %x", &n, &f, word, &count);
    printf("%d %d %g %s\n", count, n, f, word);
    return 0;
}
