/* Regular expressions: the syntax people know from Go and RE2 (and look-arounds), matched by PCRE2 within
 * bounds.
 *
 * A pattern may stand anywhere in the subject.  Subjects are bytes; what is no UTF-8 counts as U+FFFD, byte
 * by byte.  Matching effort is bounded: where a pattern would take forever the match fails, the regex
 * remembers it (cprof_regex_failed) and matches nothing from then on, so that the command can say so once.
 *
 * A regex holds the state of its match: one thread at a time.
 */
#ifndef CPROF_BASE_REGEX_H
#define CPROF_BASE_REGEX_H

#include "base/env.h"
#include "base/slice.h"

typedef struct cprof_regex cprof_regex;

/* what: how to call it in the message ("focus"); free with cprof_regex_free.  Everything that it takes, to
 * match too, is the env's memory, but for machine code and its stack. */
cprof_regex *cprof_regex_new(cprof_slice pattern, const char *what, const cprof_env *env, cprof_error *err);
void cprof_regex_free(cprof_regex *regex);

bool cprof_regex_match(cprof_regex *regex, cprof_slice subject);
/* The bounds of the first match from offset `from` on, in bytes; groups is how many pairs `bounds` has
 * room for (pair 0 is the whole match; an unset group has SIZE_MAX). */
bool cprof_regex_find(cprof_regex *regex, cprof_slice subject, size_t from, size_t (*bounds)[2], int groups);

/* True (and err) when a match was given up since the regex was made. */
bool cprof_regex_failed(const cprof_regex *regex, cprof_error *err);
cprof_slice cprof_regex_pattern(const cprof_regex *regex); /* borrowed */

#endif
