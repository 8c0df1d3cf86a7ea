/* In which format a report is written: what the options say, else what the output's name says. */
#ifndef CPROF_APP_FORMATS_H
#define CPROF_APP_FORMATS_H

#include "app/commands.h"

/* Where no report was asked for (*command NULL) the one that the output's name stands for: "x.svg" the call
 * graph, "x.folded" folded stacks.  Where settings->format is not given, "json" and its like by the name. */
void cprof_settle_format(const cprof_command **command, cprof_settings *settings);

/* The output is a web page by its name. */
bool cprof_output_is_html(const cprof_settings *settings);

/* The job's report as JSON, CSV, TSV or Markdown, as settings.format says.  False (and err) for reports that
 * have no such form. */
bool cprof_run_formatted(const cprof_job *job, cprof_sink *sink, cprof_error *err);

#endif
