#include "render/tags.h"

#include "render/tabs.h"

/* " (12.34%)" */
static void put_percent(const cprof_tags *tags, const cprof_amount *amount, cprof_sink *sink) {
    if (!tags->has_percent)
        return;
    cprof_sink_puts(sink, " (");
    cprof_sink_slice(sink, amount->percent_text);
    cprof_sink_putc(sink, ')');
}

static void put_value(const cprof_tags *tags, const cprof_amount *amount, const cprof_text_style *style,
                      cprof_sink *sink) {
    cprof_tint tint = cprof_style_weight(style, amount->percent);
    cprof_style_begin(style, sink, tint);
    cprof_sink_slice(sink, amount->text);
    put_percent(tags, amount, sink);
    cprof_style_end(style, sink, tint);
}

static void put_key(const cprof_tags *tags, const cprof_tags_key *key, const cprof_text_style *style,
                    cprof_sink *sink) {
    cprof_style_begin(style, sink, CPROF_TINT_TITLE);
    cprof_style_name(style, sink, key->name);
    cprof_style_end(style, sink, CPROF_TINT_TITLE);
    cprof_sink_puts(sink, ":\t Total ");
    cprof_sink_slice(sink, key->amount.text);
    cprof_sink_puts(sink, " of ");
    cprof_sink_slice(sink, tags->total.text);
    put_percent(tags, &key->amount, sink);
    cprof_sink_putc(sink, '\n');
    for (uint32_t i = 0; i < key->value_count; i++) {
        const cprof_tags_value *value = &key->values[i];
        cprof_sink_puts(sink, " \t");
        put_value(tags, &value->amount, style, sink);
        cprof_sink_puts(sink, ":\t ");
        cprof_style_name(style, sink, value->name);
        cprof_sink_putc(sink, '\n');
    }
    cprof_sink_putc(sink, '\n');
}

void cprof_render_tags(const cprof_tags *tags, const cprof_text_style *style, cprof_sink *sink) {
    const cprof_env *env = tags->report->view->env;
    cprof_sink text;
    cprof_sink_init_memory(&text, env);
    for (uint32_t i = 0; i < tags->key_count; i++)
        put_key(tags, &tags->keys[i], style, &text);
    bool ok = text.error.code == CPROF_OK &&
              cprof_tabs_write(cprof_sink_bytes(&text), 1, style->colours > 0, env, sink);
    if (!ok && sink->error.code == CPROF_OK)
        cprof_error_memory(env, &sink->error);
    cprof_sink_deinit(&text);
}
