/* The program's entry: everything else is in the library. */
#include "cli/cli.h"
#include "tui/tui.h"

int main(int argc, char **argv) {
    static const cprof_front_ends front_ends = {.screen = cprof_tui_run};
    return cprof_cli_main(argc, argv, &front_ends);
}
