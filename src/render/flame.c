#include "render/flame.h"

#include "render/flame_parts.h"

#include <stdio.h>

/* Of the drawing that stands there until a script takes over. */
static const char picture_style[] =
    "#cprof-picture{font:12px system-ui,\"DejaVu Sans\",Verdana,sans-serif}\n"
    "#cprof-picture text{fill:#16181c;pointer-events:none}\n"
    "#cprof-picture .paper{fill:#fff}#cprof-picture .root{fill:#e9ebef}\n"
    "#cprof-picture .title{font-size:17px;font-weight:600}#cprof-picture .about{fill:#5b616b}\n"
    "#cprof-picture rect.in{stroke:#16181c;stroke-opacity:.35;stroke-dasharray:2 2}\n"
    "#cprof-picture rect.new{stroke:#b3261e}#cprof-picture rect.gone{stroke:#1b5fb8;stroke-dasharray:4 2}\n"
    "@media screen and (prefers-color-scheme:dark){#cprof-picture text{fill:#f3f4f6}#cprof-picture .paper{fill:#16181c}\n"
    "#cprof-picture .root{fill:#2c3038}#cprof-picture .about{fill:#9aa1ac}}\n";

/* What was folded, in words; "" when nothing was. */
static bool make_note(const cprof_flame *flame, cprof_slice *note, cprof_error *err) {
    char text[256], buffer[CPROF_LABEL_MAX];
    *note = CPROF_SLICE("");
    if (flame->folded_stacks == 0)
        return true;
    cprof_slice share = cprof_measure_percentage(flame->folded_width, flame->nodes.at[0].width, buffer);
    share = cprof_slice_trim(share);
    snprintf(text, sizeof text,
             "%u of %u stacks end in frames too %s to show (%.*s of the width): folded into their callers",
             flame->folded_stacks, flame->stack_count, cprof_flame_folded_why(flame), CPROF_SLICE_ARG(share));
    cprof_slice part = cprof_slice_of(text);
    *note = cprof_report_join(flame->report, &part, 1);
    return note->ptr || cprof_error_memory(flame->report->view->env, err);
}

static bool write_file(const cprof_flame *flame, const cprof_flame_style *style,
                       const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    cprof_page_begin(&words->page, "cprof-picture", CPROF_FLAME_WIDTH, cprof_flame_picture_height(flame),
                     &cprof_asset_flame_css, picture_style, sink);
    if (!cprof_flame_write_picture(flame, style, words, sink, err))
        return false;
    cprof_page_data(&words->page, sink);
    if (!cprof_flame_write_data(flame, style, words, sink, err))
        return false;
    cprof_page_end(&words->page, sink);
    return true;
}

bool cprof_render_flame(const cprof_flame *flame, const cprof_flame_style *style, cprof_sink *sink,
                        cprof_error *err) {
    const char *remark = flame->stacks.kind == CPROF_STACKS_PLAIN ? "" : "difference";
    cprof_flame_words words = {.page = {.html = style->html, .script = &cprof_asset_flame_js},
                               .start = sink->written + sink->count};
    bool ok = cprof_page_words(&words.page, flame->report, remark, err) &&
              make_note(flame, &words.note, err) && write_file(flame, style, &words, sink, err);
    cprof_vec_free(flame->report->view->env, &words.page.lines.at);
    return ok;
}
