#include "render/info.h"
#include "render/tables.h"

#include <inttypes.h>
#include <stdio.h>

static void put_hex(cprof_json *json, const char *key, uint64_t v) {
    char text[24];
    snprintf(text, sizeof text, "0x%" PRIx64, v);
    cprof_json_put_string(json, key, cprof_slice_of(text));
}

static void put_id(cprof_json *json, const cprof_info *info, const char *key, cprof_str id) {
    cprof_json_put_string(json, key, cprof_profile_string(info->profile, id));
}

static void put_types(const cprof_info *info, cprof_json *json) {
    const cprof_profile *p = info->profile;
    cprof_json_put_array(json, "sample_types");
    for (uint32_t t = 0; t < p->type_count; t++) {
        cprof_json_row(json);
        put_id(json, info, "type", p->types[t].type);
        put_id(json, info, "unit", p->types[t].unit);
        cprof_json_put_int(json, "total", info->totals[t]);
        if (info->clipped[t])
            cprof_json_put_bool(json, "clipped", true);
        if (t == info->default_type)
            cprof_json_put_bool(json, "default", true);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_counts(const cprof_info *info, cprof_json *json) {
    const cprof_profile *p = info->profile;
    cprof_json_put_int(json, "samples", p->samples.count);
    cprof_json_put_int(json, "stacks", p->stacks.count);
    cprof_json_put_int(json, "deepest_stack", info->deepest);
    cprof_json_put_int(json, "locations", p->locations.count);
    cprof_json_put_int(json, "unnamed_locations", p->locations.count - info->named);
    cprof_json_put_int(json, "functions", p->functions.count);
    cprof_json_put_int(json, "time_nanos", p->time_nanos);
    cprof_json_put_int(json, "duration_nanos", p->duration_nanos);
    cprof_json_put_int(json, "period", p->period);
    cprof_json_key(json, "period_type");
    cprof_json_row(json);
    put_id(json, info, "type", p->period_type.type);
    put_id(json, info, "unit", p->period_type.unit);
    cprof_json_end(json);
}

static void put_binaries(const cprof_info *info, cprof_json *json) {
    const cprof_profile *p = info->profile;
    cprof_json_put_array(json, "binaries");
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        cprof_json_row(json);
        put_id(json, info, "file", p->mappings[i].file);
        put_id(json, info, "build_id", p->mappings[i].build_id);
        put_hex(json, "start", p->mappings[i].start);
        put_hex(json, "limit", p->mappings[i].limit);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_tags(const cprof_info *info, cprof_json *json) {
    cprof_json_put_array(json, "tags");
    for (uint32_t i = 0; i < info->label_count; i++) {
        cprof_json_row(json);
        put_id(json, info, "key", info->labels[i].key);
        cprof_json_put_string(json, "kind", cprof_slice_of(info->labels[i].is_number ? "number" : "text"));
        cprof_json_put_int(json, "values", info->labels[i].values);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_remarks(const cprof_info *info, cprof_json *json) {
    const cprof_profile *p = info->profile;
    cprof_json_put_array(json, "comments");
    for (uint32_t i = 0; i < p->comment_count; i++)
        cprof_json_string(json, cprof_profile_string(p, p->comments[i]));
    cprof_json_end(json);
    put_id(json, info, "drop_frames", p->drop_frames);
    put_id(json, info, "keep_frames", p->keep_frames);
    put_id(json, info, "doc_url", p->doc_url);
    cprof_json_put_array(json, "attributes");
    for (uint32_t i = 0; i < p->attribute_count; i++) {
        cprof_json_row(json);
        put_id(json, info, "name", p->attributes[i].name);
        put_id(json, info, "value", p->attributes[i].value);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

void cprof_json_info_begin(cprof_json *json, cprof_sink *sink) {
    cprof_json_init(json, sink, CPROF_JSON_DATA);
    cprof_json_object(json);
    cprof_json_put_string(json, "schema", CPROF_SLICE("cprof-report"));
    cprof_json_put_int(json, "version", CPROF_JSON_VERSION);
    cprof_json_put_string(json, "report", CPROF_SLICE("info"));
    cprof_json_put_array(json, "rows");
}

void cprof_json_info(const cprof_info *info, cprof_slice source, const char *packing, uint64_t size,
                     cprof_json *json) {
    const char *format = info->profile->format;
    cprof_json_object(json);
    cprof_json_put_string(json, "source", source);
    cprof_json_put_string(json, "format", cprof_slice_of(format ? format : "profile.proto"));
    if (packing)
        cprof_json_put_string(json, "packing", cprof_slice_of(packing));
    if (size > 0)
        cprof_json_put_int(json, "bytes", (int64_t)size);
    if (info->producer)
        cprof_json_put_string(json, "language", cprof_slice_of(info->producer));
    put_types(info, json);
    put_counts(info, json);
    put_binaries(info, json);
    put_tags(info, json);
    put_remarks(info, json);
    cprof_json_end(json);
}

void cprof_json_info_end(cprof_json *json) {
    cprof_json_end(json);
    cprof_json_end(json);
}
