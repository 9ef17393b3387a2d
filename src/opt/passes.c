#include "opt/opt.h"

const struct opt_pass opt_passes[] = {
    { NULL, NULL },
};

void opt_run(struct ir_unit *u)
{
    for (const struct opt_pass *pass = opt_passes; pass->name; pass++)
        pass->run(u);
}
