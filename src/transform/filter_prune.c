/* drop_frames and keep_frames of the profile itself, and prune_from: stacks cut at their leaf ends. */
#include "transform/edit.h"
#include "transform/filter.h"

/* The function's name without the argument list of an unsimplified one, and without the dot that some ABIs
 * put in front.  "(" inside the names below is part of the name. */
static cprof_slice simple_name(cprof_slice name) {
    static const char *const kept[] = {"(anonymous namespace)", "operator()"};
    if (cprof_slice_starts_with(name, "."))
        name = cprof_slice_sub(name, 1, name.len);
    size_t i = 0;
    while (i < name.len) {
        cprof_slice rest = cprof_slice_sub(name, i, name.len);
        size_t skip = 0;
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            if (cprof_slice_starts_with(rest, kept[k]))
                skip = strlen(kept[k]);
        if (skip == 0 && rest.ptr[0] == '(')
            return cprof_slice_sub(name, 0, i);
        i += skip ? skip : 1;
    }
    return name;
}

typedef struct prune_pass {
    cprof_view *view;
    cprof_arena scratch;
    cprof_regex *drop, *keep; /* keep may be NULL */
    uint8_t *names;           /* by string id: 0 not asked yet, else 1 + whether to cut here */
    uint64_t *whole;          /* a bit a location: its outermost line is to go, so all of it */
    uint64_t *beneath;        /* a bit a location: the frames beneath it are to go */
    cprof_line_edit lines;
    uint32_t *from, *to;
} prune_pass;

static bool prune_prepare(prune_pass *pass, cprof_view *view) {
    const cprof_profile *p = view->profile;
    pass->view = view;
    cprof_arena_init(&pass->scratch, cprof_env_budget(view->env));
    pass->names = cprof_arena_calloc(&pass->scratch, cprof_strtab_count(&p->strings), 1);
    pass->whole = cprof_bits_copy(&pass->scratch, NULL, p->locations.count);
    pass->beneath = cprof_bits_copy(&pass->scratch, NULL, p->locations.count);
    return pass->names && pass->whole && pass->beneath && cprof_line_edit_init(&pass->lines, view) &&
           cprof_edit_bounds(view, &pass->from, &pass->to);
}

static bool prune_matches_line(prune_pass *pass, uint32_t location, uint32_t i) {
    const cprof_profile *p = pass->view->profile;
    cprof_str name = p->functions.name[cprof_edit_line_function(pass->view, location, i)];
    if (name == 0)
        return false;
    if (pass->names[name] == 0) {
        cprof_slice simple = simple_name(cprof_profile_string(p, name));
        bool cut =
            cprof_regex_match(pass->drop, simple) && !(pass->keep && cprof_regex_match(pass->keep, simple));
        pass->names[name] = cut ? 2 : 1;
    }
    return pass->names[name] == 2;
}

static void prune_apply(prune_pass *pass) {
    pass->view->stack_from = pass->from;
    pass->view->stack_to = pass->to;
    cprof_line_edit_apply(&pass->lines, pass->view);
}

/* The outermost line that is to go takes those inside it along. */
static bool drop_location(prune_pass *pass, uint32_t location) {
    uint32_t lines = cprof_edit_line_count(pass->view, location), keep = lines;
    while (keep > 0 && !prune_matches_line(pass, location, keep - 1))
        keep--;
    bool found = keep > 0;
    if (found)
        cprof_bit_set(keep == lines ? pass->whole : pass->beneath, location);
    else
        keep = 0;
    /* A location that goes as a whole keeps its lines: it stays in stacks that have no frame above it. */
    uint32_t from = keep == lines ? 0 : keep;
    cprof_line_edit_keep(&pass->lines, pass->view, location, from, lines);
    pass->lines.changed |= from > 0;
    return found;
}

/* From the root down: cut at the first frame that is to go, once a frame that stays was seen, lest nothing
 * be left. */
static void drop_beneath(prune_pass *pass, uint32_t stack) {
    const uint32_t *frames = pass->view->profile->stacks.frames;
    bool user = false;
    for (uint32_t i = pass->to[stack]; i > pass->from[stack]; i--) {
        uint32_t location = frames[i - 1];
        if (cprof_view_hides(pass->view, location))
            continue;
        bool whole = cprof_bit(pass->whole, location);
        if (!whole && !cprof_bit(pass->beneath, location)) {
            user = true;
        } else if (user) {
            pass->from[stack] = whole ? i : i - 1;
            return;
        }
    }
}

