#include "render/style.h"

#include "base/utf8.h"

static const char *const sequences[CPROF_TINT_COUNT][2] = {
    /* with 8 colours, with 256; all can be read on black and on white */
    [CPROF_TINT_FAINT] = {"2", "38;5;245"},     [CPROF_TINT_TITLE] = {"1", "1"},
    [CPROF_TINT_HEAT + 0] = {"33", "38;5;136"}, [CPROF_TINT_HEAT + 1] = {"33", "38;5;172"},
    [CPROF_TINT_HEAT + 2] = {"31", "38;5;166"}, [CPROF_TINT_HEAT + 3] = {"1;31", "1;38;5;196"},
    [CPROF_TINT_COLD + 0] = {"36", "38;5;66"},  [CPROF_TINT_COLD + 1] = {"36", "38;5;37"},
    [CPROF_TINT_COLD + 2] = {"36", "38;5;36"},  [CPROF_TINT_COLD + 3] = {"1;36", "1;38;5;35"},
};

cprof_tint cprof_style_weight(const cprof_text_style *style, double percent) {
    static const double steps[] = {2, 5, 10, 25};
    if (style->colours == 0)
        return CPROF_TINT_PLAIN;
    double size = percent < 0 ? -percent : percent;
    int level = -1;
    while (level < 3 && size >= steps[level + 1])
        level++;
    if (level < 0)
        return size > 0 ? CPROF_TINT_PLAIN : CPROF_TINT_FAINT;
    return (cprof_tint)((percent < 0 ? CPROF_TINT_COLD : CPROF_TINT_HEAT) + level);
}

void cprof_style_switch(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint, bool on) {
    const char *sequence = sequences[tint][style->colours >= 256];
    if (sequence)
        cprof_sink_printf(sink, "\x1b[%sm", on ? sequence : "0");
}

void cprof_style_line(const cprof_text_style *style, cprof_sink *sink, cprof_tint tint, const char *text) {
    size_t len = strlen(text) - 1; /* without the newline */
    if (style->colours == 0 || len == 0) {
        cprof_sink_write(sink, text, len + 1);
        return;
    }
    cprof_style_begin(style, sink, tint);
    cprof_sink_write(sink, text, len);
    cprof_style_end(style, sink, tint);
    cprof_sink_putc(sink, '\n');
}

void cprof_style_name(const cprof_text_style *style, cprof_sink *sink, cprof_slice name) {
    if (style->escape)
        cprof_sink_escaped(sink, name, false);
    else
        cprof_sink_slice(sink, name);
}

void cprof_style_lines(const cprof_text_style *style, cprof_sink *sink, const cprof_slice *lines,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        cprof_style_begin(style, sink, CPROF_TINT_FAINT);
        if (style->escape)
            cprof_sink_escaped(sink, lines[i], true);
        else
            cprof_sink_slice(sink, lines[i]);
        cprof_style_end(style, sink, CPROF_TINT_FAINT);
        cprof_sink_putc(sink, '\n');
    }
}
