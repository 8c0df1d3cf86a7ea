/* Texts line by line, and the small things that stand on their lines. */
#ifndef CPROF_INPUT_TEXT_H
#define CPROF_INPUT_TEXT_H

#include "input/format.h"

/* Goes through a text line by line; "\n" or "\r\n" ends a line, the last may go without. */
typedef struct cprof_text {
    cprof_slice all;  /* borrowed; a byte order mark in front is left out of the first line */
    size_t next;      /* offset of what is not read yet */
    size_t number;    /* of the current line, from 1 */
    size_t start;     /* offset of the current line */
    cprof_slice line; /* the current line, without its end; empty behind the last */
    bool ended;       /* false: the text ends before the line does */
} cprof_text;

void cprof_text_init(cprof_text *text, cprof_slice all);
bool cprof_text_next(cprof_text *text); /* false at the end */
/* "line N: …" at the current line's offset; returns CPROF_PARSE_MALFORMED. */
cprof_parse cprof_text_error(const cprof_text *text, cprof_error *err, const char *format, ...)
    CPROF_PRINTF(3, 4);
/* The same, for readers that return whether they could: false. */
bool cprof_text_refuse(const cprof_text *text, cprof_error *err, const char *format, ...) CPROF_PRINTF(3, 4);

static inline bool cprof_is_blank(char c) {
    return c == ' ' || c == '\t';
}
static inline bool cprof_is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool cprof_is_digit(char c) {
    return c >= '0' && c <= '9';
}
int cprof_hex_digit(char c); /* -1: none */

/* Each takes what it reads off the front of *s; where that is not there, *s stays as it was. */
bool cprof_take(cprof_slice *s, const char *literal);
size_t cprof_take_spaces(cprof_slice *s); /* ' ' only; how many */
size_t cprof_take_blanks(cprof_slice *s); /* spaces and tabs; how many */
cprof_slice cprof_take_digits(cprof_slice *s);
cprof_slice cprof_take_hex(cprof_slice *s);
cprof_slice cprof_take_word(cprof_slice *s); /* up to white space, blanks in front are left out */

/* The whole of s as a number; false when it is none or does not fit. */
bool cprof_parse_i64(cprof_slice s, int64_t *value); /* decimal, with or without a minus */
bool cprof_parse_u64(cprof_slice s, uint64_t *value);
bool cprof_parse_hex(cprof_slice s, uint64_t *value); /* digits only */
/* Decimal, or with 0x, 0o, 0 or 0b in front. */
bool cprof_parse_any_base(cprof_slice s, int64_t *value);

bool cprof_slice_contains(cprof_slice s, const char *needle);

#endif
