/* How text goes out: names from profiles never drive a terminal. */
#ifndef CPROF_RENDER_STYLE_H
#define CPROF_RENDER_STYLE_H

#include "base/sink.h"

typedef struct cprof_text_style {
    bool escape; /* the output is a terminal: control characters are shown as \xNN */
    bool colour; /* it takes colours */
} cprof_text_style;

/* A name or another piece of a profile's text, on one line. */
void cprof_style_name(const cprof_text_style *style, cprof_sink *sink, cprof_slice name);

/* Header lines, each with its newline; one that has newlines in it stays as it is. */
void cprof_style_lines(const cprof_text_style *style, cprof_sink *sink, const cprof_slice *lines,
                       size_t count);

#endif
