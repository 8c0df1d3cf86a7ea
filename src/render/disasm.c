#include "render/disasm.h"

#include "base/utf8.h"

enum { TEXT_COLUMNS = 40, PLACE_INDENT = 74 };

static void put_line(const cprof_disasm_line *l, const cprof_text_style *style, cprof_sink *sink) {
    size_t columns = l->text.len; /* bytes: machine code is ASCII, and longer names only push the place on */
    if (l->place.len > 0 && columns >= TEXT_COLUMNS) {
        cprof_sink_pad(sink, PLACE_INDENT);
        cprof_sink_putc(sink, ';');
        cprof_style_name(style, sink, l->place);
        cprof_sink_putc(sink, '\n');
    }
    cprof_sink_right(sink, l->flat.text, 10);
    cprof_sink_putc(sink, ' ');
    cprof_sink_right(sink, l->cum.text, 10);
    cprof_sink_printf(sink, " %10llx: ", (unsigned long long)l->address);
    cprof_style_name(style, sink, l->text);
    if (l->place.len > 0 && columns < TEXT_COLUMNS) {
        cprof_sink_pad(sink, TEXT_COLUMNS - (long)cprof_utf8_count(l->text));
        cprof_sink_putc(sink, ';');
        cprof_style_name(style, sink, l->place);
    }
    cprof_sink_putc(sink, '\n');
}

void cprof_render_disasm(const cprof_disasm_report *d, const cprof_text_style *style, cprof_sink *sink) {
    cprof_sink_puts(sink, "Total: ");
    cprof_sink_slice(sink, d->total);
    cprof_sink_putc(sink, '\n');
    for (size_t i = 0; i < d->functions.count; i++) {
        const cprof_disasm_function *f = &d->functions.at[i];
        for (uint32_t n = 0; n < f->name_count; n++) {
            cprof_sink_puts(sink, n == 0 ? "ROUTINE ======================== "
                                         : "    AKA ======================== ");
            cprof_style_name(style, sink, f->names[n]);
            cprof_sink_putc(sink, '\n');
        }
        cprof_sink_right(sink, f->flat.text, 10);
        cprof_sink_putc(sink, ' ');
        cprof_sink_right(sink, f->cum.text, 10);
        cprof_sink_puts(sink, " (flat, cum) ");
        cprof_sink_slice(sink, f->cum.percent_text);
        cprof_sink_puts(sink, " of Total\n");
        for (uint32_t n = 0; n < f->line_count; n++)
            put_line(&f->lines[n], style, sink);
    }
}
