/* The program's entry: everything else is in the library. */
#include "cli/cli.h"

int main(int argc, char **argv) {
    return cprof_cli_main(argc, argv);
}
