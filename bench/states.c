/* A tokenizer as a state machine: a table of classes, a switch over states and text that keeps changing its mind. */
#include "bench.h"

enum state { START, WORD, NUMBER, FRACTION, EXPONENT, STRING, ESCAPE, SLASH, COMMENT, STAR, OPERATOR };

int main(int argc, char **argv)
{
    static const char pieces[][24] = {
        "while (x1 < 20)", " y = 3.25e7;", "/* a comment ** */", "\"text \\\" more\"", "f(a, b->c);", "0x7f + 12.5", "a / b // c", "\n\t ",
    };
    enum { LENGTH = 1 << 16 };
    static char text[LENGTH + 32];
    uint64_t random = 88172645463325252;
    for (int length = 0; length < LENGTH; ) {
        const char *piece = pieces[next_random(&random) >> 30 & 7];
        strcpy(text + length, piece);
        length += strlen(piece);
    }
    unsigned long tokens[OPERATOR + 1] = { 0 };
    for (unsigned long round = amount(argc, argv, 1300); round > 0; round--) {
        enum state state = START;
        for (const char *p = text; *p; p++) {
            char c = *p;
            enum state was = state;
            switch (state) {
            case WORD:
                if ((c | 32) >= 'a' && (c | 32) <= 'z')
                    continue;
                if (c >= '0' && c <= '9')
                    continue;
                break;
            case NUMBER:
                if (c == '.')
                    state = FRACTION;
                else if (c == 'e')
                    state = EXPONENT;
                else if (c < '0' || c > '9')
                    break;
                continue;
            case FRACTION:
                if (c == 'e')
                    state = EXPONENT;
                else if (c < '0' || c > '9')
                    break;
                continue;
            case EXPONENT:
                if (c < '0' || c > '9')
                    break;
                continue;
            case STRING:
                if (c == '\\')
                    state = ESCAPE;
                else if (c == '"')
                    state = START;
                continue;
            case ESCAPE:
                state = STRING;
                continue;
            case SLASH:
                if (c == '*') {
                    state = COMMENT;
                    continue;
                }
                break;
            case COMMENT:
                if (c == '*')
                    state = STAR;
                continue;
            case STAR:
                state = c == '/' ? START : c == '*' ? STAR : COMMENT;
                continue;
            case START:
            case OPERATOR:
                break;
            }
            tokens[was]++;
            switch (c) {
            case 'a' ... 'z': case 'A' ... 'Z': state = WORD; break;
            case '0' ... '9': state = NUMBER; break;
            case '"': state = STRING; break;
            case '/': state = SLASH; break;
            case ' ': case '\n': case '\t': state = START; break;
            default: state = OPERATOR; break;
            }
        }
        text[round & (LENGTH - 1)] ^= 1;
        if (!text[round & (LENGTH - 1)])
            text[round & (LENGTH - 1)] = 'x';
    }
    for (int i = START; i <= OPERATOR; i++)
        printf("%lu ", tokens[i]);
    puts("");
}
