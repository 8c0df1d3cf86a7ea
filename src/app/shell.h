/* The language of the prompt, whoever shows it.
 *
 *     top20 -cum main -runtime >file      a command: rows, order, focus, ignore, where to
 *     top >"the file"                     a file whose name has spaces; so, too: >the\ file
 *     list handle | less                  … to a program
 *     granularity=lines                   an option, until it is changed
 *     cpu, total_delay, mean_delay        a sample type of the profile
 *     :                                   all filters off
 *     o, help, help top, q
 */
#ifndef CPROF_APP_SHELL_H
#define CPROF_APP_SHELL_H

#include "app/session.h"

typedef enum cprof_shell_kind {
    CPROF_SHELL_NOTHING, /* an empty line, or an option that is set now */
    CPROF_SHELL_RUN,     /* request, pipe */
    CPROF_SHELL_OPTIONS, /* list them: cprof_help_settings */
    CPROF_SHELL_HELP,    /* about topic */
    CPROF_SHELL_QUIT
} cprof_shell_kind;

typedef struct cprof_shell_action {
    cprof_shell_kind kind;
    cprof_request request;
    const char *pipe;  /* a command line for sh that the report goes to; NULL: none */
    cprof_slice topic; /* "": everything */
} cprof_shell_action;

typedef struct cprof_shell {
    cprof_session *session;  /* borrowed */
    cprof_settings settings; /* as they stand */
    cprof_strtab texts;      /* of the settings */
    cprof_arena line;        /* what the last action borrows */
} cprof_shell;

/* settings: what the shell starts with; their texts are borrowed. */
bool cprof_shell_init(cprof_shell *shell, cprof_session *session, const cprof_settings *settings,
                      cprof_error *err);
void cprof_shell_deinit(cprof_shell *shell);

/* What a line asks for; options are set at once.  *action borrows from the shell until the next line.  False
 * (and err) when it makes no sense. */
bool cprof_shell_read(cprof_shell *shell, cprof_slice line, cprof_shell_action *action, cprof_error *err);

/* Where the name of a file that begins there ends: at a blank, unless that is behind a backslash, or the name
 * is in quotes. */
size_t cprof_shell_file_end(cprof_slice line, size_t at);

#endif
