/* focus, ignore, hide, show and show_from: by the names of functions, files and mappings. */
#include "transform/edit.h"
#include "transform/filter.h"

typedef struct names_pass {
    cprof_view *view;
    cprof_arena scratch;
    cprof_matcher focus, ignore, hide, show;
    uint64_t *focused, *ignored; /* a bit a location */
    uint64_t *hidden;            /* those of the view, and the new ones */
    cprof_line_edit lines;
    bool hides;     /* a location was newly hidden */
    uint8_t *stack; /* what is known of it: a verdict, or 0 */
} names_pass;

enum { VERDICT_DROP = 1, VERDICT_KEEP = 2 };

static bool names_prepare(names_pass *pass, cprof_name_filters *filters) {
    const cprof_profile *p = pass->view->profile;
    cprof_arena *scratch = &pass->scratch;
    if (!cprof_matcher_init(&pass->focus, p, filters->focus, scratch) ||
        !cprof_matcher_init(&pass->ignore, p, filters->ignore, scratch) ||
        !cprof_matcher_init(&pass->hide, p, filters->hide, scratch) ||
        !cprof_matcher_init(&pass->show, p, filters->show, scratch))
        return false;
    pass->focused = cprof_bits_copy(scratch, NULL, p->locations.count);
    pass->ignored = cprof_bits_copy(scratch, NULL, p->locations.count);
    pass->stack = cprof_arena_calloc(scratch, (size_t)p->stacks.count + 1, 1);
    if (!pass->focused || !pass->ignored || !pass->stack)
        return false;
    if (!filters->hide && !filters->show)
        return true;
    pass->hidden = cprof_bits_copy(&pass->view->arena, pass->view->hidden, p->locations.count);
    return pass->hidden && cprof_line_edit_init(&pass->lines, pass->view);
}

/* Line by line what hide leaves and, of that, what show asks for. */
static void names_edit_lines(names_pass *pass, uint32_t location, bool hide, cprof_name_filters *filters) {
    cprof_view *view = pass->view;
    uint32_t lines = cprof_edit_line_count(view, location);
    bool none = hide && cprof_matcher_mapping(&pass->hide, location);
    bool show_all = !filters->show || cprof_matcher_mapping(&pass->show, location);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < lines && !none; i++) {
        uint32_t function = cprof_edit_line_function(view, location, i);
        if (hide && cprof_matcher_function(&pass->hide, function))
            continue;
        if (!show_all && !cprof_matcher_function(&pass->show, function))
            continue;
        cprof_line_edit_keep(&pass->lines, view, location, i, i + 1);
        kept++;
    }
    pass->lines.changed |= kept < lines;
    if (filters->show && kept > 0)
        filters->show_matched = true;
    /* Having no lines is no reason by itself: only hide's match or show's want of one takes a frame out. */
    if (kept == 0 && (hide || filters->show)) {
        cprof_bit_set(pass->hidden, location);
        pass->hides = true;
    }
}

static bool names_pass_locations(names_pass *pass, cprof_name_filters *filters, cprof_error *err) {
    uint32_t count = pass->view->profile->locations.count;
    for (uint32_t l = 0; l < count; l++) {
        if (l % 4096 == 0 && cprof_stopped(pass->view->env, err))
            return false;
        if (cprof_matcher_location(&pass->ignore, pass->view, l)) {
            filters->ignore_matched = true;
            cprof_bit_set(pass->ignored, l);
        } else if (!filters->focus || cprof_matcher_location(&pass->focus, pass->view, l)) {
            filters->focus_matched = true;
            cprof_bit_set(pass->focused, l);
        }
        if (!pass->hidden)
            continue;
        bool hide = cprof_matcher_location(&pass->hide, pass->view, l);
        if (hide)
            filters->hide_matched = true;
        names_edit_lines(pass, l, hide, filters);
    }
    return true;
}

static uint8_t names_judge(const names_pass *pass, uint32_t stack) {
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(pass->view, stack, &count);
    bool focused = false, shown = false;
    for (uint32_t i = 0; i < count; i++) {
        if (cprof_view_hides(pass->view, frames[i]))
            continue;
        if (cprof_bit(pass->ignored, frames[i]))
            return VERDICT_DROP;
        focused |= cprof_bit(pass->focused, frames[i]);
        shown |= !cprof_bit(pass->hidden, frames[i]);
    }
    return focused && (shown || !pass->hides) ? VERDICT_KEEP : VERDICT_DROP;
}

static bool names_keep(void *context, uint32_t sample) {
    names_pass *pass = context;
    uint32_t stack = pass->view->profile->samples.stack[sample];
    if (!pass->stack[stack])
        pass->stack[stack] = names_judge(pass, stack);
    return pass->stack[stack] == VERDICT_KEEP;
}

