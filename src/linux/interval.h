/* Mappings in ascending order, disjoint: a treap by address in which each node knows the largest hole in its subtree, so that
 * looking up, cutting a range out and finding room are all logarithmic. A tree is its root; NULL is the empty one. Knows nothing
 * of the host. */
#ifndef FERRY_INTERVAL_H
#define FERRY_INTERVAL_H

#include "linux/mm.h"

struct interval {
    struct mapping mapping;        /* its name is counted: made by interval_new, shared by the pieces of a cut */
    struct interval *left, *right;
    uint64_t first, last;          /* bounds of the subtree */
    uint64_t hole;                 /* largest hole between mappings of the subtree */
    uint32_t priority;             /* never less than the children's */
};

/* A tree of one. The name is copied. */
struct interval *interval_new(const struct mapping *mapping);
void interval_free(struct interval *tree);

/* Takes everything in [start, end) out of the tree, cutting mappings at the bounds; returns it as a tree of its own. */
struct interval *interval_cut(struct interval **tree, uint64_t start, uint64_t end);

/* Puts a tree of one into a hole, uniting it with its neighbours where they are the same mapping. */
void interval_put(struct interval **tree, struct interval *one);

/* The first mapping that ends above `address`, or NULL. */
const struct mapping *interval_find(const struct interval *tree, uint64_t address);

/* The highest `start`, a multiple of `alignment`, such that [start, start + length) is in [low, high) and free; 0: none. */
uint64_t interval_room(const struct interval *tree, uint64_t low, uint64_t high, uint64_t length, uint64_t alignment);

void interval_each(const struct interval *tree, void (*visit)(void *, const struct mapping *), void *argument);

#endif
