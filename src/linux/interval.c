#include "linux/interval.h"

#include <stdlib.h>
#include <string.h>

struct name {
    unsigned references;
    char text[];
};

static struct name *name_of(const char *text) { return (struct name *)((uintptr_t)text - offsetof(struct name, text)); }

static const char *name_new(const char *text)
{
    if (!text)
        return NULL;
    struct name *name = must_alloc(sizeof *name + strlen(text) + 1);
    name->references = 1;
    return strcpy(name->text, text);
}

static const char *name_share(const char *text)
{
    if (text)
        name_of(text)->references++;
    return text;
}

static void name_release(const char *text)
{
    if (text && !--name_of(text)->references)
        free(name_of(text));
}

static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }
static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

static struct interval *update(struct interval *t)
{
    t->first = t->mapping.start;
    t->last = t->mapping.end;
    t->hole = 0;
    if (t->left) {
        t->first = t->left->first;
        t->hole = larger(t->left->hole, t->mapping.start - t->left->last);
    }
    if (t->right) {
        t->last = t->right->last;
        t->hole = larger(t->hole, larger(t->right->hole, t->right->first - t->mapping.end));
    }
    return t;
}

/* Takes over the mapping's name. */
static struct interval *node_new(const struct mapping *mapping)
{
    struct interval *t = must_zalloc(sizeof *t);
    t->mapping = *mapping;
    uint64_t hash = ((uint64_t)(uintptr_t)t ^ mapping->start >> 12) * UINT64_C(0x9e3779b97f4a7c15);
    t->priority = hash >> 32;
    return update(t);
}

struct interval *interval_new(const struct mapping *mapping)
{
    struct mapping own = *mapping;
    own.name = name_new(mapping->name);
    return node_new(&own);
}

void interval_free(struct interval *t)
{
    if (!t)
        return;
    interval_free(t->left);
    interval_free(t->right);
    name_release(t->mapping.name);
    free(t);
}

/* All of `low` is below all of `high`. */
static struct interval *join(struct interval *low, struct interval *high)
{
    if (!low || !high)
        return low ? low : high;
    if (low->priority >= high->priority) {
        low->right = join(low->right, high);
        return update(low);
    }
    high->left = join(low, high->left);
    return update(high);
}

static void split(struct interval *t, uint64_t at, struct interval **low, struct interval **high)
{
    if (!t) {
        *low = *high = NULL;
    } else if (t->mapping.end <= at) {
        split(t->right, at, &t->right, high);
        *low = update(t);
    } else if (t->mapping.start >= at) {
        split(t->left, at, low, &t->left);
        *high = update(t);
    } else {
        struct mapping rest = t->mapping;
        rest.start = at;
        rest.offset += at - t->mapping.start;
        name_share(rest.name);
        *high = join(node_new(&rest), t->right);
        t->right = NULL;
        t->mapping.end = at;
        *low = update(t);
    }
}

struct interval *interval_cut(struct interval **tree, uint64_t start, uint64_t end)
{
    struct interval *low, *middle, *high;
    split(*tree, start, &low, &middle);
    split(middle, end, &middle, &high);
    *tree = join(low, high);
    return middle;
}

static bool same_name(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

static bool continues(const struct mapping *a, const struct mapping *b)
{
    return a->end == b->start && a->protection == b->protection && a->flags == b->flags && a->device == b->device
        && a->inode == b->inode && (!a->inode || a->offset + (a->end - a->start) == b->offset) && same_name(a->name, b->name);
}

void interval_put(struct interval **tree, struct interval *one)
{
    struct interval *low, *high;
    split(*tree, one->mapping.start, &low, &high);
    const struct mapping *before = one->mapping.start ? interval_find(low, one->mapping.start - 1) : NULL;
    if (before && continues(before, &one->mapping)) {
        uint64_t start = before->start, offset = before->offset;
        interval_free(interval_cut(&low, start, one->mapping.start));
        one->mapping.start = start;
        one->mapping.offset = offset;
    }
    const struct mapping *after = interval_find(high, one->mapping.end);
    if (after && continues(&one->mapping, after)) {
        uint64_t end = after->end;
        interval_free(interval_cut(&high, one->mapping.end, end));
        one->mapping.end = end;
    }
    *tree = join(join(low, update(one)), high);
}

const struct mapping *interval_find(const struct interval *t, uint64_t address)
{
    const struct mapping *found = NULL;
    while (t) {
        if (t->mapping.end > address) {
            found = &t->mapping;
            t = t->left;
        } else {
            t = t->right;
        }
    }
    return found;
}

uint64_t interval_room(const struct interval *t, uint64_t low, uint64_t high, uint64_t length, uint64_t alignment)
{
    if (high <= low || high - low < length)
        return 0;
    if (!t) {
        uint64_t start = align_down(high - length, alignment);
        return start >= low ? start : 0;
    }
    bool below = t->first > low && t->first - low >= length, above = high > t->last && high - t->last >= length;
    if (t->hole < length && !below && !above)
        return 0;
    uint64_t start = interval_room(t->right, larger(low, t->mapping.end), high, length, alignment);
    return start ? start : interval_room(t->left, low, smaller(high, t->mapping.start), length, alignment);
}

void interval_each(const struct interval *t, void (*visit)(void *, const struct mapping *), void *argument)
{
    if (!t)
        return;
    interval_each(t->left, visit, argument);
    visit(argument, &t->mapping);
    interval_each(t->right, visit, argument);
}
