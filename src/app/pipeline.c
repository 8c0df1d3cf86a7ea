/* From a request to its report: the only place that knows the order of the steps. */
#include "app/formats.h"
#include "app/session.h"
#include "transform/derive.h"
#include "transform/filter.h"

/* What a request needs on its way, and lets go of at its end. */
struct cprof_run {
    cprof_session *session;
    const cprof_env *env;
    cprof_settings settings;
    cprof_profile *tagged; /* the profile with frames made of tags; NULL: the session's will do */
    cprof_view tagged_base, view;
    cprof_label_units units;
    cprof_regex *symbol;
    cprof_slice active[16]; /* "focus=main", in the arena */
    uint32_t active_count;
    cprof_report report;
    bool has_view, has_units, has_report;
};

static void run_deinit(cprof_run *r) {
    if (r->has_report)
        cprof_report_deinit(&r->report);
    if (r->has_units)
        cprof_label_units_deinit(&r->units, r->view.profile);
    if (r->has_view)
        cprof_view_deinit(&r->view);
    if (r->tagged) {
        cprof_view_deinit(&r->tagged_base);
        cprof_profile_free(r->tagged);
    }
    cprof_regex_free(r->symbol);
}

/* --- frames made of tags --- */

static void note_unmatched(const cprof_run *r, bool asked, bool matched, const char *option) {
    if (asked && !matched)
        cprof_note(r->env, "%s expression matched no samples", option);
}

static bool make_view(cprof_run *r, cprof_error *err) {
    const cprof_view *base = &r->session->base;
    const cprof_settings *s = &r->settings;
    if (s->tagroot.len || s->tagleaf.len) {
        bool root_matched, leaf_matched;
        if (!cprof_tag_frames(base, s->tagroot, s->tagleaf, s->unit, &r->tagged, &root_matched, &leaf_matched,
                              err))
            return false;
        note_unmatched(r, s->tagroot.len, root_matched, "TagRoot");
        note_unmatched(r, s->tagleaf.len, leaf_matched, "TagLeaf");
        cprof_view_init(&r->tagged_base, r->tagged, r->env);
        base = &r->tagged_base;
    }
    cprof_view_init_on(&r->view, base);
    r->has_view = true;
    return cprof_profile_find_type(r->view.profile, s->sample_index, &r->view.value_type, err) &&
           ((r->view.mean = s->mean), true);
}

/* --- filters --- */

enum { FOCUS, IGNORE, HIDE, SHOW, SHOW_FROM, PRUNE_FROM, TAG_SHOW, TAG_HIDE, REGEX_COUNT };

typedef struct filters {
    cprof_regex *regex[REGEX_COUNT];
    cprof_tag_filter *tag_focus, *tag_ignore;
} filters;

static void filters_deinit(filters *f) {
    for (int i = 0; i < REGEX_COUNT; i++)
        cprof_regex_free(f->regex[i]);
    cprof_tag_filter_free(f->tag_focus);
    cprof_tag_filter_free(f->tag_ignore);
}

static bool filters_init(filters *f, cprof_run *r, cprof_error *err) {
    const cprof_settings *s = &r->settings;
    const struct {
        const char *name;
        cprof_slice text;
    } wanted[REGEX_COUNT] = {
        [FOCUS] = {"focus", s->focus},
        [IGNORE] = {"ignore", s->ignore},
        [HIDE] = {"hide", s->hide},
        [SHOW] = {"show", s->show},
        [SHOW_FROM] = {"show_from", s->show_from},
        [PRUNE_FROM] = {"prune_from", s->prune_from},
        [TAG_SHOW] = {"tagshow", s->tagshow},
        [TAG_HIDE] = {"taghide", s->taghide},
    };
    for (int i = 0; i < REGEX_COUNT; i++)
        if (wanted[i].text.len &&
            !(f->regex[i] = cprof_regex_new(wanted[i].text, wanted[i].name, r->env, err)))
            return false;
    if (s->tagfocus.len && !(f->tag_focus = cprof_tag_filter_new("tagfocus", s->tagfocus, &r->units,
                                                                 r->view.profile, r->env, err)))
        return false;
    return !s->tagignore.len || (f->tag_ignore = cprof_tag_filter_new("tagignore", s->tagignore, &r->units,
                                                                      r->view.profile, r->env, err));
}

