/* The passes: free functions from a well-formed unit to a well-formed unit of the same meaning. A pass replaces instructions in place
 * or makes them nops; it never moves one. */
#ifndef FERRY_OPT_H
#define FERRY_OPT_H

#include "ir/ir.h"

/* Constant folding and algebraic identities; a conditional branch on a constant becomes a branch. */
void opt_fold(struct ir_unit *u);

/* Operands that are copies (pick of equals, conversions that undo each other, box of unbox...) become what they copy. */
void opt_copy(struct ir_unit *u);

/* A pure operation computed before, in this block or one that dominates it, is not computed again; loads are not pure. */
void opt_number(struct ir_unit *u);

/* A get after a set or get of the same slot becomes the value known. */
void opt_forward(struct ir_unit *u);

/* A load of what was stored becomes the value stored, or its low part, or two of them joined. */
void opt_memory(struct ir_unit *u);

/* An f_canon of an arithmetic result goes away if no user can tell one quiet NaN from another. */
void opt_canon(struct ir_unit *u);

/* A set that is overwritten before anyone can look (a fault, a call that reads, an exit) goes away. */
void opt_dead_set(struct ir_unit *u);

/* A set of a fleeting slot that is overwritten before anyone can look, but for ways out of the unit, is done on these ways. */
void opt_sink(struct ir_unit *u);

/* A set that is overwritten before anyone can look but at a fault goes away if what it would have set can be found out there; ir_unit.forgone says how. */
void opt_forgo(struct ir_unit *u);

/* Where the unit with these failed at that mark: does what was forgone. The slots are as translated code left them. */
void opt_make_up(const union forgone *forgone, uint32_t count, ir_ref mark, struct context *c);

/* Before opt_run: opt_make_up will be called where it fails; fleeting slots need not be right where an access fails, who catches the fault will call opt_recover. */
void opt_expect_recovery(struct ir_unit *u);

/* For the unit, as lifted, in which the instruction at that mark failed: sets fleeting slots that may not be right. */
void opt_recover(struct ir_unit *u, ir_ref mark, struct context *c);

/* Fleeting slots that the unit, as lifted, overwrites before anyone can look at what they held when it was entered. */
uint32_t opt_overwritten(struct ir_unit *u);

/* Results nobody uses are not computed. Loads stay, they may fault; floating-point operations stay if their flags may be seen. */
void opt_dead(struct ir_unit *u);

/* What all passes do, in as few walks over the unit as it takes. */
void opt_run(struct ir_unit *u);

struct opt_pass { const char *name; void (*run)(struct ir_unit *); };
extern const struct opt_pass opt_passes[]; /* each by itself; name NULL at the end */

#endif
