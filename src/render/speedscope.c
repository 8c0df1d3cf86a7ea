#include "render/folded.h"
#include "render/json.h"

/* The units that the format knows, by the names that profiles have for them. */
static const char *unit_of(cprof_slice unit) {
    static const char *const known[][2] = {
        {"nanoseconds", "nanoseconds"},
        {"microseconds", "microseconds"},
        {"milliseconds", "milliseconds"},
        {"seconds", "seconds"},
        {"bytes", "bytes"},
        {"ns", "nanoseconds"},
        {"us", "microseconds"},
        {"ms", "milliseconds"},
        {"s", "seconds"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (cprof_slice_is(unit, known[i][0]))
            return known[i][1];
    }
    return "none";
}

static void write_frames(const cprof_stack_list *list, cprof_json *json) {
    const cprof_profile *p = list->stacks.view->profile;
    cprof_json_key(json, "shared");
    cprof_json_object(json);
    cprof_json_put_array(json, "frames");
    for (size_t i = 0; i < list->stacks.frames.count; i++) {
        const cprof_stack_frame *frame = &list->stacks.frames.at[i];
        cprof_json_row(json);
        cprof_json_put_string(json, "name", frame->name);
        if (frame->file)
            cprof_json_put_string(json, "file", cprof_profile_string(p, frame->file));
        if (frame->line > 0)
            cprof_json_put_int(json, "line", frame->line);
        if (frame->column > 0)
            cprof_json_put_int(json, "col", frame->column);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_end(json);
}

static void write_profile(const cprof_stack_list *list, uint32_t type, const int64_t *sums,
                          cprof_json *json) {
    const cprof_profile *p = list->stacks.view->profile;
    int64_t end = 0;
    for (size_t i = 0; i < list->rows.count; i++)
        end = cprof_sum_held(end, sums[i]);
    cprof_json_object(json);
    cprof_json_put_string(json, "type", CPROF_SLICE("sampled"));
    cprof_json_put_string(json, "name", cprof_profile_string(p, p->types[type].type));
    cprof_json_put_string(json, "unit",
                          cprof_slice_of(unit_of(cprof_profile_string(p, p->types[type].unit))));
    cprof_json_put_int(json, "startValue", 0);
    cprof_json_put_int(json, "endValue", end);
    cprof_json_put_array(json, "samples");
    for (size_t i = 0; i < list->rows.count; i++) {
        if (sums[i] == 0)
            continue;
        cprof_stack_walk walk = cprof_stack_walk_of(list->stacks.view, list->rows.at[i].stack);
        uint32_t frame;
        bool inlined;
        cprof_json_flat(json);
        cprof_json_array(json);
        while (cprof_stack_walk_next(&list->stacks, &walk, &frame, &inlined))
            cprof_json_int(json, frame);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_key(json, "weights");
    cprof_json_flat(json);
    cprof_json_array(json);
    for (size_t i = 0; i < list->rows.count; i++) {
        if (sums[i] != 0)
            cprof_json_int(json, sums[i]);
    }
    cprof_json_end(json);
    cprof_json_end(json);
}

/* sums[row] of one sample type; the type that is shown is as it is shown (means, too). */
static void sum_type(const cprof_stack_list *list, uint32_t type, int64_t *sums) {
    const cprof_view *view = list->stacks.view;
    for (size_t i = 0; i < list->rows.count; i++) {
        cprof_stack_sum sum = list->rows.at[i].sum;
        int64_t before = sum.base == INT64_MIN ? INT64_MAX : -sum.base;
        sums[i] = type == view->value_type ? cprof_sum_held(sum.value, before) : 0;
    }
    uint32_t count = type == view->value_type ? 0 : cprof_view_sample_count(view);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(view, i);
        int64_t *sum = &sums[list->row_of[view->profile->samples.stack[sample]]];
        *sum = cprof_sum_held(*sum, cprof_sample_values(view->profile, sample)[type]);
    }
}

bool cprof_render_speedscope(const cprof_stack_list *list, cprof_sink *sink, cprof_error *err) {
    const cprof_view *view = list->stacks.view;
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(view->env));
    int64_t *sums = cprof_arena_calloc(&scratch, list->rows.count + 1, sizeof *sums);
    if (sums) {
        cprof_json json;
        cprof_json_init(&json, sink, CPROF_JSON_DATA);
        cprof_json_object(&json);
        cprof_json_put_string(&json, "$schema",
                              CPROF_SLICE("https://www.speedscope.app/file-format-schema.json"));
        cprof_json_put_string(&json, "exporter", CPROF_SLICE("cprof"));
        cprof_json_put_int(&json, "activeProfileIndex", view->value_type);
        write_frames(list, &json);
        cprof_json_key(&json, "profiles");
        cprof_json_array(&json);
        for (uint32_t type = 0; type < view->profile->type_count; type++) {
            sum_type(list, type, sums);
            write_profile(list, type, sums, &json);
        }
        cprof_json_end(&json);
        cprof_json_end(&json);
    }
    cprof_arena_deinit(&scratch);
    return sums || cprof_error_memory(view->env, err);
}
