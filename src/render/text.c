#include "render/text.h"

#define VALUE_WIDTH 10
#define CALL_WIDTH  50

static void put_amounts(cprof_sink *sink, const cprof_entry *entry) {
    cprof_sink_right(sink, entry->flat.text, VALUE_WIDTH);
    cprof_sink_putc(sink, ' ');
    cprof_sink_slice(sink, entry->flat.percent_text);
    cprof_sink_putc(sink, ' ');
    cprof_sink_slice(sink, entry->sum.percent_text);
    cprof_sink_putc(sink, ' ');
    cprof_sink_right(sink, entry->cum.text, VALUE_WIDTH);
    cprof_sink_putc(sink, ' ');
    cprof_sink_slice(sink, entry->cum.percent_text);
}

void cprof_render_top(const cprof_top *top, const cprof_text_style *style, cprof_sink *sink) {
    static const char *const inlining[] = {
        [CPROF_INLINED_NEVER] = "",
        [CPROF_INLINED_PARTLY] = " (partial-inline)",
        [CPROF_INLINED_ALWAYS] = " (inline)",
    };
    cprof_style_lines(style, sink, top->lines.at.at, top->lines.at.count);
    cprof_sink_puts(sink, "      flat  flat%   sum%        cum   cum%\n");
    for (uint32_t i = 0; i < top->count; i++) {
        const cprof_entry *entry = &top->entries[i];
        put_amounts(sink, entry);
        cprof_sink_puts(sink, "  ");
        cprof_style_name(style, sink, entry->name);
        cprof_sink_puts(sink, inlining[entry->inlining]);
        cprof_sink_putc(sink, '\n');
    }
}

static void put_calls(const cprof_call *calls, uint32_t count, const cprof_text_style *style,
                      cprof_sink *sink) {
    for (uint32_t i = 0; i < count; i++) {
        cprof_sink_right(sink, calls[i].cost.text, CALL_WIDTH);
        cprof_sink_putc(sink, ' ');
        cprof_sink_slice(sink, calls[i].cost.percent_text);
        cprof_sink_puts(sink, " |   ");
        cprof_style_name(style, sink, calls[i].name);
        cprof_sink_puts(sink, calls[i].inlined ? " (inline)\n" : "\n");
    }
}

void cprof_render_tree(const cprof_tree *tree, const cprof_text_style *style, cprof_sink *sink) {
    static const char separator[] =
        "----------------------------------------------------------+-------------\n";
    cprof_style_lines(style, sink, tree->lines.at.at, tree->lines.at.count);
    cprof_sink_puts(sink, separator);
    cprof_sink_puts(sink, "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n");
    for (uint32_t i = 0; i < tree->count; i++) {
        const cprof_tree_item *item = &tree->items[i];
        cprof_sink_puts(sink, separator);
        put_calls(item->callers, item->caller_count, style, sink);
        put_amounts(sink, &item->node);
        cprof_sink_puts(sink, "                | ");
        cprof_style_name(style, sink, item->node.name);
        cprof_sink_putc(sink, '\n');
        put_calls(item->callees, item->callee_count, style, sink);
    }
    if (tree->count > 0)
        cprof_sink_puts(sink, separator);
}
