/* The run functions of the command table: from a job to its report's model, and from there to its text. */
#ifndef CPROF_APP_REPORTS_H
#define CPROF_APP_REPORTS_H

#include "app/commands.h"

cprof_command_run cprof_run_top, cprof_run_tree, cprof_run_disasm, cprof_run_traces, cprof_run_tags,
    cprof_run_comments, cprof_run_raw, cprof_run_dot, cprof_run_proto;

#endif
