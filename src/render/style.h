/* How text goes out: names from profiles never drive a terminal, and colours go to terminals only. */
#ifndef CPROF_RENDER_STYLE_H
#define CPROF_RENDER_STYLE_H

#include "base/sink.h"

typedef struct cprof_text_style {
    bool escape; /* the output is a terminal: control characters are shown as \xNN */
    int colours; /* that it takes: 0, 8 or 256 */
} cprof_text_style;

/* What a piece of text is; the terminal shows it in its own way. */
typedef enum cprof_tint {
    CPROF_TINT_PLAIN,
    CPROF_TINT_FAINT, /* what stands around the numbers, and zeros */
    CPROF_TINT_TITLE,
    CPROF_TINT_HEAT,                       /* four, from warm to hot: heavy, or grown */
    CPROF_TINT_COLD = CPROF_TINT_HEAT + 4, /* four: shrunk */
    CPROF_TINT_COUNT = CPROF_TINT_COLD + 4
} cprof_tint;

/* How heavy a share of the total is; plain where there are no colours. */
cprof_tint cprof_style_weight(const cprof_text_style *style, double percent);

/* For the two below, where there are colours. */
void cprof_style_switch(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint, bool on);

/* Around a piece of text; nothing where there are no colours. */
static inline void cprof_style_begin(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint) {
    if (style->colours > 0)
        cprof_style_switch(style, sink, tint, true);
}
static inline void cprof_style_end(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint) {
    if (style->colours > 0)
        cprof_style_switch(style, sink, tint, false);
}
/* A line that ends with a newline. */
void cprof_style_line(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint, const char *text);

/* A name or another piece of a profile's text, on one line. */
void cprof_style_name(const cprof_text_style *style, cprof_sink *sink, cprof_slice name);

/* Header lines, faint, each with its newline; one that has newlines in it stays as it is. */
void cprof_style_lines(const cprof_text_style *style, cprof_sink *sink, const cprof_slice *lines,
                       size_t count);

#endif
