#include "render/info.h"

#include "base/utf8.h"
#include "measure/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void begin(cprof_sink *sink, const char *name) {
    cprof_sink_puts(sink, "  ");
    cprof_sink_left(sink, cprof_slice_of(name), 12);
}

static void put(cprof_sink *sink, const char *name, cprof_slice value) {
    if (value.len == 0)
        return;
    begin(sink, name);
    cprof_sink_escaped(sink, value, false);
    cprof_sink_putc(sink, '\n');
}

static cprof_slice label_of(int64_t value, cprof_slice unit, char buffer[CPROF_LABEL_MAX]) {
    return cprof_measure_label(value, unit, CPROF_SLICE("auto"), buffer);
}

/* --- what is measured --- */

static void put_types(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    for (uint32_t t = 0; t < p->type_count; t++) {
        char buffer[CPROF_LABEL_MAX];
        cprof_slice unit = cprof_profile_string(p, p->types[t].unit);
        begin(sink, t == 0 ? "Types:" : "");
        cprof_sink_escaped(sink, cprof_profile_string(p, p->types[t].type), false);
        cprof_sink_puts(sink, " in ");
        cprof_sink_escaped(sink, unit, false);
        cprof_sink_puts(sink, info->clipped[t] ? ": more than " : ": ");
        cprof_sink_escaped(sink, label_of(info->totals[t], unit, buffer), false);
        bool chosen = t == info->default_type && p->type_count > 1;
        cprof_sink_puts(sink, chosen ? " (shown unless another is chosen)\n" : "\n");
    }
}

static void put_counts(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    begin(sink, "Holds:");
    cprof_sink_printf(sink,
                      "%" PRIu32 " samples, %" PRIu32 " stacks (up to %" PRIu32 " frames), %" PRIu32
                      " locations, %" PRIu32 " functions\n",
                      p->samples.count, p->stacks.count, info->deepest, p->locations.count,
                      p->functions.count);
    if (info->named < p->locations.count) {
        begin(sink, "Names:");
        cprof_sink_printf(sink, "%" PRIu32 " of %" PRIu32 " locations have no function name\n",
                          p->locations.count - info->named, p->locations.count);
    }
}

static void put_time(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    char text[64], buffer[CPROF_LABEL_MAX];
    time_t seconds = (time_t)(p->time_nanos / 1000000000);
    struct tm tm;
    if (p->time_nanos != 0 && localtime_r(&seconds, &tm)) {
        size_t n = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &tm);
        put(sink, "Time:", (cprof_slice){text, n});
    }
    if (p->duration_nanos != 0)
        put(sink, "Duration:", label_of(p->duration_nanos, CPROF_SLICE("nanoseconds"), buffer));
    if (p->period != 0) {
        cprof_slice unit = cprof_profile_string(p, p->period_type.unit);
        begin(sink, "Period:");
        cprof_sink_escaped(sink, label_of(p->period, unit, buffer), false);
        cprof_sink_puts(sink, " of ");
        cprof_sink_escaped(sink, cprof_profile_string(p, p->period_type.type), false);
        cprof_sink_putc(sink, '\n');
    }
}

/* --- where from --- */

enum { MAPPINGS_SHOWN = 20 };

/* Producers that do not know where a binary lies say nowhere or everywhere. */
static bool has_place(const cprof_mapping *m) {
    return m->start != 0 || (m->limit != 0 && m->limit != UINT64_MAX);
}

/* What stands for no binary at all: addresses of texts that give their names themselves. */
static bool is_blank(const cprof_mapping *m) {
    return m->file == 0 && m->build_id == 0 && !has_place(m);
}

static void put_mapping(const cprof_profile *p, const cprof_mapping *m, cprof_sink *sink) {
    cprof_slice file = cprof_profile_string(p, m->file);
    cprof_sink_escaped(sink, file.len ? file : CPROF_SLICE("(no name)"), false);
    if (has_place(m))
        cprof_sink_printf(sink, " at 0x%" PRIx64 "-0x%" PRIx64, m->start, m->limit);
    if (m->build_id) {
        cprof_sink_puts(sink, ", build id ");
        cprof_sink_escaped(sink, cprof_profile_string(p, m->build_id), false);
    }
    cprof_sink_putc(sink, '\n');
}

static void put_mappings(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    uint32_t binaries = 0;
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        if (is_blank(&p->mappings[i]) || binaries++ >= MAPPINGS_SHOWN)
            continue;
        begin(sink, binaries == 1 ? "Binaries:" : "");
        put_mapping(p, &p->mappings[i], sink);
    }
    if (binaries > MAPPINGS_SHOWN) {
        begin(sink, "");
        cprof_sink_printf(sink, "and %" PRIu32 " more\n", binaries - MAPPINGS_SHOWN);
    }
}

static void put_labels(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    for (uint32_t i = 0; i < info->label_count; i++) {
        const cprof_info_label *label = &info->labels[i];
        begin(sink, i == 0 ? "Tags:" : "");
        cprof_sink_escaped(sink, cprof_profile_string(p, label->key), false);
        cprof_sink_printf(sink, ": %" PRIu32 " %s%s\n", label->values, label->is_number ? "number" : "text",
                          label->values == 1 ? "" : "s");
    }
}

static void put_remarks(const cprof_info *info, cprof_sink *sink) {
    const cprof_profile *p = info->profile;
    for (uint32_t i = 0; i < p->comment_count; i++)
        put(sink, i == 0 ? "Comments:" : "", cprof_profile_string(p, p->comments[i]));
    put(sink, "Drops:", cprof_profile_string(p, p->drop_frames));
    put(sink, "Keeps:", cprof_profile_string(p, p->keep_frames));
    put(sink, "More at:", cprof_profile_string(p, p->doc_url));
    for (uint32_t i = 0; i < p->attribute_count; i++) {
        begin(sink, i == 0 ? "Says:" : "");
        cprof_sink_escaped(sink, cprof_profile_string(p, p->attributes[i].name), false);
        cprof_sink_puts(sink, " = ");
        cprof_sink_escaped(sink, cprof_profile_string(p, p->attributes[i].value), false);
        cprof_sink_putc(sink, '\n');
    }
}

void cprof_render_info(const cprof_info *info, cprof_slice source, const char *packing, uint64_t size,
                       cprof_sink *sink) {
    cprof_sink_escaped(sink, source, false);
    cprof_sink_putc(sink, '\n');
    begin(sink, "Format:");
    cprof_sink_puts(sink, info->profile->format ? info->profile->format : "profile.proto");
    if (packing)
        cprof_sink_printf(sink, ", %s", packing);
    if (size > 0)
        cprof_sink_printf(sink, ", %" PRIu64 " bytes", size);
    cprof_sink_putc(sink, '\n');
    if (info->producer)
        put(sink, "Language:", cprof_slice_of(info->producer));
    put_types(info, sink);
    put_counts(info, sink);
    put_time(info, sink);
    put_mappings(info, sink);
    put_labels(info, sink);
    put_remarks(info, sink);
}
