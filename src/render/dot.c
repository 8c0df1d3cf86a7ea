#include "render/dot.h"

#include "base/utf8.h"
#include "graph/shorten.h"

#include <stdio.h>
#include <stdlib.h>

/* How a newline in a name is written. */
typedef enum line_break { BREAK_LEFT, BREAK_CENTRE } line_break;

typedef struct writer {
    const cprof_picture *picture;
    const cprof_text_style *style;
    cprof_sink *sink;
} writer;

static void put_control(writer *w, uint32_t code, cprof_slice bytes) {
    if (code == 0 || w->style->escape)
        cprof_sink_printf(w->sink, code < 0x100 ? "\\\\x%02x" : "\\\\u{%x}", (unsigned)code);
    else
        cprof_sink_slice(w->sink, bytes);
}

/* Text inside of double quotes. */
static void put_text(writer *w, cprof_slice text, line_break newline) {
    for (size_t i = 0, length; i < text.len; i += length) {
        uint32_t code;
        cprof_slice rest = cprof_slice_sub(text, i, text.len);
        length = cprof_utf8_decode(rest, &code);
        cprof_slice bytes = cprof_slice_sub(rest, 0, length);
        if (code == '"' || code == '\\') {
            cprof_sink_putc(w->sink, '\\');
            cprof_sink_slice(w->sink, bytes);
        } else if (code == '\n') {
            cprof_sink_puts(w->sink, newline == BREAK_LEFT ? "\\l" : "\\n");
        } else if (cprof_utf8_is_control(code)) {
            put_control(w, code, bytes);
        } else {
            cprof_sink_slice(w->sink, bytes);
        }
    }
}

static void put_quoted(writer *w, const char *before, cprof_slice text, const char *after) {
    cprof_sink_puts(w->sink, before);
    put_text(w, text, BREAK_LEFT);
    cprof_sink_puts(w->sink, after);
}

static void put_colour(writer *w, const char *before, cprof_colour c) {
    cprof_sink_printf(w->sink, "%s\"#%02x%02x%02x\"", before, c.red, c.green, c.blue);
}

static void put_legend(writer *w) {
    const cprof_lines *lines = &w->picture->lines;
    if (lines->at.count == 0)
        return;
    put_quoted(w, "subgraph cluster_L { \"", lines->at.at[0], "\" [shape=box fontsize=16 label=\"");
    for (size_t i = 0; i < lines->at.count; i++)
        put_quoted(w, "", lines->at.at[i], "\\l");
    cprof_sink_puts(w->sink, "\"");
    if (w->picture->title.len)
        put_quoted(w, " tooltip=\"", w->picture->title, "\"");
    cprof_sink_puts(w->sink, "] }\n");
}

/* A function's short name, a line for each part: "http\n(*conn)\nserve". */
static void put_function(writer *w, cprof_slice name) {
    char small[512], *buffer = name.len <= sizeof small ? small : malloc(name.len);
    /* Without memory for it, the long name does. */
    cprof_slice rest = buffer ? cprof_name_shorten(name, buffer) : name;
    size_t from = 0, i = 0;
    while (i < rest.len) {
        cprof_slice here = cprof_slice_sub(rest, i, rest.len);
        const char *instead = NULL;
        size_t length = 1;
        if (cprof_slice_starts_with(here, "[...]")) {
            instead = "[…]"; /* Go's type parameters */
            length = strlen("[...]");
        } else if (cprof_slice_starts_with(here, "::")) {
            instead = "\\n";
            length = strlen("::");
        } else if (*here.ptr == '.') {
            instead = "\\n";
        }
        if (instead) {
            put_quoted(w, "", cprof_slice_sub(rest, from, i), instead);
            from = i + length;
        }
        i += length;
    }
    put_text(w, cprof_slice_sub(rest, from, rest.len), BREAK_LEFT);
    if (buffer != small)
        free(buffer);
}

/* The node's name, each part on a line of its own. */
static void put_node_name(writer *w, const cprof_entry *node) {
    const char *newline = "\\n";
    if (node->address)
        cprof_sink_printf(w->sink, "%016llx%s", (unsigned long long)node->address, newline);
    if (node->function.len) {
        put_function(w, node->function);
        cprof_sink_puts(w->sink, newline);
    }
    if (node->line) {
        put_quoted(w, "", node->file.len ? cprof_path_base(node->file) : node->file, "");
        cprof_sink_printf(w->sink, ":%lld", (long long)node->line);
        if (node->column)
            cprof_sink_printf(w->sink, ":%lld", (long long)node->column);
        cprof_sink_puts(w->sink, newline);
    } else if (node->file.len) {
        put_quoted(w, "", cprof_path_base(node->file), newline);
    } else if (node->function.len == 0 && node->objfile.len) {
        put_quoted(w, "[", cprof_path_base(node->objfile), "]\\n");
    } else if (node->function.len == 0) {
        cprof_sink_puts(w->sink, "<unknown>\\n");
    }
}

static void put_share(writer *w, const char *before, const cprof_amount *amount) {
    put_quoted(w, before, amount->text, " (");
    put_quoted(w, "", cprof_slice_trim(amount->percent_text), ")");
}

