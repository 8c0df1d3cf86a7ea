#include "app/reports.h"

#include "render/goroutines.h"
#include "render/tables.h"

typedef void goroutines_render(const cprof_job *job, const cprof_goroutines *goroutines, cprof_sink *sink);

bool cprof_job_goroutines(const cprof_job *job, cprof_goroutines *goroutines, cprof_error *err) {
    const cprof_settings *s = &job->settings;
    const cprof_view *view = job->report->view;
    *goroutines = (cprof_goroutines){.env = view->env};
    cprof_slice type = cprof_profile_string(view->profile, view->profile->types[view->value_type].type);
    if (!cprof_slice_starts_with(type, "goroutine"))
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the profile counts %.*s, not goroutines",
                               CPROF_SLICE_ARG(type));
    cprof_goroutines_options options = {.limit = s->nodecount > 0 ? s->nodecount : 0};
    if (s->min_wait.len && !cprof_goroutines_minutes(s->min_wait, &options.min_wait, err))
        return cprof_error_prefix(err, "min_wait");
    if (s->state.len && !(options.state = cprof_regex_new(s->state, "state", view->env, err)))
        return false;
    bool ok = cprof_goroutines_init(goroutines, view, &options, err);
    cprof_regex_free(options.state);
    return ok;
}

static bool make_and_render(const cprof_job *job, goroutines_render *render, cprof_sink *sink,
                            cprof_error *err) {
    cprof_goroutines goroutines;
    bool ok = cprof_job_goroutines(job, &goroutines, err);
    if (ok)
        render(job, &goroutines, sink);
    cprof_goroutines_deinit(&goroutines);
    return ok;
}

static void render_text(const cprof_job *job, const cprof_goroutines *goroutines, cprof_sink *sink) {
    cprof_render_goroutines(goroutines, &job->request->style, sink);
}

static void render_json(const cprof_job *job, const cprof_goroutines *goroutines, cprof_sink *sink) {
    cprof_json json;
    cprof_json_report_begin(&json, job->request->command->name, job->report, sink);
    cprof_json_goroutines(goroutines, &json);
    cprof_json_end(&json);
}

bool cprof_run_goroutines(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return make_and_render(job, render_text, sink, err);
}

bool cprof_formatted_goroutines(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    if (!cprof_slice_is(job->settings.format, "json"))
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "goroutines has no %.*s form",
                               CPROF_SLICE_ARG(job->settings.format));
    return make_and_render(job, render_json, sink, err);
}
