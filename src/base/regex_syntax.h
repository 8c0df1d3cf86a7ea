/* Go's (RE2's) syntax for regular expressions, rewritten for PCRE2.  Private to regex.c. */
#ifndef CPROF_BASE_REGEX_SYNTAX_H
#define CPROF_BASE_REGEX_SYNTAX_H

#include "base/slice.h"

#define CPROF_REGEX_EXPLOSIVE 1000 /* effort: no power, but exponential */
#define CPROF_REGEX_GROWTH    16   /* bytes of PCRE2 syntax that one byte of a pattern becomes at most */

typedef struct cprof_regex_syntax {
    char *out;     /* what PCRE2 is to compile; room for CPROF_REGEX_GROWTH * (pattern.len + 1) bytes */
    size_t *from;  /* for each byte of out, the offset in the pattern that it comes from */
    size_t len;    /* bytes of out in use */
    char *literal; /* what the pattern stands for while `plain` holds; room for pattern.len + 1 bytes */
    size_t literal_len;
    bool plain;        /* nothing in the pattern but characters that stand for themselves */
    unsigned effort;   /* matching n bytes by backtracking takes about n to the power of (effort + 1) steps */
    const char *wrong; /* what is wrong with the pattern; static, NULL: nothing found yet */
    size_t wrong_at;   /* offset in the pattern */
    size_t wrong_len;  /* bytes that are to blame */
} cprof_regex_syntax;

/* False when `wrong` is set.  The rest of what can be wrong is PCRE2's to find. */
bool cprof_regex_translate(cprof_regex_syntax *to, cprof_slice pattern);

#endif
