/* What a view shows: rows copied out of a report's model, so that they outlive the report.
 *
 * Every number comes from the report, already as text.
 */
#ifndef CPROF_TUI_FOLD_H
#define CPROF_TUI_FOLD_H

#include "app/session.h"
#include "report/callgraph.h"

#include <inttypes.h>

typedef struct cprof_share {
    int64_t value;
    double percent;   /* with its sign */
    cprof_slice text; /* "1.50MB" */
    cprof_slice percent_text;
} cprof_share;

typedef enum cprof_fold_part {
    CPROF_PART_SELF, /* of a function's view, and of all that is no part of anything */
    CPROF_PART_CALLER,
    CPROF_PART_CALLEE,
    CPROF_PART_HEADING, /* a function's listing begins */
    CPROF_PART_LINE,    /* of source, or an instruction */
    CPROF_PART_PLACE,   /* where the instructions below come from */
    CPROF_PART_NOTE,    /* words of ours */
    CPROF_PART_KEY,     /* of tags */
    CPROF_PART_VALUE,   /* of a tag */
    CPROF_PART_STACK,   /* many samples, or goroutines, have it */
    CPROF_PART_FRAME    /* of a stack that is unfolded */
} cprof_fold_part;

/* Of a line, against the heaviest of its function. */
typedef enum cprof_heat { CPROF_HEAT_NONE, CPROF_HEAT_LOW, CPROF_HEAT_WARM, CPROF_HEAT_HOT } cprof_heat;

/* Between two states of the filters and options. */
typedef struct cprof_fold_change {
    cprof_share then_flat, then_cum;
    cprof_share flat, cum; /* now - then; the percentage is of then, "" where that is 0 */
} cprof_fold_change;

typedef struct cprof_fold_row {
    cprof_slice name;                /* as reports print it */
    cprof_slice function;            /* its name alone, for filters; else as name */
    cprof_share flat, cum;           /* of the total; of calls, cum is of the function's own */
    const cprof_fold_change *change; /* CPROF_FOLD_COMPARE: flat and cum are of now; else NULL */
    cprof_share sum;                 /* top: flat so far */
    cprof_slice of_caller;           /* trees: the part of the caller's, "12.34%" */
    cprof_fold_part part;
    cprof_slice
        place; /* headings: the file or the binary; frames: file and line; places: the source text; tags: the
                  expression that means the value, "" where there is none; goroutines: more words */
    uint64_t number;             /* lines: from 1; instructions: the address; goroutines: minutes waited */
    float flat_share, cum_share; /* lines: sizes, of the heaviest line's of the function (0 … 1) */
    cprof_heat heat;             /* lines */
    uint32_t depth, end;         /* trees: callers before callees, row `end` is the first that is not below */
    uint32_t caller;             /* trees: row; CPROF_NONE for the root */
    uint32_t below, below_count; /* stacks: stack_frames of the fold, leaf first */
    int64_t start, width;        /* flame graphs: where it lies, in the unit of the values */
    uint32_t colour;             /* by package: below CPROF_FRAME_COLOURS */
} cprof_fold_row;

typedef struct cprof_fold_frame {
    cprof_slice name, function, place;
    cprof_slice brief; /* the name without package or namespace */
} cprof_fold_frame;

typedef struct cprof_fold {
    const cprof_env *env;
    cprof_arena arena;
    CPROF_VEC(cprof_fold_row) rows;
    CPROF_VEC(cprof_fold_frame) frames;
    CPROF_VEC(uint32_t) stack_frames; /* rows of frames */
    cprof_slice total;                /* what percentages are of */
    cprof_slice then;                 /* CPROF_FOLD_COMPARE: what it is compared with, in words */
    int number_columns;               /* listings: of the longest line number or address */
    bool is_difference;
    struct cprof_fold_calls *calls; /* CPROF_FOLD_CALLS */
    bool has_two; /* goroutines: flat is of the left dump, cum of the right one, sum what changed */
} cprof_fold;

