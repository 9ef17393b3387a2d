#!/bin/bash
# The compiler of the root compiles, assembles and links, and what it made runs.
cat > main.c <<'C'
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
int twice(int);
static void *work(void *p) { *(int *)p = twice(*(int *)p); return 0; }
static int compare(const void *a, const void *b) { return *(int *)a - *(int *)b; }
int main(int argc, char **argv)
{
    int v[50], x = 21; pthread_t t;
    for (int i = 0; i < 50; i++) v[i] = i * 7919 % 101;
    qsort(v, 50, sizeof *v, compare);
    pthread_create(&t, 0, work, &x); pthread_join(t, 0);
    printf("%d %d %d %.15f %s\n", v[0], v[49], x, sin(1) + pow(2, 0.3), argc > 1 ? argv[1] : "none");
    return 13;
}
C
echo 'int twice(int x) { return 2 * x; }' > twice.c
for level in -O0 -O2 '-Os -g'; do
    gcc $level -Wall -c main.c twice.c && ar rcs lib.a twice.o && gcc -o main main.o lib.a -lm -pthread && ./main $level; echo $?
done
gcc -O2 -static -o static main.c twice.c -lm && ./static static; echo $?
gcc -O1 -shared -fPIC -o libtwice.so twice.c && gcc -o shared main.c -L. -ltwice -lm -Wl,-rpath,'$ORIGIN' && ./shared shared; echo $?
gcc -fsyntax-only -x c - <<< 'int main(void) { return missing; }' 2>/dev/null; echo $?
echo '#define A(x) #x' > h.h; echo 'A(a b)' | gcc -E -P -include h.h -x c -; gcc -S -O2 -o - twice.c | grep -c twice; strip main && ./main stripped; nm lib.a | grep -c twice; objdump -d twice.o | grep -c ret; gcc -dumpversion
