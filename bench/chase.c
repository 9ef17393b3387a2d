/* Pointer chasing: a search tree, then its nodes as a list in random order. */
#include "bench.h"

struct node {
    struct node *left, *right, *next;
    uint64_t key;
};

int main(int argc, char **argv)
{
    enum { NODES = 1 << 13 };
    static struct node nodes[NODES];
    uint64_t random = 88172645463325252, sum = 0;
    struct node *root = NULL;
    for (int i = 0; i < NODES; i++) {
        struct node *node = &nodes[i], **link = &root;
        node->key = next_random(&random) >> 16;
        while (*link)
            link = node->key < (*link)->key ? &(*link)->left : &(*link)->right;
        *link = node;
    }
    for (int i = 0; i < NODES; i++) /* a full cycle: the increment is odd, the factor 1 modulo 4 */
        nodes[i].next = &nodes[(i * 1237u + 577) % NODES];
    for (unsigned long round = amount(argc, argv, 600); round > 0; round--) {
        const struct node *walk = nodes;
        for (int i = 0; i < NODES; i++) {
            walk = walk->next;
            sum += walk->key & 3;
        }
        for (int i = 0; i < 1 << 12; i++) {
            uint64_t key = next_random(&random) >> 16;
            for (const struct node *node = root; node; node = key < node->key ? node->left : node->right)
                sum++;
        }
    }
    printf("%" PRIu64 "\n", sum);
}
