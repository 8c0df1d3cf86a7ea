#include "render/list.h"

#include "render/routine.h"

#include <inttypes.h>

/* Tabs stay: they are source's own. */
static void put_source(const cprof_text_style *style, cprof_sink *sink, cprof_slice text) {
    while (style->escape && cprof_slice_find(text, '\t') < text.len) {
        size_t tab = cprof_slice_find(text, '\t');
        cprof_style_name(style, sink, cprof_slice_sub(text, 0, tab));
        cprof_sink_putc(sink, '\t');
        text = cprof_slice_sub(text, tab + 1, text.len);
    }
    cprof_style_name(style, sink, text);
}

static void put_file(const cprof_list_file *file, cprof_slice function, const cprof_text_style *style,
                     cprof_sink *sink) {
    cprof_style_begin(style, sink, CPROF_TINT_TITLE);
    cprof_sink_puts(sink, "ROUTINE ======================== ");
    cprof_style_name(style, sink, function);
    cprof_sink_puts(sink, " in ");
    cprof_style_name(style, sink, file->file);
    cprof_style_end(style, sink, CPROF_TINT_TITLE);
    cprof_sink_putc(sink, '\n');
    cprof_routine_sums(style, sink, &file->flat, &file->cum);
    if (file->error.len) {
        cprof_sink_puts(sink, " Error: ");
        cprof_style_name(style, sink, file->error);
        cprof_sink_putc(sink, '\n');
    }
    for (uint32_t i = 0; i < file->count; i++) {
        const cprof_list_line *line = &file->lines[i];
        cprof_routine_value(style, sink, line->flat_text, line->flat_percent);
        cprof_sink_putc(sink, ' ');
        cprof_routine_value(style, sink, line->cum_text, line->cum_percent);
        cprof_style_begin(style, sink, CPROF_TINT_FAINT);
        cprof_sink_printf(sink, " %6" PRId64 ":", line->number);
        cprof_style_end(style, sink, CPROF_TINT_FAINT);
        put_source(style, sink, line->text);
        cprof_sink_putc(sink, '\n');
    }
}

void cprof_render_list(const cprof_list *list, const cprof_text_style *style, cprof_sink *sink) {
    cprof_routine_total(list->total, sink);
    for (uint32_t i = 0; i < list->count; i++) {
        const cprof_list_function *f = &list->functions[i];
        for (uint32_t k = 0; k < f->file_count; k++)
            put_file(&f->files[k], f->name, style, sink);
        if (f->file_count)
            continue;
        cprof_sink_puts(sink, "No source information for ");
        cprof_style_name(style, sink, f->name);
        cprof_sink_putc(sink, '\n');
    }
}
