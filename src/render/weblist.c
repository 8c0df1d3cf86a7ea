#include "render/weblist.h"

#include "graph/shorten.h"
#include "render/escape.h"
#include "render/page.h"

#include <inttypes.h>

enum { TEXT_MAX = 2000 }; /* characters that are shown of one line */

/* Tabs stay: they are source's own. */
static void put_source(cprof_sink *sink, cprof_slice text) {
    cprof_slice shown = cprof_utf8_cut(text, TEXT_MAX);
    bool cut = shown.len < text.len;
    while (cprof_slice_find(shown, '\t') < shown.len) {
        size_t tab = cprof_slice_find(shown, '\t');
        cprof_sink_xml(sink, cprof_slice_sub(shown, 0, tab));
        cprof_sink_putc(sink, '\t');
        shown = cprof_slice_sub(shown, tab + 1, shown.len);
    }
    cprof_sink_xml(sink, shown);
    if (cut)
        cprof_sink_puts(sink, "\xe2\x80\xa6");
}

static void put_tagged(cprof_sink *sink, const char *tag, const char *class, cprof_slice text) {
    cprof_sink_printf(sink, "<%s", tag);
    if (*class)
        cprof_sink_printf(sink, " class=\"%s\"", class);
    cprof_sink_putc(sink, '>');
    cprof_sink_xml(sink, text);
    cprof_sink_printf(sink, "</%s>", tag);
}

/* A value's cell; nothing where it is 0. */
static void put_value(cprof_sink *sink, int64_t value, cprof_slice text) {
    if (value == 0)
        cprof_sink_puts(sink, "<i></i>");
    else
        put_tagged(sink, "i", value < 0 ? "less" : "", text);
}

static void put_weight(cprof_sink *sink, const char *name, const cprof_amount *amount) {
    cprof_sink_printf(sink, "<span>%s <b>", name);
    cprof_sink_xml(sink, amount->text);
    cprof_sink_puts(sink, "</b> ");
    cprof_sink_xml(sink, amount->percent_text);
    cprof_sink_puts(sink, "</span>");
}

/* place: "" where the instruction is from the line that it stands with. */
static void put_instruction(cprof_sink *sink, const cprof_disasm_line *code, cprof_slice place) {
    cprof_sink_printf(sink, "<div class=\"a%s\"><s></s><u>%" PRIx64 "</u>",
                      code->flat.value || code->cum.value ? " on" : "", code->address);
    put_value(sink, code->flat.value, code->flat.text);
    put_value(sink, code->cum.value, code->cum.text);
    cprof_sink_puts(sink, "<code>");
    cprof_sink_xml(sink, code->text);
    if (place.len > 0)
        put_tagged(sink, "em", "", place);
    cprof_sink_puts(sink, "</code></div>\n");
}

static void put_line_cells(cprof_sink *sink, const cprof_weblist_line *line) {
    const cprof_list_line *source = line->source;
    if (line->cum_share > 0 || line->flat_share > 0)
        cprof_sink_printf(sink, "<s style=\"--f:%.1f%%;--c:%.1f%%\"></s>", line->flat_share * 100,
                          line->cum_share * 100);
    else
        cprof_sink_puts(sink, "<s></s>");
    cprof_sink_printf(sink, "<u>%" PRId64 "</u>", source->number);
    put_value(sink, source->flat, source->flat_text);
    put_value(sink, source->cum, source->cum_text);
    cprof_sink_puts(sink, "<code>");
    put_source(sink, source->text);
    cprof_sink_puts(sink, "</code>");
}

static void put_line(cprof_sink *sink, const cprof_weblist_section *s, const cprof_weblist_line *line) {
    const char *class = line->hot ? "l hot" : "l";
    if (line->code_count == 0) {
        cprof_sink_printf(sink, "<div class=\"%s\"%s>", class, line->hot ? " tabindex=\"-1\"" : "");
        put_line_cells(sink, line);
        cprof_sink_puts(sink, "</div>\n");
        return;
    }
    cprof_sink_printf(sink, "<details><summary class=\"%s\">", class);
    put_line_cells(sink, line);
    cprof_sink_puts(sink, "</summary>\n");
    for (uint32_t i = 0; i < line->code_count; i++) {
        const cprof_disasm_line *code = line->code[i];
        bool here = code->line == line->source->number &&
                    cprof_slice_equal(cprof_path_base(code->file), cprof_path_base(s->file->file));
        put_instruction(sink, code, here ? CPROF_SLICE("") : code->place);
    }
    cprof_sink_puts(sink, "</details>\n");
}

static void put_section(cprof_sink *sink, const cprof_weblist_section *s, uint32_t number) {
    cprof_sink_printf(sink, "<section id=\"s%u\">\n<h2>", number);
    cprof_sink_xml(sink, s->function->name);
    cprof_sink_puts(sink, "</h2>\n<p class=\"where\">");
    if (!s->file) {
        cprof_sink_puts(sink, "<span>The profile does not say in which file it is.</span></p>\n</section>\n");
        return;
    }
    put_weight(sink, "flat", &s->file->flat);
    put_weight(sink, "cum", &s->file->cum);
    put_tagged(sink, "span", "file", s->file->path.ptr ? s->file->path : s->file->file);
    if (s->file->error.len)
        cprof_sink_puts(sink, "<span class=\"absent\">source not found</span>");
    cprof_sink_puts(sink, "</p>\n<div class=\"code\">\n");
    for (uint32_t i = 0; i < s->line_count; i++)
        put_line(sink, s, &s->lines[i]);
    cprof_sink_puts(sink, "</div>\n</section>\n");
}

