/* JSON of the reports that are made of stacks. */
#include "render/tables.h"

void cprof_json_flame(const cprof_flame *flame, cprof_json *json) {
    const cprof_stacks_model *stacks = &flame->stacks;
    bool diff = stacks->kind == CPROF_STACKS_DIFF;
    cprof_json_put_int(json, "stacks", flame->stack_count);
    cprof_json_put_int(json, "folded_stacks", flame->folded_stacks);
    cprof_json_put_array(json, "rows");
    for (size_t i = 0; i < flame->nodes.count; i++) {
        const cprof_flame_node *node = &flame->nodes.at[i];
        const cprof_stack_frame *frame = i == 0 ? NULL : &stacks->frames.at[node->frame];
        cprof_json_row(json);
        cprof_json_put_int(json, "depth", node->depth);
        cprof_json_put_string(json, "name", frame ? frame->name : CPROF_SLICE("root"));
        if (frame)
            cprof_json_put_string(json, "package", stacks->packages.at[frame->package].name);
        cprof_json_put_int(json, "value", node->value);
        cprof_json_put_int(json, "self", node->self);
        if (diff) {
            cprof_json_put_int(json, "base", node->base);
            cprof_json_put_int(json, "self_base", node->self_base);
        }
        if (node->folded)
            cprof_json_put_int(json, "folded", node->folded);
        if (node->inlined)
            cprof_json_put_bool(json, "inlined", true);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_frames(const cprof_traces *traces, const cprof_trace *trace, cprof_json *json) {
    cprof_json_put_array(json, "stack");
    for (uint32_t f = 0; f < trace->frame_count; f++) {
        uint32_t count = cprof_node_count(&traces->nodes, trace->frames[f]);
        for (uint32_t n = 0; n < count; n++)
            cprof_json_string(json, traces->names[cprof_node_at(&traces->nodes, trace->frames[f], n)]);
    }
    cprof_json_end(json);
}

static void put_labels(const cprof_view *view, uint32_t set, cprof_json *json) {
    const cprof_profile *p = view->profile;
    cprof_json_put_array(json, "labels");
    for (uint32_t l = p->label_sets.first[set]; l < p->label_sets.first[set + 1]; l++) {
        const cprof_label *label = &p->label_sets.labels[l];
        if (!cprof_view_shows_label(view, label))
            continue;
        cprof_json_object(json);
        cprof_json_put_string(json, "key", cprof_profile_string(p, label->key));
        if (label->is_number) {
            cprof_json_put_int(json, "number", label->number);
            cprof_json_put_string(json, "unit", cprof_profile_string(p, label->unit));
        } else {
            cprof_json_put_string(json, "text", cprof_profile_string(p, label->text));
        }
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static cprof_trace stackless(const cprof_view *view, uint32_t i) {
    cprof_trace trace = {.sample = cprof_view_sample(view, i)};
    int64_t divisor = cprof_view_divisor(view, trace.sample);
    trace.value = cprof_view_value(view, trace.sample);
    if (divisor != 0 && (divisor != -1 || trace.value != INT64_MIN))
        trace.value /= divisor;
    return trace;
}

void cprof_json_traces(const cprof_traces *traces, cprof_json *json) {
    const cprof_view *view = traces->report->view;
    const cprof_profile *p = view->profile;
    uint32_t count = cprof_traces_count(traces);
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < count; i++) {
        cprof_trace trace;
        if (!cprof_traces_get(traces, i, &trace)) /* nothing of its stack is shown: it still counts */
            trace = stackless(view, i);
        cprof_json_row(json);
        cprof_json_put_int(json, "value", trace.value);
        cprof_json_put_array(json, "values");
        for (uint32_t t = 0; t < p->type_count; t++)
            cprof_json_int(json, cprof_sample_values(p, trace.sample)[t]);
        cprof_json_end(json);
        put_labels(view, cprof_sample_label_set(p, trace.sample), json);
        put_frames(traces, &trace, json);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}
