/* How control flows between the blocks of a unit. */
#ifndef FERRY_FLOW_H
#define FERRY_FLOW_H

#include "ir/ir.h"

enum { NO_BLOCK = UINT32_MAX };

struct ir_flow {
    uint32_t *dominator; /* by block: its immediate dominator; the entry's is itself; NO_BLOCK: never reached */
    uint32_t *rank;      /* by block: its place in reverse postorder */
};

/* Requires at least one block, and edges that lead to blocks of the unit. Lives in the unit's arena. */
struct ir_flow ir_flow_of(const struct ir_unit *u);

/* Whether every way from the entry to block b leads through block a; of a block never reached, true. */
bool ir_dominates(const struct ir_flow *flow, uint32_t a, uint32_t b);

/* By block: whether it only goes on where the block before it ends: nothing else leads there. */
void ir_find_stretches(const struct ir_unit *u, bool *goes_on);

/* By block: whether a later one, or it itself, leads there. */
void ir_find_loop_heads(const struct ir_unit *u, bool *is_head);

/* Whether there is any such block. */
bool ir_has_loops(const struct ir_unit *u);

/* The END operation of a block. */
const struct ir_insn *ir_block_end(const struct ir_unit *u, const struct ir_block *block);

#endif
