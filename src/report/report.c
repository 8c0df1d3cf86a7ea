#include "report/report.h"

#include "transform/scale.h"

#include <stdio.h>
#include <time.h>

/* Sums of absolute values, and of divisors. */
typedef struct total_sums {
    int64_t value, divisor;
} total_sums;

static void add_to(total_sums *sums, int64_t value, int64_t divisor, bool *clipped) {
    int64_t magnitude = value >= 0 ? value : value == INT64_MIN ? INT64_MAX : -value;
    sums->value = cprof_sum(sums->value, magnitude, clipped);
    sums->divisor = cprof_sum(sums->divisor, divisor, clipped);
}

/* A bit a label set: it says pprof::base=true.  NULL where none does, or without memory (*ok). */
static uint64_t *diff_base_sets(const cprof_view *view, cprof_arena *scratch, bool *ok) {
    const cprof_profile *p = view->profile;
    const cprof_label_sets *sets = &p->label_sets;
    cprof_str key, text;
    *ok = true;
    if (!cprof_strtab_find(&p->strings, CPROF_SLICE("pprof::base"), &key) ||
        !cprof_strtab_find(&p->strings, CPROF_SLICE("true"), &text))
        return NULL;
    uint64_t *bits = cprof_arena_calloc(scratch, (size_t)sets->count / 64 + 1, sizeof *bits);
    *ok = bits != NULL;
    for (uint32_t s = 0; bits && s < sets->count; s++) {
        for (uint32_t l = sets->first[s]; l < sets->first[s + 1]; l++) {
            const cprof_label *label = &sets->labels[l];
            if (!label->is_number && label->key == key && label->text == text &&
                cprof_view_shows_label(view, label))
                bits[s >> 6] |= UINT64_C(1) << (s & 63);
        }
    }
    return bits;
}

bool cprof_report_total(const cprof_view *view, int64_t *total, cprof_error *err) {
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(view->env));
    bool ok, clipped = false;
    const uint64_t *base_sets = diff_base_sets(view, &scratch, &ok);
    total_sums all = {0}, base = {0};
    uint32_t count = ok ? cprof_view_sample_count(view) : 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(view, i);
        int64_t value = cprof_view_value(view, sample), divisor = cprof_view_divisor(view, sample);
        add_to(&all, value, divisor, &clipped);
        if (cprof_bit(base_sets, cprof_sample_label_set(view->profile, sample)))
            add_to(&base, value, divisor, &clipped);
    }
    cprof_arena_deinit(&scratch);
    if (!ok)
        return cprof_error_memory(view->env, err);
    if (clipped)
        cprof_note(view->env, CPROF_CLIPPED_NOTE);
    if (base.value > 0)
        all = base;
    *total = all.divisor ? all.value / all.divisor : all.value;
    return true;
}

bool cprof_report_init(cprof_report *report, const cprof_view *view, const cprof_report_options *options,
                       int64_t total, cprof_error *err) {
    const cprof_profile *p = view->profile;
    *report = (cprof_report){.view = view, .options = *options, .total = total, .unit = options->unit};
    cprof_arena_init(&report->arena, cprof_env_budget(view->env));
    if (view->value_type >= p->type_count)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the profile has no sample types");
    report->label_units = options->label_units ? options->label_units : &report->own_units;
    if (!options->label_units && !cprof_label_units_init(&report->own_units, p, err))
        return false;
    cprof_value_type type = p->types[view->value_type];
    report->sample_unit = cprof_profile_string(p, type.unit);
    report->sample_type = cprof_profile_string(p, type.type);
    if (!view->mean)
        return true;
    const cprof_slice parts[] = {CPROF_SLICE("mean_"), report->sample_type};
    report->sample_type = cprof_report_join(report, parts, 2);
    return report->sample_type.ptr || cprof_error_memory(view->env, err);
}

void cprof_report_deinit(cprof_report *report) {
    if (report->label_units == &report->own_units)
        cprof_label_units_deinit(&report->own_units, report->view->profile);
    cprof_arena_deinit(&report->arena);
}

cprof_slice cprof_report_join(cprof_report *report, const cprof_slice *parts, size_t count) {
    size_t length = 0, used = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].len;
    char *text = cprof_arena_alloc(&report->arena, length + 1);
    for (size_t i = 0; text && i < count; i++) {
        if (parts[i].len > 0)
            memcpy(text + used, parts[i].ptr, parts[i].len);
        used += parts[i].len;
    }
    return (cprof_slice){text, text ? length : 0};
}