static bool names_failed(const cprof_name_filters *f, cprof_error *err) {
    cprof_regex *const all[] = {f->focus, f->ignore, f->hide, f->show};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] && cprof_regex_failed(all[i], err))
            return true;
    return false;
}

bool cprof_filter_names(cprof_view *view, cprof_name_filters *filters, cprof_error *err) {
    filters->focus_matched = filters->ignore_matched = filters->hide_matched = filters->show_matched = false;
    if (!filters->focus && !filters->ignore && !filters->hide && !filters->show) {
        filters->focus_matched = true;
        return true;
    }
    names_pass pass = {.view = view};
    cprof_arena_init(&pass.scratch, cprof_env_budget(view->env));
    bool ok = names_prepare(&pass, filters) || cprof_error_memory(view->env, err);
    ok = ok && names_pass_locations(&pass, filters, err) && !names_failed(filters, err) &&
         cprof_edit_samples(view, names_keep, &pass, err);
    if (ok && pass.hidden) {
        cprof_line_edit_apply(&pass.lines, view);
        if (pass.hides)
            view->hidden = pass.hidden;
    }
    cprof_arena_deinit(&pass.scratch);
    return ok;
}

typedef struct show_from_pass {
    cprof_view *view;
    cprof_matcher matcher;
    uint64_t *found; /* a bit a location */
    uint32_t *from, *to;
    uint8_t *stack;
    cprof_line_edit lines;
} show_from_pass;

/* The outermost line that matches becomes the outermost line. */
static bool show_from_location(show_from_pass *pass, uint32_t location) {
    uint32_t lines = cprof_edit_line_count(pass->view, location);
    uint32_t keep = lines;
    bool found = cprof_matcher_mapping(&pass->matcher, location);
    while (!found && keep > 0) {
        found =
            cprof_matcher_function(&pass->matcher, cprof_edit_line_function(pass->view, location, keep - 1));
        keep -= !found;
    }
    if (!found)
        keep = lines;
    pass->lines.changed |= keep < lines;
    cprof_line_edit_keep(&pass->lines, pass->view, location, 0, keep);
    return found;
}

static uint8_t show_from_judge(show_from_pass *pass, uint32_t stack) {
    const uint32_t *frames = pass->view->profile->stacks.frames;
    for (uint32_t i = pass->to[stack]; i > pass->from[stack]; i--) {
        if (cprof_bit(pass->found, frames[i - 1]) && !cprof_view_hides(pass->view, frames[i - 1])) {
            pass->to[stack] = i;
            return VERDICT_KEEP;
        }
    }
    return VERDICT_DROP;
}

static bool show_from_keep(void *context, uint32_t sample) {
    show_from_pass *pass = context;
    uint32_t stack = pass->view->profile->samples.stack[sample];
    if (!pass->stack[stack])
        pass->stack[stack] = show_from_judge(pass, stack);
    return pass->stack[stack] == VERDICT_KEEP;
}

static bool show_from_prepare(show_from_pass *pass, cprof_regex *regex, cprof_arena *scratch) {
    const cprof_profile *p = pass->view->profile;
    pass->found = cprof_bits_copy(scratch, NULL, p->locations.count);
    pass->stack = cprof_arena_calloc(scratch, (size_t)p->stacks.count + 1, 1);
    return pass->found && pass->stack && cprof_matcher_init(&pass->matcher, p, regex, scratch) &&
           cprof_line_edit_init(&pass->lines, pass->view) &&
           cprof_edit_bounds(pass->view, &pass->from, &pass->to);
}

bool cprof_filter_show_from(cprof_view *view, cprof_regex *regex, bool *matched, cprof_error *err) {
    *matched = false;
    if (!regex)
        return true;
    show_from_pass pass = {.view = view};
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(view->env));
    bool ok = show_from_prepare(&pass, regex, &scratch) || cprof_error_memory(view->env, err);
    uint32_t count = view->profile->locations.count;
    for (uint32_t l = 0; ok && l < count; l++) {
        if (l % 4096 == 0 && cprof_stopped(view->env, err))
            ok = false;
        else if (show_from_location(&pass, l)) {
            cprof_bit_set(pass.found, l);
            *matched = true;
        }
    }
    ok = ok && !cprof_regex_failed(regex, err) && cprof_edit_samples(view, show_from_keep, &pass, err);
    if (ok) {
        view->stack_from = pass.from;
        view->stack_to = pass.to;
        cprof_line_edit_apply(&pass.lines, view);
    }
    cprof_arena_deinit(&scratch);
    return ok;
}
