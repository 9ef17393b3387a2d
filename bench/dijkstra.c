/* Graph search with a binary heap: shortest paths on a grid with random weights. */
#include "bench.h"

enum { SIDE = 128, NODES = SIDE * SIDE };

struct item {
    uint32_t distance, node;
};

static struct item heap[4 * NODES + 1];
static unsigned heap_size;

static void push(struct item item)
{
    unsigned i = heap_size++;
    while (i > 0 && heap[(i - 1) / 2].distance > item.distance) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = item;
}

static struct item pop(void)
{
    struct item top = heap[0], last = heap[--heap_size];
    unsigned i = 0;
    for (unsigned child; (child = 2 * i + 1) < heap_size; i = child) {
        if (child + 1 < heap_size && heap[child + 1].distance < heap[child].distance)
            child++;
        if (heap[child].distance >= last.distance)
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return top;
}

int main(int argc, char **argv)
{
    static uint32_t weight[NODES], distance[NODES];
    uint64_t random = 88172645463325252, sum = 0;
    for (unsigned long round = amount(argc, argv, 128); round > 0; round--) {
        for (int i = 0; i < NODES; i++) {
            weight[i] = 1 + (next_random(&random) >> 30 & 255);
            distance[i] = UINT32_MAX;
        }
        distance[0] = 0;
        push((struct item) { 0, 0 });
        while (heap_size > 0) {
            struct item item = pop();
            if (item.distance > distance[item.node])
                continue;
            int x = item.node % SIDE, y = item.node / SIDE;
            const int moves[4][2] = { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } };
            for (int m = 0; m < 4; m++) {
                int to_x = x + moves[m][0], to_y = y + moves[m][1];
                if (to_x < 0 || to_y < 0 || to_x >= SIDE || to_y >= SIDE)
                    continue;
                uint32_t to = to_y * SIDE + to_x, through = item.distance + weight[to];
                if (through < distance[to]) {
                    distance[to] = through;
                    push((struct item) { through, to });
                }
            }
        }
        sum = mix(sum, distance[NODES - 1]);
    }
    printf("%" PRIu64 "\n", sum);
}