static void put_loose(cprof_sink *sink, const cprof_disasm_function *f, uint32_t number) {
    cprof_sink_printf(sink, "<section id=\"s%u\">\n<h2>", number);
    for (uint32_t i = 0; i < f->name_count; i++) {
        cprof_sink_puts(sink, i > 0 ? ", " : "");
        cprof_sink_xml(sink, f->names[i]);
    }
    cprof_sink_puts(sink, "</h2>\n<p class=\"where\">");
    put_weight(sink, "flat", &f->flat);
    put_weight(sink, "cum", &f->cum);
    cprof_sink_puts(sink, "<span>machine code</span></p>\n<div class=\"code\">\n");
    for (uint32_t i = 0; i < f->line_count; i++)
        put_instruction(sink, &f->lines[i], f->lines[i].place);
    cprof_sink_puts(sink, "</div>\n</section>\n");
}

static void put_index_row(cprof_sink *sink, cprof_arena *arena, uint32_t number, const cprof_amount *cum,
                          cprof_slice name) {
    char *buffer = cprof_arena_alloc(arena, name.len + 1);
    cprof_sink_printf(sink, "<a href=\"#s%u\" title=\"", number);
    cprof_sink_xml(sink, name);
    cprof_sink_puts(sink, "\"><i>");
    if (cum)
        cprof_sink_xml(sink, cprof_slice_trim(cum->percent_text));
    cprof_sink_puts(sink, "</i><b>");
    cprof_sink_xml(sink, buffer ? cprof_name_shorten(name, buffer) : name);
    cprof_sink_puts(sink, "</b></a>\n");
}

static void put_index(cprof_sink *sink, const cprof_weblist *w) {
    uint32_t count = w->section_count + w->loose_count;
    cprof_arena *arena = &w->report->arena;
    cprof_sink_printf(sink, "<nav aria-label=\"Functions\">\n<p>%u %s, by cum</p>\n", count,
                      count == 1 ? "function" : "functions");
    for (uint32_t i = 0; i < w->section_count; i++) {
        const cprof_weblist_section *s = &w->sections[i];
        put_index_row(sink, arena, i, s->file ? &s->file->cum : NULL, s->function->name);
    }
    for (uint32_t i = 0; i < w->loose_count; i++)
        put_index_row(sink, arena, w->section_count + i, &w->loose[i]->cum, w->loose[i]->names[0]);
    cprof_sink_puts(sink, "</nav>\n");
}

static void put_missing(cprof_sink *sink, const cprof_weblist *w) {
    if (w->missing_count == 0)
        return;
    cprof_sink_puts(sink, "<p class=\"missing\">");
    cprof_sink_xml(sink, w->missing);
    if (w->missing_count > 1)
        cprof_sink_printf(sink, "; %u more were not found", w->missing_count - 1);
    cprof_sink_puts(sink, ". Say with -source_path where the sources are, and with -trim_path what their "
                          "names in the profile begin with.</p>\n");
}

static void put_header(cprof_sink *sink, const cprof_page *page) {
    cprof_sink_puts(sink, "<header>");
    put_tagged(sink, "h1", "", page->title);
    cprof_sink_puts(sink, "<div class=\"about\" title=\"");
    for (size_t i = 0; i < page->lines.at.count; i++) {
        cprof_sink_xml(sink, page->lines.at.at[i]);
        cprof_sink_putc(sink, '\n');
    }
    cprof_sink_puts(sink, "\">");
    cprof_sink_xml(sink, page->about);
    cprof_sink_puts(sink, "</div></header>\n");
}

bool cprof_render_weblist(const cprof_weblist *w, cprof_sink *sink, cprof_error *err) {
    cprof_page page = {.html = true, .script = &cprof_asset_weblist_js};
    bool ok = cprof_page_words(&page, w->report, "", err);
    if (ok) {
        cprof_page_begin_body(&page, &cprof_asset_weblist_css, sink);
        cprof_sink_puts(sink, "<div class=\"cprof listing\">\n");
        put_header(sink, &page);
        cprof_sink_puts(sink, "<div class=\"both\">\n");
        put_index(sink, w);
        cprof_sink_puts(sink, "<main tabindex=\"-1\">\n");
        cprof_sink_puts(sink,
                        "<div class=\"code\"><div class=\"cols\"><s></s><u>line</u><i>flat</i><i>cum</i>"
                        "<code></code></div></div>\n");
        put_missing(sink, w);
        if (w->section_count + w->loose_count == 0)
            cprof_sink_puts(sink, "<p class=\"missing\">What matches has no value in this profile.</p>\n");
        for (uint32_t i = 0; i < w->section_count; i++)
            put_section(sink, &w->sections[i], i);
        for (uint32_t i = 0; i < w->loose_count; i++)
            put_loose(sink, w->loose[i], w->section_count + i);
        cprof_sink_puts(sink, "</main>\n</div>\n</div>\n");
        cprof_page_end_body(&page, sink);
    }
    cprof_vec_free(w->report->view->env, &page.lines.at);
    return ok;
}
