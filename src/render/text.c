#include "render/text.h"

#define VALUE_WIDTH 10
#define CALL_WIDTH  50

static void put_amount(const cprof_amount *amount, const cprof_text_style *style, cprof_sink *sink) {
    cprof_tint tint = cprof_style_weight(style, amount->percent);
    cprof_style_begin(style, sink, tint);
    cprof_sink_right(sink, amount->text, VALUE_WIDTH);
    cprof_sink_putc(sink, ' ');
    cprof_sink_slice(sink, amount->percent_text);
    cprof_style_end(style, sink, tint);
}

static void put_amounts(const cprof_entry *entry, const cprof_text_style *style, cprof_sink *sink) {
    put_amount(&entry->flat, style, sink);
    cprof_sink_putc(sink, ' ');
    cprof_sink_slice(sink, entry->sum.percent_text);
    cprof_sink_putc(sink, ' ');
    put_amount(&entry->cum, style, sink);
}

static void put_title(const cprof_text_style *style, cprof_sink *sink, cprof_slice name) {
    cprof_style_begin(style, sink, CPROF_TINT_TITLE);
    cprof_style_name(style, sink, name);
    cprof_style_end(style, sink, CPROF_TINT_TITLE);
}

void cprof_render_top(const cprof_top *top, const cprof_text_style *style, cprof_sink *sink) {
    static const char *const inlining[] = {
        [CPROF_INLINED_NEVER] = "\n",
        [CPROF_INLINED_PARTLY] = " (partial-inline)\n",
        [CPROF_INLINED_ALWAYS] = " (inline)\n",
    };
    cprof_style_lines(style, sink, top->lines.at.at, top->lines.at.count);
    cprof_style_line(style, sink, CPROF_TINT_TITLE, "      flat  flat%   sum%        cum   cum%\n");
    for (uint32_t i = 0; i < top->count; i++) {
        const cprof_entry *entry = &top->entries[i];
        put_amounts(entry, style, sink);
        cprof_sink_puts(sink, "  ");
        cprof_style_name(style, sink, entry->name);
        cprof_style_line(style, sink, CPROF_TINT_FAINT, inlining[entry->inlining]);
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
    cprof_style_line(style, sink, CPROF_TINT_FAINT, separator);
    cprof_style_line(style, sink, CPROF_TINT_TITLE,
                     "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n");
    for (uint32_t i = 0; i < tree->count; i++) {
        const cprof_tree_item *item = &tree->items[i];
        cprof_style_line(style, sink, CPROF_TINT_FAINT, separator);
        put_calls(item->callers, item->caller_count, style, sink);
        put_amounts(&item->node, style, sink);
        cprof_sink_puts(sink, "                | ");
        put_title(style, sink, item->node.name);
        cprof_sink_putc(sink, '\n');
        put_calls(item->callees, item->callee_count, style, sink);
    }
    if (tree->count > 0)
        cprof_style_line(style, sink, CPROF_TINT_FAINT, separator);
}