static void put_box(writer *w, const cprof_box *box, uint32_t id) {
    const cprof_entry *node = &box->node;
    bool has_flat = node->flat.value != 0, has_cum = node->cum.value != node->flat.value;
    cprof_sink_printf(w->sink, "N%u [label=\"", (unsigned)id);
    put_node_name(w, node);
    if (has_flat)
        put_share(w, "", &node->flat);
    else
        cprof_sink_puts(w->sink, "0");
    if (has_cum)
        put_share(w, has_flat ? "\\nof " : " of ", &node->cum);
    cprof_sink_printf(w->sink, "\" id=\"node%u\" fontsize=%u shape=box", (unsigned)id,
                      (unsigned)box->font_size);
    put_quoted(w, " tooltip=\"", node->name, " (");
    put_quoted(w, "", has_cum ? node->cum.text : node->flat.text, ")\"");
    put_colour(w, " color=", box->colour);
    put_colour(w, " fillcolor=", box->fill);
    cprof_sink_puts(w->sink, "]\n");
}

/* A label's box and the line to it.  parent: the id of what it hangs on; prefix goes in front of it. */
static void put_tag(writer *w, const cprof_picture_tag *tag, const char *prefix, const char *parent) {
    unsigned rank = (unsigned)tag->rank;
    cprof_sink_printf(w->sink, "%s%s_%u [label = \"", prefix, parent, rank);
    put_text(w, tag->name, BREAK_CENTRE);
    cprof_sink_printf(w->sink, "\" id=\"%s%s_%u\" fontsize=8 shape=box3d", prefix, parent, rank);
    put_quoted(w, " tooltip=\"", tag->text, "\"]\n");
    cprof_sink_printf(w->sink, "%s -> %s%s_%u", parent, prefix, parent, rank);
    put_quoted(w, " [label=\" ", tag->text, "\" weight=100");
    put_quoted(w, " tooltip=\"", tag->text, "\"");
    put_quoted(w, " labeltooltip=\"", tag->text, tag->partly ? "\" style=\"dotted\"]\n" : "\"]\n");
}

static void put_tags(writer *w, const cprof_box *box, uint32_t id) {
    char node[24], label[40];
    snprintf(node, sizeof node, "N%u", (unsigned)id);
    for (uint32_t i = 0; i < box->label_count; i++) {
        const cprof_picture_tag *tag = &box->labels[i];
        put_tag(w, tag, "", node);
        snprintf(label, sizeof label, "%s_%u", node, (unsigned)tag->rank);
        for (uint32_t k = 0; k < tag->number_count; k++)
            put_tag(w, &tag->numbers[k], "N", label);
    }
    for (uint32_t i = 0; i < box->number_count; i++)
        put_tag(w, &box->numbers[i], "N", node);
}

static void put_arrow_tooltip(writer *w, const cprof_arrow *arrow, const char *attribute) {
    put_quoted(w, attribute, arrow->caller, arrow->residual ? " ... " : " -> ");
    put_quoted(w, "", arrow->callee, " (");
    put_quoted(w, "", arrow->text, ")\"");
}

static void put_arrow(writer *w, const cprof_arrow *arrow) {
    const cprof_box *from = &w->picture->boxes[arrow->from];
    cprof_sink_printf(w->sink, "N%u -> N%u", (unsigned)(arrow->from + 1), (unsigned)(arrow->to + 1));
    put_quoted(w, " [label=\" ", arrow->text, arrow->inlined ? "\\n (inline)\"" : "\"");
    if (arrow->weight > 1)
        cprof_sink_printf(w->sink, " weight=%u", (unsigned)arrow->weight);
    if (arrow->width > 1)
        cprof_sink_printf(w->sink, " penwidth=%u", (unsigned)arrow->width);
    if (w->picture->report->total != 0)
        put_colour(w, " color=", arrow->colour);
    put_arrow_tooltip(w, arrow, " tooltip=\"");
    put_arrow_tooltip(w, arrow, " labeltooltip=\"");
    if (arrow->residual)
        cprof_sink_puts(w->sink, " style=\"dotted\"");
    if (from->label_count || from->number_count)
        cprof_sink_puts(w->sink, " minlen=2");
    cprof_sink_puts(w->sink, "]\n");
}

void cprof_render_dot(const cprof_picture *picture, const cprof_text_style *style, cprof_sink *sink) {
    writer w = {picture, style, sink};
    put_quoted(&w, "digraph \"", picture->title.len ? picture->title : CPROF_SLICE("unnamed"), "\" {\n");
    cprof_sink_puts(sink, "node [style=filled fillcolor=\"#f8f8f8\"]\n");
    put_legend(&w);
    for (uint32_t i = 0; i < picture->box_count; i++) {
        put_box(&w, &picture->boxes[i], i + 1);
        put_tags(&w, &picture->boxes[i], i + 1);
    }
    for (uint32_t i = 0; i < picture->arrow_count; i++)
        put_arrow(&w, &picture->arrows[i]);
    cprof_sink_puts(sink, "}\n");
}