typedef enum cprof_fold_kind {
    CPROF_FOLD_TOP,
    CPROF_FOLD_FUNCTION,
    CPROF_FOLD_TREE,
    CPROF_FOLD_SOURCE,
    CPROF_FOLD_DISASM,
    CPROF_FOLD_TAGS,
    CPROF_FOLD_TRACES,
    CPROF_FOLD_GOROUTINES,
    CPROF_FOLD_COMPARE,
    CPROF_FOLD_CALLS /* no rows: all calls, from which functions are folded */
} cprof_fold_kind;

/* Runs the report that the fold is made of.  name: for CPROF_FOLD_SOURCE and CPROF_FOLD_DISASM a pattern of
 * names.  Whether or not it succeeds, cprof_fold_deinit is to be called.  CPROF_FOLD_FUNCTION and
 * CPROF_FOLD_COMPARE are other functions'. */
bool cprof_fold_init(cprof_fold *fold, cprof_fold_kind kind, cprof_session *session,
                     const cprof_settings *settings, cprof_slice name, cprof_error *err);
/* A function with its callers and callees, out of a fold of all calls; name: as reports print it. */
bool cprof_fold_init_function(cprof_fold *fold, const cprof_fold *calls, cprof_slice name, cprof_error *err);
/* All functions, now and then: two folds of all calls.  words: what was set then. */
bool cprof_fold_init_compare(cprof_fold *fold, const cprof_fold *now, const cprof_fold *then,
                             cprof_slice words, const cprof_env *env, cprof_error *err);
void cprof_fold_deinit(cprof_fold *fold); /* more than once is fine */
size_t cprof_fold_bytes(const cprof_fold *fold);

/* For the files that make folds: what a report's step does with its rows.  False without memory. */
cprof_fold *cprof_fold_of(const cprof_job *job);
bool cprof_fold_keep(cprof_fold *fold, cprof_slice text, cprof_slice *kept);
bool cprof_fold_keep_amount(cprof_fold *fold, const cprof_amount *amount, cprof_share *share);
bool cprof_fold_keep_entry(cprof_fold *fold, const cprof_entry *entry, cprof_fold_row *row);
bool cprof_fold_keep_total(cprof_fold *fold, const cprof_report *report, cprof_error *err);
bool cprof_fold_add(cprof_fold *fold, cprof_fold_row row, cprof_error *err);
/* Words of ours, broken into rows that narrow screens have room for. */
bool cprof_fold_add_note(cprof_fold *fold, cprof_slice text, cprof_error *err);
/* How the numbers of lines are written. */
#define CPROF_LINE_FORMAT    "%" PRIu64
#define CPROF_ADDRESS_FORMAT "%" PRIx64

/* fold_calls.c: the calls of a CPROF_FOLD_CALLS, borrowed. */
struct cprof_tree;
const struct cprof_tree *cprof_fold_tree(const cprof_fold *fold);

/* fold_lists.c */
cprof_command_run cprof_fold_tags, cprof_fold_traces, cprof_fold_goroutines;

/* fold_code.c */
cprof_command_run cprof_fold_source, cprof_fold_disasm;

/* fold_calls.c */
bool cprof_fold_init_calls(cprof_fold *fold, cprof_session *session, const cprof_request *request,
                           cprof_error *err);
void cprof_fold_free_calls(struct cprof_fold_calls *calls, const cprof_env *env); /* NULL is fine */
size_t cprof_fold_calls_bytes(const struct cprof_fold_calls *calls);

/* A regular expression for exactly this text, in the arena; spaces in it are \s, as the shell splits at
 * spaces.  ptr NULL without memory. */
cprof_slice cprof_quote_regex(cprof_arena *arena, cprof_slice text);
/* The same between ^ and $; false without memory. */
bool cprof_anchor_regex(cprof_arena *arena, cprof_slice text, cprof_slice *pattern);

#endif
