/* Prints the manual's lists of commands or options as the tables have them. */
#include "app/help.h"

#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    if (argc == 2 && strcmp(argv[1], "commands") == 0)
        cprof_manual_commands(&sink);
    else if (argc == 2 && strcmp(argv[1], "options") == 0)
        cprof_manual_options(&sink);
    else
        return 2;
    bool ok = cprof_sink_finish(&sink, NULL);
    cprof_sink_deinit(&sink);
    return ok ? 0 : 1;
}
