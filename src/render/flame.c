#include "render/flame.h"

#include "render/assets.h"
#include "render/escape.h"
#include "render/flame_parts.h"

#include <stdio.h>

/* What stands around the picture in both kinds of file. */
static const char picture_style[] =
    "#cprof-picture{font:12px system-ui,\"DejaVu Sans\",Verdana,sans-serif}\n"
    "#cprof-picture text{fill:#16181c;pointer-events:none}\n"
    "#cprof-picture .paper{fill:#fff}#cprof-picture .root{fill:#e9ebef}\n"
    "#cprof-picture .title{font-size:17px;font-weight:600}#cprof-picture .about{fill:#5b616b}\n"
    "#cprof-picture rect.in{stroke:#16181c;stroke-opacity:.35;stroke-dasharray:2 2}\n"
    "#cprof-picture rect.new{stroke:#b3261e}#cprof-picture rect.gone{stroke:#1b5fb8;stroke-dasharray:4 2}\n"
    "@media (prefers-color-scheme:dark){#cprof-picture text{fill:#f3f4f6}#cprof-picture .paper{fill:#16181c}\n"
    "#cprof-picture .root{fill:#2c3038}#cprof-picture .about{fill:#9aa1ac}}\n";

static bool make_words(const cprof_flame *flame, cprof_flame_words *words, cprof_error *err) {
    cprof_report *report = flame->report;
    const cprof_profile *p = report->view->profile;
    const cprof_env *env = report->view->env;
    if (!cprof_report_profile_lines(report, &words->lines, err))
        return false;
    for (uint32_t i = 0; i < report->options.active_filter_count; i++) {
        if (!cprof_vec_push(env, &words->lines.at, report->options.active_filters[i]))
            return cprof_error_memory(env, err);
    }
    cprof_slice binary =
        p->mapping_count ? cprof_path_base(cprof_profile_string(p, p->mappings[0].file)) : CPROF_SLICE("");
    bool named = binary.len > 0 && !cprof_slice_is(binary, ".");
    const cprof_slice title[] = {
        named ? binary : CPROF_SLICE(""), named ? CPROF_SLICE(": ") : CPROF_SLICE(""), report->sample_type,
        flame->stacks.kind == CPROF_STACKS_PLAIN ? CPROF_SLICE("") : CPROF_SLICE(", difference")};
    words->title = cprof_report_join(report, title, 4);
    words->about = CPROF_SLICE("");
    for (size_t i = 0; i < words->lines.at.count; i++) {
        cprof_slice line = words->lines.at.at[i];
        if (cprof_slice_starts_with(line, "File: ") || cprof_slice_starts_with(line, "Build ID: "))
            continue;
        const cprof_slice parts[] = {words->about,
                                     words->about.len ? CPROF_SLICE(" \u00b7 ") : CPROF_SLICE(""), line};
        words->about = cprof_report_join(report, parts, 3);
    }
    words->note = CPROF_SLICE("");
    if (flame->folded_stacks > 0) {
        char text[256], share[CPROF_LABEL_MAX];
        cprof_slice percent =
            cprof_slice_trim(cprof_measure_percentage(flame->folded_width, flame->nodes.at[0].width, share));
        snprintf(
            text, sizeof text,
            "%u of %u stacks end in frames too narrow to show (%.*s of the width): folded into their callers",
            flame->folded_stacks, flame->stack_count, CPROF_SLICE_ARG(percent));
        cprof_slice note = cprof_slice_of(text);
        words->note = cprof_report_join(report, &note, 1);
    }
    bool ok = words->title.ptr && words->about.ptr && words->note.ptr;
    return ok || cprof_error_memory(env, err);
}

static void write_style(cprof_sink *sink) {
    cprof_sink_puts(sink, "<style>\n");
    cprof_sink_slice(sink, cprof_asset_palette_css.text);
    cprof_sink_slice(sink, cprof_asset_flame_css.text);
    cprof_sink_puts(sink, picture_style);
    cprof_sink_puts(sink, "</style>\n");
}

static bool write_svg(const cprof_flame *flame, const cprof_flame_style *style,
                      const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    int height = cprof_flame_picture_height(flame);
    cprof_sink_puts(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    cprof_sink_printf(sink,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                      "viewBox=\"0 0 %d %d\">\n<title>",
                      CPROF_FLAME_WIDTH, height, CPROF_FLAME_WIDTH, height);
    cprof_sink_xml(sink, words->title);
    cprof_sink_puts(sink, "</title>\n");
    write_style(sink);
    cprof_sink_puts(sink, "<g id=\"cprof-picture\">\n");
    if (!cprof_flame_write_picture(flame, style, words, sink, err))
        return false;
    cprof_sink_puts(sink, "</g>\n<script type=\"application/json\" id=\"cprof-data\">");
    if (!cprof_flame_write_data(flame, style, words, sink, err))
        return false;
    cprof_sink_puts(sink, "</script>\n<script><![CDATA[\n");
    cprof_sink_slice(sink, cprof_asset_flame_js.text);
    cprof_sink_puts(sink, "]]></script>\n</svg>\n");
    return true;
}

static bool write_html(const cprof_flame *flame, const cprof_flame_style *style,
                       const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    cprof_sink_printf(
        sink,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s'; "
        "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
        cprof_asset_flame_js.hash);
    cprof_sink_xml(sink, words->title);
    cprof_sink_puts(sink, "</title>\n");
    write_style(sink);
    cprof_sink_printf(sink,
                      "</head>\n<body>\n<svg id=\"cprof-picture\" width=\"100%%\" viewBox=\"0 0 %d %d\">\n",
                      CPROF_FLAME_WIDTH, cprof_flame_picture_height(flame));
    if (!cprof_flame_write_picture(flame, style, words, sink, err))
        return false;
    cprof_sink_puts(sink, "</svg>\n<script type=\"application/json\" id=\"cprof-data\">");
    if (!cprof_flame_write_data(flame, style, words, sink, err))
        return false;
    cprof_sink_puts(sink, "</script>\n<script>");
    cprof_sink_slice(sink, cprof_asset_flame_js.text);
    cprof_sink_puts(sink, "</script>\n</body>\n</html>\n");
    return true;
}

bool cprof_render_flame(const cprof_flame *flame, const cprof_flame_style *style, cprof_sink *sink,
                        cprof_error *err) {
    cprof_flame_words words = {0};
    bool ok = make_words(flame, &words, err) &&
              (style->html ? write_html : write_svg)(flame, style, &words, sink, err);
    cprof_vec_free(flame->report->view->env, &words.lines.at);
    return ok;
}
