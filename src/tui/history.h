/* The lines that were typed, kept from one run to the next. */
#ifndef CPROF_TUI_HISTORY_H
#define CPROF_TUI_HISTORY_H

#include "base/vec.h"

typedef struct cprof_history {
    const cprof_env *env;
    cprof_arena arena;
    CPROF_VEC(cprof_slice) lines; /* the oldest first */
    char *path;                   /* owned; NULL: it is not kept */
} cprof_history;

/* Reads what the file holds; a file that is not there is made with the first line.  path NULL: kept in memory
 * alone. */
void cprof_history_init(cprof_history *history, const char *path, const cprof_env *env);
void cprof_history_deinit(cprof_history *history);

/* Adds a line, and appends it to the file, unless it is empty or the last line again.  Not being able to is
 * no reason to disturb anybody. */
void cprof_history_add(cprof_history *history, cprof_slice line);

/* The row of the newest line before row `before` that has `part` in it; `before` when there is none. */
size_t cprof_history_find(const cprof_history *history, size_t before, cprof_slice part);

/* $XDG_STATE_HOME/cprof/history, else the same below ~/.local/state; the caller's to free.  NULL: nowhere. */
char *cprof_history_path(void);

#endif
