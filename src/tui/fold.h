/* What a view shows: rows copied out of a report's model, so that they outlive the report.
 *
 * Every number comes from the report, already as text; nothing is computed here.
 */
#ifndef CPROF_TUI_FOLD_H
#define CPROF_TUI_FOLD_H

#include "app/session.h"

typedef struct cprof_share {
    int64_t value;
    double percent;   /* with its sign */
    cprof_slice text; /* "1.50MB" */
    cprof_slice percent_text;
} cprof_share;

typedef enum cprof_fold_part { CPROF_PART_SELF, CPROF_PART_CALLER, CPROF_PART_CALLEE } cprof_fold_part;

typedef struct cprof_fold_row {
    cprof_slice name;      /* as reports print it */
    cprof_slice function;  /* its name alone, for filters; else as name */
    cprof_share flat, cum; /* of the total; of calls, cum is of the function's own */
    cprof_share sum;       /* top: flat so far */
    cprof_slice of_caller; /* trees: the part of the caller's, "12.34%" */
    cprof_fold_part part;  /* of a function's view */
    uint32_t depth, end;   /* trees: callers before callees, row `end` is the first that is not below */
    uint32_t caller;       /* trees: row; CPROF_NONE for the root */
    int64_t start, width;  /* flame graphs: where it lies, in the unit of the values */
    uint32_t colour;       /* by package: below CPROF_FRAME_COLOURS */
} cprof_fold_row;

typedef struct cprof_fold {
    const cprof_env *env;
    cprof_arena arena;
    CPROF_VEC(cprof_fold_row) rows;
    cprof_slice total; /* what percentages are of */
    bool is_difference;
} cprof_fold;

typedef enum cprof_fold_kind { CPROF_FOLD_TOP, CPROF_FOLD_FUNCTION, CPROF_FOLD_TREE } cprof_fold_kind;

/* Runs the report that the fold is made of.  function: the printed name, for CPROF_FOLD_FUNCTION.  Whether or
 * not it succeeds, cprof_fold_deinit is to be called. */
bool cprof_fold_init(cprof_fold *fold, cprof_fold_kind kind, cprof_session *session,
                     const cprof_settings *settings, cprof_slice function, cprof_error *err);
void cprof_fold_deinit(cprof_fold *fold);
size_t cprof_fold_bytes(const cprof_fold *fold);

/* A regular expression for exactly this text, in the arena; spaces in it are \s, as the shell splits at
 * spaces.  ptr NULL without memory. */
cprof_slice cprof_quote_regex(cprof_arena *arena, cprof_slice text);

#endif
