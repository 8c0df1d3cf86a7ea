#include "render/page.h"

#include "render/escape.h"

bool cprof_page_words(cprof_page *page, cprof_report *report, const char *remark, cprof_error *err) {
    const cprof_profile *p = report->view->profile;
    const cprof_env *env = report->view->env;
    if (!cprof_report_profile_lines(report, &page->lines, err))
        return false;
    for (uint32_t i = 0; i < report->options.active_filter_count; i++) {
        if (!cprof_vec_push(env, &page->lines.at, report->options.active_filters[i]))
            return cprof_error_memory(env, err);
    }
    const cprof_slice none = CPROF_SLICE(""), behind = cprof_slice_of(remark);
    cprof_slice binary = p->mapping_count ? cprof_profile_string(p, p->mappings[0].file) : none;
    bool named = binary.len > 0;
    const cprof_slice title[] = {named ? cprof_path_base(binary) : none, named ? CPROF_SLICE(": ") : none,
                                 report->sample_type, behind.len ? CPROF_SLICE(", ") : none, behind};
    page->title = cprof_report_join(report, title, 5);
    page->about = none;
    for (size_t i = 0; page->about.ptr && i < page->lines.at.count; i++) {
        cprof_slice line = page->lines.at.at[i];
        if (cprof_slice_starts_with(line, "File: ") || cprof_slice_starts_with(line, "Build ID: ") ||
            cprof_slice_starts_with(line, "Type: "))
            continue;
        const cprof_slice parts[] = {page->about, page->about.len ? CPROF_SLICE(" \u00b7 ") : none, line};
        page->about = cprof_report_join(report, parts, 3);
    }
    return (page->title.ptr && page->about.ptr) || cprof_error_memory(env, err);
}

static void write_style(const cprof_asset *style, const char *svg_style, cprof_sink *sink) {
    cprof_sink_puts(sink, "<style>\n");
    cprof_sink_slice(sink, cprof_asset_palette_css.text);
    cprof_sink_slice(sink, cprof_asset_page_css.text);
    cprof_sink_slice(sink, style->text);
    cprof_sink_puts(sink, svg_style);
    cprof_sink_puts(sink, "</style>\n");
}

/* Up to the title's text.  Only the page's own script may run, and nothing may be asked for. */
static void write_head(const cprof_page *page, cprof_sink *sink) {
    cprof_sink_printf(
        sink,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "script-src '%s' '%s'; worker-src blob:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        cprof_asset_page_js.hash, page->script->hash);
}

void cprof_page_begin(const cprof_page *page, const char *id, double width, double height,
                      const cprof_asset *style, const char *svg_style, cprof_sink *sink) {
    if (page->html)
        write_head(page, sink);
    else
        cprof_sink_printf(
            sink,
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
            "width=\"%g\" height=\"%g\" viewBox=\"0 0 %g %g\">\n<title>",
            width, height, width, height);
    cprof_sink_xml(sink, page->title);
    cprof_sink_puts(sink, "</title>\n");
    write_style(style, svg_style, sink);
    if (page->html)
        cprof_sink_printf(sink, "</head>\n<body>\n<svg width=\"100%%\" viewBox=\"0 0 %g %g\">\n", width,
                          height);
    cprof_sink_printf(sink, "<g id=\"%s\">\n", id);
}

void cprof_page_data(const cprof_page *page, cprof_sink *sink) {
    cprof_sink_puts(sink, page->html ? "</g>\n</svg>\n" : "</g>\n");
    cprof_sink_puts(sink, "<script type=\"application/json\" id=\"cprof-data\">");
}

/* The part that all pages share, and the page's own. */
static void write_scripts(const cprof_page *page, cprof_sink *sink) {
    const cprof_asset *scripts[] = {&cprof_asset_page_js, page->script};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        cprof_sink_puts(sink, page->html ? "<script>" : "<script><![CDATA[\n");
        cprof_sink_slice(sink, scripts[i]->text);
        cprof_sink_puts(sink, page->html ? "</script>\n" : "]]></script>\n");
    }
}

void cprof_page_end(const cprof_page *page, cprof_sink *sink) {
    cprof_sink_puts(sink, "</script>\n");
    write_scripts(page, sink);
    cprof_sink_puts(sink, page->html ? "</body>\n</html>\n" : "</svg>\n");
}

void cprof_page_begin_body(const cprof_page *page, const cprof_asset *style, cprof_sink *sink) {
    write_head(page, sink);
    cprof_sink_xml(sink, page->title);
    cprof_sink_puts(sink, "</title>\n");
    write_style(style, "", sink);
    cprof_sink_puts(sink, "</head>\n<body>\n");
}

void cprof_page_end_body(const cprof_page *page, cprof_sink *sink) {
    write_scripts(page, sink);
    cprof_sink_puts(sink, "</body>\n</html>\n");
}

void cprof_page_write_words(const cprof_page *page, cprof_json *json) {
    cprof_json_put_string(json, "title", page->title);
    cprof_json_put_string(json, "about", page->about);
    cprof_json_key(json, "lines");
    cprof_json_array(json);
    for (size_t i = 0; i < page->lines.at.count; i++)
        cprof_json_string(json, page->lines.at.at[i]);
    cprof_json_end(json);
}
