#include "report/goroutine_stacks.h"

bool cprof_goroutine_stacks_init(cprof_goroutine_stacks *stacks, const cprof_env *env, cprof_error *err) {
    *stacks = (cprof_goroutine_stacks){.env = env};
    cprof_index_init(&stacks->frame_index, cprof_env_budget(env));
    cprof_index_init(&stacks->stack_index, cprof_env_budget(env));
    return cprof_strtab_init(&stacks->strings, env) || cprof_error_memory(env, err);
}

void cprof_goroutine_stacks_deinit(cprof_goroutine_stacks *stacks) {
    cprof_strtab_deinit(&stacks->strings);
    cprof_vec_free(stacks->env, &stacks->frames);
    cprof_vec_free(stacks->env, &stacks->stacks);
    cprof_vec_free(stacks->env, &stacks->frame_rows);
    cprof_index_deinit(&stacks->frame_index);
    cprof_index_deinit(&stacks->stack_index);
}

static bool same_frame(const cprof_goroutine_frame *a, const cprof_goroutine_frame *b) {
    return a->function == b->function && a->file == b->file && a->line == b->line && a->inlined == b->inlined;
}

static bool find_frame(cprof_goroutine_stacks *s, cprof_goroutine_frame frame, uint32_t *row) {
    uint64_t hash = cprof_hash_u64(((uint64_t)frame.function << 32 | frame.file) * 31 +
                                   ((uint64_t)frame.line << 1 | frame.inlined));
    cprof_index_probe probe = cprof_index_start(&s->frame_index, hash);
    while (cprof_index_next(&s->frame_index, &probe, row))
        if (same_frame(&s->frames.at[*row], &frame))
            return true;
    *row = (uint32_t)s->frames.count;
    return cprof_vec_push(s->env, &s->frames, frame) && cprof_index_insert(&s->frame_index, hash, *row);
}

/* The frames of one profile's locations, found once each. */
typedef struct location_frames {
    const cprof_view *view;
    uint32_t *first; /* of each location, into rows; CPROF_NONE: not looked at */
    CPROF_VEC(uint32_t) rows;
} location_frames;

static bool find_location(cprof_goroutine_stacks *s, location_frames *lf, uint32_t location) {
    const cprof_profile *p = lf->view->profile;
    if (lf->first[location] != CPROF_NONE)
        return true;
    lf->first[location] = (uint32_t)lf->rows.count;
    uint32_t count = cprof_view_line_count(lf->view, location);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t line = cprof_view_line(lf->view, location, i), row;
        uint32_t function = p->locations.line_function[line];
        cprof_goroutine_frame frame = {.line = p->locations.line_number[line], .inlined = i + 1 < count};
        if (!cprof_strtab_add(&s->strings, cprof_profile_string(p, p->functions.name[function]),
                              &frame.function) ||
            !cprof_strtab_add(&s->strings, cprof_profile_string(p, p->functions.filename[function]),
                              &frame.file) ||
            !find_frame(s, frame, &row) || !cprof_vec_push(s->env, &lf->rows, row))
            return false;
    }
    return true;
}

/* The stack that stands at the end of frame_rows, from `first` on: the row of an equal one, or a new row. */
static bool find_stack(cprof_goroutine_stacks *s, uint32_t first, uint32_t *row) {
    const uint32_t *frames = s->frame_rows.count > first ? s->frame_rows.at + first : NULL;
    uint32_t count = (uint32_t)s->frame_rows.count - first;
    uint64_t hash = cprof_hash_bytes(count ? (const void *)frames : "", count * sizeof *frames);
    cprof_index_probe probe = cprof_index_start(&s->stack_index, hash);
    while (cprof_index_next(&s->stack_index, &probe, row)) {
        const cprof_goroutine_stack *stack = &s->stacks.at[*row];
        if (stack->count == count &&
            (count == 0 || memcmp(s->frame_rows.at + stack->first, frames, count * sizeof *frames) == 0)) {
            s->frame_rows.count = first;
            return true;
        }
    }
    *row = (uint32_t)s->stacks.count;
    cprof_goroutine_stack stack = {first, count};
    return cprof_vec_push(s->env, &s->stacks, stack) && cprof_index_insert(&s->stack_index, hash, *row);
}

static bool add_stack(cprof_goroutine_stacks *s, location_frames *lf, uint32_t stack, uint32_t *row) {
    uint32_t count, first = (uint32_t)s->frame_rows.count;
    const uint32_t *locations = cprof_view_frames(lf->view, stack, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t location = locations[i];
        if (cprof_view_hides(lf->view, location))
            continue;
        if (!find_location(s, lf, location))
            return false;
        uint32_t lines = cprof_view_line_count(lf->view, location);
        if (lines > 0 && !cprof_vec_append(s->env, &s->frame_rows, lf->rows.at + lf->first[location], lines))
            return false;
    }
    return s->frame_rows.count < UINT32_MAX && find_stack(s, first, row);
}

bool cprof_goroutine_stacks_add(cprof_goroutine_stacks *stacks, const cprof_view *view, uint32_t *rows,
                                cprof_error *err) {
    const cprof_profile *p = view->profile;
    cprof_budget *budget = cprof_env_budget(stacks->env);
    size_t size = (p->locations.count + (size_t)1) * sizeof(uint32_t);
    location_frames lf = {.view = view, .first = cprof_mem_resize(budget, NULL, 0, size)};
    bool done = lf.first != NULL;
    if (done)
        memset(lf.first, 0xff, size);
    for (uint32_t i = 0; i < p->stacks.count; i++)
        rows[i] = CPROF_NONE;
    for (uint32_t i = 0, n = cprof_view_sample_count(view); done && i < n; i++) {
        uint32_t stack = p->samples.stack[cprof_view_sample(view, i)];
        if (rows[stack] == CPROF_NONE)
            done = add_stack(stacks, &lf, stack, &rows[stack]);
    }
    cprof_vec_free(stacks->env, &lf.rows);
    cprof_mem_free(budget, lf.first, lf.first ? size : 0);
    return done || cprof_error_memory(stacks->env, err);
}
