#include "opt/opt.h"

/* State first: what it uncovers feeds the rest. Numbering after folding, which wants each constant to itself. */
const struct opt_pass opt_passes[] = {
    { "forward",  opt_forward },
    { "dead_set", opt_dead_set },
    { "copy",     opt_copy },
    { "fold",     opt_fold },
    { "number",   opt_number },
    { "canon",    opt_canon },
    { "dead",     opt_dead },
    { NULL, NULL },
};

void opt_run(struct ir_unit *u)
{
    for (const struct opt_pass *pass = opt_passes; pass->name; pass++)
        pass->run(u);
}
