#include "render/routine.h"

#define VALUE_WIDTH 10

void cprof_routine_total(cprof_slice total, cprof_sink *sink) {
    cprof_sink_puts(sink, "Total: ");
    cprof_sink_slice(sink, total);
    cprof_sink_putc(sink, '\n');
}

void cprof_routine_value(const cprof_text_style *style, cprof_sink *sink, cprof_slice text, double percent) {
    cprof_tint tint = cprof_style_weight(style, percent);
    cprof_style_begin(style, sink, tint);
    cprof_sink_right(sink, text, VALUE_WIDTH);
    cprof_style_end(style, sink, tint);
}

void cprof_routine_sums(const cprof_text_style *style, cprof_sink *sink, const cprof_amount *flat,
                        const cprof_amount *cum) {
    cprof_routine_value(style, sink, flat->text, flat->percent);
    cprof_sink_putc(sink, ' ');
    cprof_routine_value(style, sink, cum->text, cum->percent);
    cprof_sink_puts(sink, " (flat, cum) ");
    cprof_sink_slice(sink, cum->percent_text);
    cprof_sink_puts(sink, " of Total\n");
}
