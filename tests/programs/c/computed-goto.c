/* A bytecode machine with computed goto and another with a switch. */
#include <stdio.h>

enum op { PUSH, ADD, SUB, MUL, DUP, SWAP, OVER, JNZ, POP, HALT };

/* Sum of i * i for i = n..1. */
static const long program[] = {PUSH, 0, PUSH, 1000, DUP, DUP, MUL, PUSH, 0, ADD, SWAP, PUSH, 1, SUB, SWAP, POP, DUP, JNZ, 4, HALT};

static long threaded(const long *code, long *steps)
{
    static const void *const routine[] = {&&push, &&add, &&sub, &&mul, &&dup, &&swap, &&over, &&jnz, &&pop, &&halt};
    long stack[64], *sp = stack, acc = 0;
    const long *pc = code;
#define NEXT do { ++*steps; goto *routine[*pc++]; } while (0)
    NEXT;
push: *sp++ = *pc++; NEXT;
add: sp--; sp[-1] += sp[0]; NEXT;
sub: sp--; sp[-1] -= sp[0]; NEXT;
mul: sp--; sp[-1] *= sp[0]; acc += sp[-1]; NEXT;
dup: sp[0] = sp[-1]; sp++; NEXT;
swap: { long t = sp[-1]; sp[-1] = sp[-2]; sp[-2] = t; NEXT; }
over: sp[0] = sp[-2]; sp++; NEXT;
jnz: { long target = *pc++; if (*--sp) pc = code + target; NEXT; }
pop: sp--; NEXT;
halt: return acc + (sp - stack);
}

static long switched(const long *code, long *steps)
{
    long stack[64], *sp = stack, acc = 0, t;
    const long *pc = code;
    for (;; ++*steps)
        switch (*pc++) {
        case PUSH: *sp++ = *pc++; break;
        case ADD: sp--; sp[-1] += sp[0]; break;
        case SUB: sp--; sp[-1] -= sp[0]; break;
        case MUL: sp--; sp[-1] *= sp[0]; acc += sp[-1]; break;
        case DUP: sp[0] = sp[-1]; sp++; break;
        case SWAP: t = sp[-1]; sp[-1] = sp[-2]; sp[-2] = t; break;
        case OVER: sp[0] = sp[-2]; sp++; break;
        case JNZ: t = *pc++; if (*--sp) pc = code + t; break;
        case POP: sp--; break;
        default: return acc + (sp - stack);
        }
}

int main(void)
{
    long a = 0, b = 0;
    printf("%ld ", threaded(program, &a));
    printf("%ld ", switched(program, &b));
    printf("%ld %ld\n", a, b);
    return 0;
}
