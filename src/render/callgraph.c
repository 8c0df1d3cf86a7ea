#include "render/callgraph.h"

#include "base/utf8.h"
#include "render/page.h"

#include <stdlib.h>

/* The picture's elements between graphviz's <svg …> and </svg>, and its size. */
typedef struct drawing {
    cprof_slice elements;
    double width, height; /* px */
} drawing;

/* The number behind `name="` in a tag; 0 where there is none. */
static double attribute(cprof_slice tag, const char *name) {
    size_t at = cprof_slice_find_slice(tag, cprof_slice_of(name));
    char text[32];
    cprof_slice rest = cprof_slice_sub(tag, at + strlen(name), tag.len);
    cprof_slice number = cprof_slice_sub(rest, 0, cprof_slice_find(rest, '"'));
    if (at == tag.len || number.len >= sizeof text)
        return 0;
    memcpy(text, number.ptr, number.len);
    text[number.len] = '\0';
    return strtod(text, NULL);
}

/* Elements that graphviz never writes for our graphs, and that names must never become. */
static bool holds_foreign_elements(cprof_slice drawn) {
    static const char *const foreign[] = {"<script", "<image", "<foreignObject", "<use", "href=\""};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (cprof_slice_find_slice(drawn, cprof_slice_of(foreign[i])) < drawn.len)
            return true;
    }
    return false;
}

/* The elements with U+FFFD for every character that XML cannot hold. */
static void write_elements(cprof_slice elements, cprof_sink *sink) {
    size_t from = 0;
    for (size_t i = 0; i < elements.len;) {
        uint32_t c;
        size_t n = cprof_utf8_decode(cprof_slice_sub(elements, i, elements.len), &c);
        bool space = c == '\t' || c == '\n' || c == '\r';
        if ((c < 0x20 && !space) || c == 0x7f || c == 0xfffe || c == 0xffff || (c == 0xfffd && n == 1)) {
            cprof_sink_write(sink, elements.ptr + from, i - from);
            cprof_sink_puts(sink, "\xef\xbf\xbd");
            from = i + n;
        }
        i += n;
    }
    cprof_sink_slice(sink, cprof_slice_sub(elements, from, elements.len));
}

static bool cut_out(cprof_slice drawn, drawing *d) {
    size_t start = cprof_slice_find_slice(drawn, CPROF_SLICE("<svg "));
    cprof_slice tag = cprof_slice_sub(drawn, start, drawn.len);
    size_t end = cprof_slice_find(tag, '>');
    d->elements = cprof_slice_trim(cprof_slice_sub(tag, end + 1, tag.len));
    tag = cprof_slice_sub(tag, 0, end);
    d->width = attribute(tag, " width=\"") * 96 / 72; /* from points */
    d->height = attribute(tag, " height=\"") * 96 / 72;
    if (!cprof_slice_ends_with(d->elements, "</svg>") || d->width <= 0 || d->height <= 0)
        return false;
    d->elements.len -= strlen("</svg>");
    return true;
}

bool cprof_render_callgraph(cprof_report *report, cprof_slice drawn, bool html, cprof_sink *sink,
                            cprof_error *err) {
    drawing d;
    if (!cut_out(drawn, &d) || holds_foreign_elements(d.elements))
        return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "graphviz drew no picture");
    cprof_page page = {.html = html, .script = &cprof_asset_graph_js};
    bool ok = cprof_page_words(&page, report, "", err);
    if (ok) {
        cprof_page_begin(&page, "cprof-graph", d.width, d.height, &cprof_asset_graph_css, "", sink);
        cprof_sink_puts(sink, "<g transform=\"scale(1.3333333)\">\n");
        write_elements(d.elements, sink);
        cprof_sink_puts(sink, "</g>\n");
        cprof_page_data(&page, sink);
        cprof_json json;
        cprof_json_init(&json, sink, CPROF_JSON_PAGE);
        cprof_json_object(&json);
        cprof_page_write_words(&page, &json);
        cprof_json_end(&json);
        cprof_page_end(&page, sink);
    }
    cprof_vec_free(report->view->env, &page.lines.at);
    return ok;
}
