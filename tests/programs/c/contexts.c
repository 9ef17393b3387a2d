/* Coroutines on stacks of their own: returns that go where no call came from. */
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

enum { COROUTINES = 20, STACK = 64 * 1024 };
static ucontext_t main_context, contexts[COROUTINES];
static int value[COROUTINES], finished;

static void yield(int id) { swapcontext(&contexts[id], &main_context); }
static int descend(int id, int depth)
{
    if (depth == 0) {
        yield(id);
        return 1;
    }
    return descend(id, depth - 1) + 1;
}

static void body(int id)
{
    for (int i = 0; i < 30; i++)
        value[id] += descend(id, (i + id) % 9);
    finished++;
}

int main(void)
{
    for (int id = 0; id < COROUTINES; id++) {
        getcontext(&contexts[id]);
        contexts[id].uc_stack.ss_sp = malloc(STACK);
        contexts[id].uc_stack.ss_size = STACK;
        contexts[id].uc_link = &main_context;
        makecontext(&contexts[id], (void (*)(void))body, 1, id);
    }
    int switches = 0;
    for (int id = 0; finished < COROUTINES; id = (id + 7) % COROUTINES)
        if (value[id] >= 0 && switches < 100000) {
            int before = finished;
            swapcontext(&main_context, &contexts[id]);
            switches++;
            if (finished > before) {
                printf("%d: %d\n", id, value[id]);
                value[id] = -1;
            }
        }
    printf("%d\n", switches);
    return 0;
}
