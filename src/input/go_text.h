/* What the readers of Go's texts share: numbers, positions, quoted strings, labels. */
#ifndef CPROF_INPUT_GO_TEXT_H
#define CPROF_INPUT_GO_TEXT_H

#include "input/text.h"
#include "profile/builder.h"

/* Each takes what it reads off the front of *s; false (and *s as it was) when that is not there or too
 * large. */
bool cprof_go_take_number(cprof_slice *s, int64_t *value);   /* decimal digits */
bool cprof_go_take_address(cprof_slice *s, uint64_t *value); /* 0x and hexadecimal digits */

/* Towards 0; what leaves 64 bits stays at the bound. */
int64_t cprof_go_int64(double value);

/* "file.go:12" -> file and line; without a line number the whole is the file and line 0. */
void cprof_go_split_position(cprof_slice position, cprof_slice *file, int64_t *line);

/* Labels as the runtime prints them: {"key":"value", "key":"value"} or {key: value}, a quoted string with
 * Go's escapes. */
typedef struct cprof_go_labels {
    CPROF_VEC(cprof_label) at;
} cprof_go_labels;

typedef enum cprof_go_outcome {
    CPROF_GO_DONE,
    CPROF_GO_BROKEN, /* no labels; err untouched */
    CPROF_GO_FAILED  /* err is set: no memory */
} cprof_go_outcome;

/* Appends to labels; *s starts with '{' and is left behind the '}'. */
cprof_go_outcome cprof_go_take_labels(cprof_slice *s, cprof_builder *b, const cprof_env *env,
                                      cprof_go_labels *labels, cprof_error *err);

#endif