static bool filters_apply(const filters *f, cprof_run *r, cprof_error *err) {
    cprof_view *view = &r->view;
    cprof_name_filters names = {
        .focus = f->regex[FOCUS], .ignore = f->regex[IGNORE], .hide = f->regex[HIDE], .show = f->regex[SHOW]};
    bool matched = false, matched2 = false;
    if (!cprof_filter_names(view, &names, err))
        return false;
    note_unmatched(r, names.focus, names.focus_matched, "Focus");
    note_unmatched(r, names.ignore, names.ignore_matched, "Ignore");
    note_unmatched(r, names.hide, names.hide_matched, "Hide");
    note_unmatched(r, names.show, names.show_matched, "Show");
    if (f->regex[SHOW_FROM] && !cprof_filter_show_from(view, f->regex[SHOW_FROM], &matched, err))
        return false;
    note_unmatched(r, f->regex[SHOW_FROM], matched, "ShowFrom");
    if ((f->tag_focus || f->tag_ignore) &&
        !cprof_filter_tags(view, f->tag_focus, f->tag_ignore, &matched, &matched2, err))
        return false;
    note_unmatched(r, f->tag_focus, matched, "TagFocus");
    note_unmatched(r, f->tag_ignore, matched2, "TagIgnore");
    if ((f->regex[TAG_SHOW] || f->regex[TAG_HIDE]) &&
        !cprof_filter_tag_names(view, f->regex[TAG_SHOW], f->regex[TAG_HIDE], &matched, &matched2, err))
        return false;
    note_unmatched(r, f->regex[TAG_SHOW], matched, "TagShow");
    note_unmatched(r, f->regex[TAG_HIDE], matched2, "TagHide");
    if (f->regex[PRUNE_FROM] && !cprof_filter_prune_from(view, f->regex[PRUNE_FROM], err))
        return false;
    /* A match that was given up has left something out: that is no report. */
    for (int i = 0; i < REGEX_COUNT; i++)
        if (f->regex[i] && cprof_regex_failed(f->regex[i], err))
            return false;
    return true;
}

static bool apply_filters(cprof_run *r, cprof_error *err) {
    filters f = {0};
    bool ok = filters_init(&f, r, err) && filters_apply(&f, r, err);
    filters_deinit(&f);
    return ok;
}

/* --- the report's options --- */

static bool name_active_filters(cprof_run *r, cprof_error *err) {
    static const char *const names[] = {"focus",    "ignore",    "hide",    "show",    "show_from",
                                        "tagfocus", "tagignore", "tagshow", "taghide", NULL};
    for (const char *const *name = names; *name; name++) {
        char buffer[CPROF_OPTION_TEXT_MAX];
        const cprof_option *option = cprof_option_find(cprof_slice_of(*name));
        cprof_slice value = cprof_option_get(option, &r->settings, buffer);
        if (value.len == 0)
            continue;
        size_t n = strlen(*name);
        char *text = cprof_arena_alloc(&r->view.arena, n + 1 + value.len);
        if (!text)
            return cprof_error_memory(r->env, err);
        memcpy(text, *name, n);
        text[n] = '=';
        memcpy(text + n + 1, value.ptr, value.len);
        r->active[r->active_count++] = (cprof_slice){text, n + 1 + value.len};
    }
    return true;
}

static bool make_options(cprof_run *r, const cprof_request *request, cprof_report_options *options,
                         cprof_error *err) {
    const cprof_settings *s = &r->settings;
    if (s->divide_by == 0)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "divide_by takes a number that is not 0");
    if (request->command->takes_regex &&
        !(r->symbol = cprof_regex_new(request->argument, request->command->name, r->env, err)))
        return false;
    if (!name_active_filters(r, err))
        return false;
    *options = (cprof_report_options){
        .cum_sort = cprof_slice_is(s->sort, "cum"),
        .call_tree = s->call_tree,
        .drop_negative = s->drop_negative,
        .compact_labels = s->compact_labels,
        .intel_syntax = s->intel_syntax,
        .ratio = 1 / s->divide_by,
        .node_count = s->nodecount,
        .node_fraction = s->nodefraction,
        .edge_fraction = s->edgefraction,
        .unit = s->unit,
        .symbol = r->symbol,
        .source_path = s->source_path,
        .trim_path = s->trim_path,
        .active_filters = r->active,
        .active_filter_count = r->active_count,
        .label_units = &r->units,
    };
    return true;
}

