#include "render/style.h"

#include "base/utf8.h"

void cprof_style_name(const cprof_text_style *style, cprof_sink *sink, cprof_slice name) {
    if (style->escape)
        cprof_sink_escaped(sink, name, false);
    else
        cprof_sink_slice(sink, name);
}

void cprof_style_lines(const cprof_text_style *style, cprof_sink *sink, const cprof_slice *lines,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (style->escape)
            cprof_sink_escaped(sink, lines[i], true);
        else
            cprof_sink_slice(sink, lines[i]);
        cprof_sink_putc(sink, '\n');
    }
}