static bool prune_drop(prune_pass *pass, cprof_error *err) {
    const cprof_profile *p = pass->view->profile;
    bool found = false;
    for (uint32_t l = 0; l < p->locations.count; l++) {
        if (l % 4096 == 0 && cprof_stopped(pass->view->env, err))
            return false;
        found |= drop_location(pass, l);
    }
    cprof_error given_up = CPROF_ERROR_INIT;
    if (cprof_regex_failed(pass->drop, &given_up) ||
        (pass->keep && cprof_regex_failed(pass->keep, &given_up))) {
        cprof_note(pass->view->env, "%s: no frames are dropped", given_up.message);
        return true;
    }
    if (!found)
        return true;
    for (uint32_t s = 0; s < p->stacks.count; s++) {
        if (s % 65536 == 0 && cprof_stopped(pass->view->env, err))
            return false;
        drop_beneath(pass, s);
    }
    prune_apply(pass);
    return true;
}

/* "^(" expression ")$"; *regex is NULL for an empty expression. */
static bool whole_name_regex(const cprof_profile *p, cprof_str expression, const char *what,
                             cprof_arena *scratch, cprof_regex **regex, cprof_error *err) {
    cprof_slice bytes = cprof_profile_string(p, expression);
    *regex = NULL;
    if (bytes.len == 0)
        return true;
    char *text = cprof_arena_alloc(scratch, bytes.len + 4);
    if (!text)
        return cprof_error_memory(p->env, err);
    memcpy(text, "^(", 2);
    memcpy(text + 2, bytes.ptr, bytes.len);
    memcpy(text + 2 + bytes.len, ")$", 2);
    *regex = cprof_regex_new((cprof_slice){text, bytes.len + 4}, what, p->env, err);
    return *regex != NULL;
}

bool cprof_filter_uninteresting(cprof_view *view, cprof_error *err) {
    const cprof_profile *p = view->profile;
    if (p->drop_frames == 0)
        return true;
    prune_pass pass = {0};
    cprof_error failure = CPROF_ERROR_INIT;
    bool ok = prune_prepare(&pass, view) || cprof_error_memory(view->env, err);
    if (ok && whole_name_regex(p, p->drop_frames, "drop_frames", &pass.scratch, &pass.drop, &failure) &&
        whole_name_regex(p, p->keep_frames, "keep_frames", &pass.scratch, &pass.keep, &failure)) {
        ok = prune_drop(&pass, err);
    } else if (ok && failure.code == CPROF_ERR_REGEX) {
        /* The profile's word, not the person's: the report goes on with all frames. */
        cprof_note(view->env, "the profile's own %s: no frames are dropped", failure.message);
    } else if (ok) {
        if (err)
            *err = failure;
        ok = false;
    }
    cprof_regex_free(pass.drop);
    cprof_regex_free(pass.keep);
    cprof_arena_deinit(&pass.scratch);
    return ok;
}

/* The innermost line that matches becomes the innermost line. */
static bool prune_from_location(prune_pass *pass, uint32_t location) {
    uint32_t lines = cprof_edit_line_count(pass->view, location), from = 0;
    while (from < lines && !prune_matches_line(pass, location, from))
        from++;
    bool found = from < lines;
    if (found)
        cprof_bit_set(pass->beneath, location);
    else
        from = 0;
    cprof_line_edit_keep(&pass->lines, pass->view, location, from, lines);
    pass->lines.changed |= from > 0;
    return found;
}

static void prune_from_stack(prune_pass *pass, uint32_t stack) {
    const uint32_t *frames = pass->view->profile->stacks.frames;
    for (uint32_t i = pass->from[stack]; i < pass->to[stack]; i++) {
        if (cprof_bit(pass->beneath, frames[i]) && !cprof_view_hides(pass->view, frames[i])) {
            pass->from[stack] = i;
            return;
        }
    }
}

bool cprof_filter_prune_from(cprof_view *view, cprof_regex *regex, cprof_error *err) {
    if (!regex)
        return true;
    prune_pass pass = {.drop = regex};
    bool ok = prune_prepare(&pass, view) || cprof_error_memory(view->env, err);
    uint32_t locations = view->profile->locations.count, stacks = view->profile->stacks.count;
    bool found = false;
    for (uint32_t l = 0; ok && l < locations; l++) {
        if (l % 4096 == 0 && cprof_stopped(view->env, err))
            ok = false;
        else
            found |= prune_from_location(&pass, l);
    }
    ok = ok && !cprof_regex_failed(regex, err);
    for (uint32_t s = 0; ok && found && s < stacks; s++)
        prune_from_stack(&pass, s);
    if (ok && found)
        prune_apply(&pass);
    cprof_arena_deinit(&pass.scratch);
    return ok;
}
