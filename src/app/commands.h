/* Everything that can be asked for, in one table.
 *
 * To add a report: write its run function (a job gives it the view and the report's options), and a row in
 * command_table.c.  The command line, the shell, help, completion and the manual follow.
 */
#ifndef CPROF_APP_COMMANDS_H
#define CPROF_APP_COMMANDS_H

#include "app/options.h"
#include "base/sink.h"
#include "render/layout.h"
#include "render/style.h"
#include "report/report.h"

struct cprof_session;
struct cprof_command;

/* What is asked of a session; texts are borrowed. */
typedef struct cprof_request {
    const struct cprof_command *command;
    cprof_settings settings;
    cprof_slice argument;   /* the command's regular expression, where it takes one */
    cprof_text_style style; /* of text reports; set by who delivers them */
} cprof_request;

/* What a run function gets: everything is borrowed for the call. */
typedef struct cprof_job {
    struct cprof_session *session;
    const cprof_request *request;
    cprof_settings settings; /* the request's, as the command needs them */
    cprof_report *report;    /* with its view, options, units and total */
} cprof_job;

typedef bool cprof_command_run(const cprof_job *job, cprof_sink *sink, cprof_error *err);

typedef enum cprof_command_kind {
    CPROF_COMMAND_REPORT, /* run() it on a session */
    CPROF_COMMAND_INFO,   /* each source by itself; the other kinds read no profile */
    CPROF_COMMAND_HELP,
    CPROF_COMMAND_VERSION,
    CPROF_COMMAND_COMPLETION
} cprof_command_kind;

typedef struct cprof_command {
    const char *name;
    cprof_command_kind kind;
    cprof_command_run *run;
    cprof_command_run *formatted; /* the same in the format that is set; NULL: it has none */
    bool takes_regex;             /* one regular expression, which must be given */
    bool word_only;               /* no flag and no shell command of this name */
    bool first_is_base;           /* of two or more sources the first is what the others are compared with */
    bool base_optional;           /* … and with one source there is no base */
    bool untrimmed;               /* as with -trim=false */
    bool sums_stacks;             /* what a stack's samples sum up to is all it shows */
    int default_nodes;            /* where nodecount is -1; 0: all */
    int shell_nodes;              /* the same, asked for in the shell; 0: as default_nodes */
    const char *granularity;      /* NULL: as it is set */
    enum { CPROF_INLINES_AS_SET, CPROF_INLINES_ALWAYS, CPROF_INLINES_NEVER } inlines;
    cprof_picture_format picture; /* what graphviz is to draw */
    const char *const *viewers;   /* programs that show it (viewers.h); NULL: it is not shown */
    const char *suffix;           /* files that are not for a terminal end in this ("pb.gz"); NULL: text */
    const char *usage;            /* what may follow the name */
    const char *brief;            /* a few words */
    const char *help;             /* some sentences */
    const char *examples;         /* lines to type; NULL: none */
} cprof_command;

extern const cprof_command cprof_commands[]; /* ends with a NULL name */

/* NULL where there is none. */
const cprof_command *cprof_command_find(cprof_slice name);

/* True when neither single samples nor labels matter to the command with these settings. */
bool cprof_command_sums_stacks(const cprof_command *command, const cprof_settings *settings);

/* What graphviz will be needed for with these settings. */
cprof_picture_format cprof_command_picture(const cprof_command *command, const cprof_settings *settings);

/* The settings as the command needs them. */
cprof_settings cprof_command_settings(const cprof_command *command, cprof_settings settings);

#endif
