#include "render/disasm.h"

#include "base/utf8.h"
#include "render/routine.h"

enum { TEXT_COLUMNS = 40, PLACE_INDENT = 74 };

/* Behind the machine code, or above it where that is long. */
static void put_place(const cprof_disasm_line *l, long indent, const cprof_text_style *style,
                      cprof_sink *sink) {
    cprof_sink_pad(sink, indent);
    cprof_style_begin(style, sink, CPROF_TINT_FAINT);
    cprof_sink_putc(sink, ';');
    cprof_style_name(style, sink, l->place);
    cprof_style_end(style, sink, CPROF_TINT_FAINT);
}

static void put_line(const cprof_disasm_line *l, const cprof_text_style *style, cprof_sink *sink) {
    size_t columns = l->text.len; /* bytes: machine code is ASCII, and longer names only push the place on */
    if (l->place.len > 0 && columns >= TEXT_COLUMNS) {
        put_place(l, PLACE_INDENT, style, sink);
        cprof_sink_putc(sink, '\n');
    }
    cprof_routine_value(style, sink, l->flat.text, l->flat.percent);
    cprof_sink_putc(sink, ' ');
    cprof_routine_value(style, sink, l->cum.text, l->cum.percent);
    cprof_style_begin(style, sink, CPROF_TINT_FAINT);
    cprof_sink_printf(sink, " %10llx:", (unsigned long long)l->address);
    cprof_style_end(style, sink, CPROF_TINT_FAINT);
    cprof_sink_putc(sink, ' ');
    cprof_style_name(style, sink, l->text);
    if (l->place.len > 0 && columns < TEXT_COLUMNS)
        put_place(l, TEXT_COLUMNS - (long)cprof_utf8_count(l->text), style, sink);
    cprof_sink_putc(sink, '\n');
}

void cprof_render_disasm(const cprof_disasm_report *d, const cprof_text_style *style, cprof_sink *sink) {
    cprof_routine_total(d->total, sink);
    for (size_t i = 0; i < d->functions.count; i++) {
        const cprof_disasm_function *f = &d->functions.at[i];
        for (uint32_t n = 0; n < f->name_count; n++) {
            cprof_style_begin(style, sink, CPROF_TINT_TITLE);
            cprof_sink_puts(sink, n == 0 ? "ROUTINE ======================== "
                                         : "    AKA ======================== ");
            cprof_style_name(style, sink, f->names[n]);
            cprof_style_end(style, sink, CPROF_TINT_TITLE);
            cprof_sink_putc(sink, '\n');
        }
        cprof_routine_sums(style, sink, &f->flat, &f->cum);
        for (uint32_t n = 0; n < f->line_count; n++)
            put_line(&f->lines[n], style, sink);
    }
}
