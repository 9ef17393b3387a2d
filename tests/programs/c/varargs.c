/* Variable arguments of every kind, structures by value, many parameters. */
#include <stdarg.h>
#include <stdio.h>

struct small { char c[3]; };
struct pair { long a; double b; };
struct floats { float x, y; };
struct big { int v[20]; };

static double sum(const char *kinds, ...)
{
    va_list ap, copy;
    va_start(ap, kinds);
    va_copy(copy, ap);
    double total = 0;
    for (const char *k = kinds; *k; k++)
        switch (*k) {
        case 'i': total += va_arg(ap, int); break;
        case 'l': total += va_arg(ap, long); break;
        case 'd': total += va_arg(ap, double); break;
        case 's': total += *va_arg(ap, char *); break;
        case 'p': { struct pair p = va_arg(ap, struct pair); total += p.a * p.b; break; }
        case 'b': { struct big b = va_arg(ap, struct big); total += b.v[19]; break; }
        case 'L': total += va_arg(ap, long double); break;
        }
    if (*kinds == 'i')
        total += va_arg(copy, int) * 1000;
    va_end(copy);
    va_end(ap);
    return total;
}

static struct big make(struct small s, struct pair p, struct floats f, int a, float b, char c, double d, long e, float g, float h, double i, long j, short k)
{
    struct big r = {{s.c[0], s.c[2], p.a, p.b, f.x, f.y, a, b, c, d, e, g, h, i, j, k}};
    return r;
}

int main(void)
{
    struct big big = {{[19] = 5}};
    printf("%g\n", sum("iidlsp", 1, -2, 3.5, 4L, "A", (struct pair){2, 1.25}));
    printf("%g\n", sum("bdiLdddddddddiiiiiiiii", big, 1.0, 2, (long double)0.5, 1., 2., 3., 4., 5., 6., 7., 8., 9., 1, 2, 3, 4, 5, 6, 7, 8, 9));
    struct big r = make((struct small){"abc"}, (struct pair){1, 2}, (struct floats){3, 4}, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    for (int i = 0; i < 20; i++)
        printf("%d ", r.v[i]);
    char text[200];
    int n = snprintf(text, 10, "%s|%5d|%-5d|%05.1f|%c|%x|%lu|%hhd|%p", "string", 42, 42, 3.14159, 'c', 255, -1UL, 300, (void *)0);
    printf("\n%d %s\n", n, text);
    printf("%2$s %1$d %3$Lg %4$la\n", 1, "two", 3.0L, 4.0);
    return 0;
}
