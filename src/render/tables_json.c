#include "render/tables.h"

#include <inttypes.h>
#include <stdio.h>

static void put_amount(cprof_json *json, const char *key, const char *percent_key,
                       const cprof_amount *amount) {
    cprof_json_put_int(json, key, amount->value);
    cprof_json_put_number(json, percent_key, amount->percent);
}

/* Keys that tell a node; what is not known is left out. */
static void put_node(cprof_json *json, const cprof_entry *entry) {
    char address[24];
    cprof_json_put_string(json, "name", entry->name);
    if (entry->function.len)
        cprof_json_put_string(json, "function", entry->function);
    if (entry->file.len)
        cprof_json_put_string(json, "file", entry->file);
    if (entry->line)
        cprof_json_put_int(json, "line", entry->line);
    if (entry->column)
        cprof_json_put_int(json, "column", entry->column);
    if (entry->address) {
        snprintf(address, sizeof address, "0x%" PRIx64, entry->address);
        cprof_json_put_string(json, "address", cprof_slice_of(address));
    }
    if (entry->objfile.len)
        cprof_json_put_string(json, "binary", entry->objfile);
}

static void put_inlined(cprof_json *json, cprof_inlining inlining) {
    static const char *const words[] = {
        [CPROF_INLINED_NEVER] = NULL, [CPROF_INLINED_PARTLY] = "partly", [CPROF_INLINED_ALWAYS] = "always"};
    if (words[inlining])
        cprof_json_put_string(json, "inlined", cprof_slice_of(words[inlining]));
}

void cprof_json_report_begin(cprof_json *json, const char *name, const cprof_report *report,
                             cprof_sink *sink) {
    const cprof_profile *p = report->view->profile;
    cprof_json_init(json, sink, CPROF_JSON_DATA);
    cprof_json_object(json);
    cprof_json_put_string(json, "schema", CPROF_SLICE("cprof-report"));
    cprof_json_put_int(json, "version", CPROF_JSON_VERSION);
    cprof_json_put_string(json, "report", cprof_slice_of(name));
    cprof_json_put_string(json, "sample_type", report->sample_type);
    cprof_json_put_string(json, "unit", report->sample_unit);
    cprof_json_put_int(json, "total", report->total);
    if (report->options.ratio > 0 && report->options.ratio != 1)
        cprof_json_put_number(json, "ratio", report->options.ratio);
    cprof_json_key(json, "profile");
    cprof_json_object(json);
    if (p->mapping_count) {
        cprof_json_put_string(json, "binary", cprof_profile_string(p, p->mappings[0].file));
        cprof_json_put_string(json, "build_id", cprof_profile_string(p, p->mappings[0].build_id));
    }
    cprof_json_put_int(json, "time_nanos", p->time_nanos);
    cprof_json_put_int(json, "duration_nanos", p->duration_nanos);
    cprof_json_put_int(json, "period", p->period);
    cprof_json_put_array(json, "sample_types");
    for (uint32_t i = 0; i < p->type_count; i++) {
        cprof_json_row(json);
        cprof_json_put_string(json, "type", cprof_profile_string(p, p->types[i].type));
        cprof_json_put_string(json, "unit", cprof_profile_string(p, p->types[i].unit));
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_end(json);
    cprof_json_put_array(json, "filters");
    for (uint32_t i = 0; i < report->options.active_filter_count; i++)
        cprof_json_string(json, report->options.active_filters[i]);
    cprof_json_end(json);
}

void cprof_json_top(const cprof_top *top, cprof_json *json) {
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < top->count; i++) {
        const cprof_entry *entry = &top->entries[i];
        cprof_json_row(json);
        put_node(json, entry);
        put_amount(json, "flat", "flat_percent", &entry->flat);
        put_amount(json, "sum", "sum_percent", &entry->sum);
        put_amount(json, "cum", "cum_percent", &entry->cum);
        put_inlined(json, entry->inlining);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_calls(cprof_json *json, const char *key, const cprof_call *calls, uint32_t count) {
    cprof_json_put_array(json, key);
    for (uint32_t i = 0; i < count; i++) {
        cprof_json_row(json);
        cprof_json_put_string(json, "name", calls[i].name);
        put_amount(json, "value", "percent", &calls[i].cost);
        cprof_json_put_bool(json, "inlined", calls[i].inlined);
        cprof_json_put_bool(json, "residual", calls[i].residual);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

void cprof_json_tree(const cprof_tree *tree, cprof_json *json) {
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < tree->count; i++) {
        const cprof_tree_item *item = &tree->items[i];
        cprof_json_object(json);
        put_node(json, &item->node);
        put_amount(json, "flat", "flat_percent", &item->node.flat);
        put_amount(json, "cum", "cum_percent", &item->node.cum);
        put_calls(json, "callers", item->callers, item->caller_count);
        put_calls(json, "callees", item->callees, item->callee_count);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

void cprof_json_tags(const cprof_tags *tags, cprof_json *json) {
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < tags->key_count; i++) {
        const cprof_tags_key *key = &tags->keys[i];
        cprof_json_object(json);
        cprof_json_put_string(json, "key", key->name);
        put_amount(json, "value", "percent", &key->amount);
        cprof_json_put_array(json, "values");
        for (uint32_t v = 0; v < key->value_count; v++) {
            cprof_json_row(json);
            cprof_json_put_string(json, "name", key->values[v].name);
            put_amount(json, "value", "percent", &key->values[v].amount);
            cprof_json_end(json);
        }
        cprof_json_end(json);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

void cprof_json_graph(const cprof_picture *picture, cprof_json *json) {
    cprof_json_put_array(json, "nodes");
    for (uint32_t i = 0; i < picture->box_count; i++) {
        const cprof_entry *entry = &picture->boxes[i].node;
        cprof_json_row(json);
        put_node(json, entry);
        put_amount(json, "flat", "flat_percent", &entry->flat);
        put_amount(json, "cum", "cum_percent", &entry->cum);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_put_array(json, "edges");
    for (uint32_t i = 0; i < picture->arrow_count; i++) {
        const cprof_arrow *arrow = &picture->arrows[i];
        if (arrow->to == CPROF_NONE)
            continue;
        cprof_json_row(json);
        cprof_json_put_int(json, "from", arrow->from);
        cprof_json_put_int(json, "to", arrow->to);
        cprof_json_put_int(json, "value", arrow->value);
        cprof_json_put_bool(json, "inlined", arrow->inlined);
        cprof_json_put_bool(json, "residual", arrow->residual);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

void cprof_json_comments(const cprof_view *view, cprof_json *json) {
    const cprof_profile *p = view->profile;
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < p->comment_count; i++)
        cprof_json_string(json, cprof_profile_string(p, p->comments[i]));
    cprof_json_end(json);
}
