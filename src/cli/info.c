#include "cli/cli.h"
int cprof_cli_info(cprof_cli *cli, const cprof_args *args) {
    (void)cli;
    (void)args;
    return 1;
}
