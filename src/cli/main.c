/* ferry [options] program [arguments] */
#include "cli/options.h"

int main(int argc, char **argv, char **environment)
{
    struct options options;
    options_parse(&options, argc, argv, environment);
    return linux_run(&options.run, options.program, options.arguments);
}
