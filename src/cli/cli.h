/* The command line: arguments in, reports out, exit status. */
#ifndef CPROF_CLI_CLI_H
#define CPROF_CLI_CLI_H

#include "base/env.h"
#include "cli/args.h"

/* What everything here has in common. */
typedef struct cprof_cli {
    cprof_budget budget;
    cprof_env env;
    struct cprof_meter *meter; /* borrowed; NULL: nobody looks */
    bool is_terminal;          /* standard output is one */
    const struct cprof_front_ends *front_ends;
} cprof_cli;

/* The front ends that take over from the command line; NULL: there is none of the kind. */
typedef struct cprof_front_ends {
    /* The full-screen program (tui/tui.h).  loaded is called with the session before anything is shown. */
    bool (*screen)(const cprof_sources *sources, const cprof_settings *settings, cprof_budget *budget,
                   void (*loaded)(cprof_session *session), int *status, cprof_error *err);
} cprof_front_ends;

/* The whole program; returns the exit status: 0 done, 1 failed, 2 wrong usage, 128 + N stopped by signal N.
 */
__attribute__((visibility("default"))) int cprof_cli_main(int argc, char **argv,
                                                          const cprof_front_ends *front_ends);

/* Loads what the arguments name, and keeps a copy of what came over the net.  NULL (and err) on failure. */
cprof_session *cprof_cli_load(cprof_cli *cli, const cprof_args *args, cprof_error *err);

/* Reads commands from standard input until its end. */
int cprof_cli_shell(cprof_cli *cli, const cprof_args *args);
/* info FILE… */
int cprof_cli_info(cprof_cli *cli, const cprof_args *args);

/* "cprof: message" on standard error (without the prefix in the shell); returns the exit status. */
int cprof_cli_fail(cprof_cli *cli, const cprof_error *err, const char *prefix);

#endif
