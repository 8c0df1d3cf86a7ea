/* A session: profiles loaded and brought together, of which reports are made.
 *
 * The profile never changes once it is loaded: any number of requests may be run, one after the other or at
 * the same time.  Where only one will be, it gives memory back as early as it can.
 */
#ifndef CPROF_APP_SESSION_H
#define CPROF_APP_SESSION_H

#include "app/commands.h"

typedef struct cprof_sources {
    const char *const *paths; /* borrowed; "-": standard input */
    size_t path_count;
    const char *const *bases;
    size_t base_count;
    bool is_diff_base; /* percentages are to be of the bases' total */
    bool stacks_only;  /* no single samples and no labels are needed: see cprof_command_sums_stacks */
    cprof_picture_format picture; /* what will be drawn, if that is known: see cprof_command_picture */
    bool once;                    /* only one request will be run */
    const char *binary_path; /* where binaries are looked for, ':' between folders; NULL: ~/pprof/binaries */
} cprof_sources;

typedef struct cprof_session {
    const cprof_env *env;   /* borrowed */
    cprof_profile *profile; /* owned */
    cprof_view base;        /* what every request starts from */
    bool is_fetched;        /* at least one source came over the net */
    bool is_difference;     /* a base was subtracted */
    bool once;              /* the profile may lose what only reports are made of, once one is */
    cprof_layout layout;    /* not started, or ready for the first picture */
} cprof_session;

/* Reads the sources side by side, merges them, subtracts the bases.  Of several sources those that cannot be
 * read are noted and left out; err when there is none left.  NULL on failure; free with cprof_session_free.
 * settings: the options of the group "profiles and their symbols". */
cprof_session *cprof_session_new(const cprof_sources *sources, const cprof_settings *settings,
                                 const cprof_env *env, cprof_error *err);
void cprof_session_free(cprof_session *session); /* NULL is fine */

/* Starts session->layout, unless it is started already. */
bool cprof_session_start_layout(cprof_session *session, cprof_picture_format picture,
                                const cprof_settings *settings, cprof_error *err);

/* A request made ready: filters applied, the report's options settled; for who makes more than one model of
 * it.  Texts of the request's settings are borrowed until it is freed. */
typedef struct cprof_run cprof_run;

cprof_run *cprof_run_new(cprof_session *session, const cprof_request *request, cprof_error *err);
void cprof_run_free(cprof_run *run);            /* NULL is fine */
cprof_report *cprof_run_report(cprof_run *run); /* borrowed */

/* Runs a report command and writes what it says to the sink (not finished: that is the caller's). */
bool cprof_session_run(cprof_session *session, const cprof_request *request, cprof_sink *sink,
                       cprof_error *err);

/* "File: …", "Type: …" and so on, one a line, as reports of these settings would begin; and whether the
 * sample type has no values while the profile has others. */
bool cprof_session_greet(cprof_session *session, const cprof_settings *settings, cprof_sink *sink,
                         bool *is_empty, cprof_error *err);

#endif