cprof_slice cprof_report_value(const cprof_report *report, int64_t value, char buffer[CPROF_LABEL_MAX]) {
    double ratio = report->options.ratio;
    bool clipped;
    if (ratio > 0 && ratio != 1)
        value = cprof_clip((double)value * ratio, &clipped);
    return cprof_measure_label(value, report->sample_unit, report->unit, buffer);
}

static bool add_line(cprof_report *report, cprof_lines *lines, const char *title, cprof_slice text) {
    const cprof_slice parts[] = {cprof_slice_of(title), text};
    cprof_slice line = cprof_report_join(report, parts, 2);
    return line.ptr && cprof_vec_push(report->view->env, &lines->at, line);
}

static bool add_comments(cprof_report *report, cprof_lines *lines) {
    const cprof_profile *p = report->view->profile;
    for (uint32_t i = 0; i < p->comment_count; i++) {
        cprof_slice comment = cprof_profile_string(p, p->comments[i]);
        if (!cprof_slice_starts_with(comment, "#") && !add_line(report, lines, "", comment))
            return false;
    }
    return true;
}

/* "2006-01-02 15:04:05 MST" of the local zone. */
static bool add_time(cprof_report *report, cprof_lines *lines, int64_t nanos) {
    time_t seconds = (time_t)(nanos / 1000000000 - (nanos % 1000000000 < 0));
    struct tm local;
    char text[80];
    tzset();
    if (!localtime_r(&seconds, &local))
        return true;
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z", &local);
    return add_line(report, lines, "Time: ", (cprof_slice){text, length});
}

static bool add_duration(cprof_report *report, cprof_lines *lines, int64_t nanos) {
    static const cprof_slice ns = {"nanoseconds", 11};
    char duration[CPROF_LABEL_MAX], total[CPROF_LABEL_MAX], share[CPROF_LABEL_MAX];
    cprof_slice unit;
    bool clipped;
    double total_nanos = cprof_measure_scale(report->total, report->sample_unit, ns, &unit);
    bool is_time = cprof_slice_is(unit, "ns") && total_nanos != 0;
    const cprof_slice none = CPROF_SLICE("");
    const cprof_slice parts[] = {
        CPROF_SLICE("Duration: "),
        cprof_measure_label(nanos, ns, CPROF_SLICE("auto"), duration),
        CPROF_SLICE(", Total samples = "),
        cprof_report_value(report, report->total, total),
        CPROF_SLICE(" "),
        is_time ? CPROF_SLICE("(") : none,
        is_time ? cprof_measure_percentage(cprof_clip(total_nanos, &clipped), nanos, share) : none,
        is_time ? CPROF_SLICE(")") : none,
    };
    cprof_slice line = cprof_report_join(report, parts, sizeof parts / sizeof *parts);
    return line.ptr && cprof_vec_push(report->view->env, &lines->at, line);
}

static bool add_mapping(cprof_report *report, cprof_lines *lines) {
    const cprof_profile *p = report->view->profile;
    if (p->mapping_count == 0)
        return true;
    cprof_slice file = cprof_profile_string(p, p->mappings[0].file);
    cprof_slice build_id = cprof_profile_string(p, p->mappings[0].build_id);
    return (file.len == 0 || add_line(report, lines, "File: ", cprof_path_base(file))) &&
           (build_id.len == 0 || add_line(report, lines, "Build ID: ", build_id));
}

bool cprof_report_profile_lines(cprof_report *report, cprof_lines *lines, cprof_error *err) {
    const cprof_profile *p = report->view->profile;
    bool ok = add_mapping(report, lines) && add_comments(report, lines) &&
              (report->sample_type.len == 0 || add_line(report, lines, "Type: ", report->sample_type)) &&
              (p->doc_url == 0 || add_line(report, lines, "Doc: ", cprof_profile_string(p, p->doc_url))) &&
              (p->time_nanos == 0 || add_time(report, lines, p->time_nanos)) &&
              (p->duration_nanos == 0 || add_duration(report, lines, p->duration_nanos));
    return ok || cprof_error_memory(report->view->env, err);
}