static cprof_granularity granularity_of(const cprof_settings *s) {
    cprof_granularity g = {.inlines = !s->noinlines};
    if (cprof_slice_is(s->granularity, "addresses")) {
        g.function = g.filename = g.line = g.address = true;
        g.column = g.inlines || s->showcolumns; /* nothing is put together: columns stay */
    } else if (cprof_slice_is(s->granularity, "lines")) {
        g.function = g.filename = g.line = true;
        g.column = s->showcolumns;
    } else {
        g.filename =
            cprof_slice_is(s->granularity, "files") || cprof_slice_is(s->granularity, "filefunctions");
        g.function = !cprof_slice_is(s->granularity, "files");
    }
    return g;
}

/* --- the steps --- */

static bool prepare(cprof_run *r, const cprof_request *request, cprof_error *err) {
    cprof_report_options options;
    int64_t total;
    if (!make_view(r, err))
        return false;
    if (!cprof_label_units_init(&r->units, r->view.profile, err))
        return false;
    r->has_units = true;
    if (!cprof_label_units_note(&r->units, r->view.profile, r->env, err))
        return false;
    /* Percentages are of what there is at this point. */
    bool relative = r->settings.relative_percentages;
    if (relative && !apply_filters(r, err))
        return false;
    if (!make_options(r, request, &options, err) || !cprof_report_total(&r->view, &total, err))
        return false;
    if (!relative && !apply_filters(r, err))
        return false;
    r->view.granularity = granularity_of(&r->settings);
    if (!cprof_report_init(&r->report, &r->view, &options, total, err))
        return false;
    r->has_report = true;
    return true;
}

cprof_run *cprof_run_new(cprof_session *session, const cprof_request *request, cprof_error *err) {
    cprof_run *r = cprof_mem_resize(cprof_env_budget(session->env), NULL, 0, sizeof *r);
    if (!r) {
        cprof_error_memory(session->env, err);
        return NULL;
    }
    *r = (cprof_run){.session = session,
                     .env = session->env,
                     .settings = cprof_command_settings(request->command, request->settings)};
    if (prepare(r, request, err))
        return r;
    cprof_run_free(r);
    return NULL;
}

void cprof_run_free(cprof_run *r) {
    if (!r)
        return;
    cprof_budget *budget = cprof_env_budget(r->env);
    run_deinit(r);
    cprof_mem_free(budget, r, sizeof *r);
}

cprof_report *cprof_run_report(cprof_run *r) {
    return &r->report;
}

bool cprof_session_run(cprof_session *session, const cprof_request *request, cprof_sink *sink,
                       cprof_error *err) {
    cprof_run r = {.session = session,
                   .env = session->env,
                   .settings = cprof_command_settings(request->command, request->settings)};
    bool ok = prepare(&r, request, err);
    if (ok) {
        cprof_job job = {session, request, r.settings, &r.report};
        cprof_command_run *step = r.settings.format.len ? cprof_run_formatted : request->command->run;
        ok = step(&job, sink, err) && !(r.symbol && cprof_regex_failed(r.symbol, err));
    }
    run_deinit(&r);
    return ok;
}

bool cprof_session_greet(cprof_session *session, const cprof_settings *settings, cprof_sink *sink,
                         bool *is_empty, cprof_error *err) {
    cprof_settings unfiltered = cprof_settings_default();
    unfiltered.sample_index = settings->sample_index;
    unfiltered.mean = settings->mean;
    cprof_run r = {.session = session, .env = session->env, .settings = unfiltered};
    cprof_request request = {.command = &(cprof_command){.name = ""}, .settings = unfiltered};
    cprof_lines lines = {0};
    bool ok = prepare(&r, &request, err) && cprof_report_profile_lines(&r.report, &lines, err);
    for (size_t i = 0; ok && i < lines.at.count; i++) {
        cprof_sink_slice(sink, lines.at.at[i]);
        cprof_sink_putc(sink, '\n');
    }
    *is_empty = ok && r.report.total == 0 && session->profile->type_count > 1;
    cprof_vec_free(session->env, &lines.at);
    run_deinit(&r);
    return ok;
}
