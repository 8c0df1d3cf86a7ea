/* The run functions of the command table: from a job to its report's model, and from there to its text. */
#ifndef CPROF_APP_REPORTS_H
#define CPROF_APP_REPORTS_H

#include "app/commands.h"

cprof_command_run cprof_run_top, cprof_run_tree, cprof_run_list, cprof_run_disasm, cprof_run_traces,
    cprof_run_tags, cprof_run_comments, cprof_run_raw, cprof_run_dot, cprof_run_callgrind, cprof_run_proto,
    cprof_run_topproto, cprof_run_goroutines, cprof_run_weblist;

/* Where the tools of settings.tools are, with an end for C; free() it.  *ok is false without memory. */
char *cprof_job_tools(const cprof_job *job, bool *ok, cprof_error *err);

struct cprof_goroutines;
/* The goroutines that the settings ask for.  Whether or not it succeeds, cprof_goroutines_deinit is to be
 * called. */
bool cprof_job_goroutines(const cprof_job *job, struct cprof_goroutines *goroutines, cprof_error *err);

/* Pictures, and stacks for other tools. */
cprof_command_run cprof_run_flame, cprof_run_folded, cprof_run_speedscope, cprof_run_picture;

/* In the format that settings.format names: see formats.h. */
cprof_command_run cprof_formatted_top, cprof_formatted_tree, cprof_formatted_tags, cprof_formatted_graph,
    cprof_formatted_flame, cprof_formatted_traces, cprof_formatted_comments, cprof_formatted_goroutines,
    cprof_formatted_list, cprof_formatted_disasm;

#endif
