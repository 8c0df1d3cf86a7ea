/* Text for people: UTF-8, widths, and names that must not drive a terminal. */
#ifndef CPROF_BASE_UTF8_H
#define CPROF_BASE_UTF8_H

#include "base/sink.h"

/* Decodes one code point at the start of s (s.len > 0); returns its length in bytes.  A byte that starts no
 * valid sequence gives 0xFFFD and 1. */
size_t cprof_utf8_decode(cprof_slice s, uint32_t *code_point);
size_t cprof_utf8_encode(uint32_t code_point, char out[4]);
size_t cprof_utf8_count(cprof_slice s);    /* code points, an invalid byte counts one */
int cprof_utf8_width(uint32_t code_point); /* terminal columns: 0, 1 or 2 */
size_t cprof_utf8_columns(cprof_slice s);  /* terminal columns of the whole */
bool cprof_utf8_valid(cprof_slice s);

/* True for what a terminal might obey: C0 but tab and newline, DEL, C1, and the bidirectional overrides. */
bool cprof_utf8_is_control(uint32_t code_point);

/* s with every control character (newline and tab too, unless keep_newline) shown as \xNN or \u{NNNN}. */
void cprof_sink_escaped(cprof_sink *sink, cprof_slice s, bool keep_newline);

#endif
