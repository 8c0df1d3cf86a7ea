#include "report/stack_list.h"

bool cprof_stack_list_next(const cprof_stack_list *list, cprof_stack_walk *walk, uint32_t *frame,
                           cprof_frame_mark *mark) {
    bool inlined;
    if (!cprof_stack_walk_next(&list->stacks, walk, frame, &inlined))
        return false;
    const cprof_profile *p = list->stacks.view->profile;
    uint32_t mapping = p->locations.mapping[p->stacks.frames[walk->at]];
    *mark = inlined                 ? CPROF_MARK_INLINED
            : mapping == CPROF_NONE ? CPROF_MARK_NONE
                                    : (cprof_frame_mark)list->mapping_mark[mapping];
    return true;
}

static uint64_t hash_stack(const cprof_stack_list *list, uint32_t stack) {
    cprof_stack_walk walk = cprof_stack_walk_of(list->stacks.view, stack);
    uint64_t hash = 0;
    uint32_t frame;
    cprof_frame_mark mark;
    while (cprof_stack_list_next(list, &walk, &frame, &mark))
        hash = cprof_hash_u64(hash ^ ((uint64_t)frame << 2 | mark)) + 1;
    return hash;
}

static bool same_stack(const cprof_stack_list *list, uint32_t a, uint32_t b) {
    cprof_stack_walk walk_a = cprof_stack_walk_of(list->stacks.view, a);
    cprof_stack_walk walk_b = cprof_stack_walk_of(list->stacks.view, b);
    for (;;) {
        uint32_t frame_a = 0, frame_b = 0;
        cprof_frame_mark mark_a = CPROF_MARK_NONE, mark_b = CPROF_MARK_NONE;
        bool more_a = cprof_stack_list_next(list, &walk_a, &frame_a, &mark_a);
        bool more_b = cprof_stack_list_next(list, &walk_b, &frame_b, &mark_b);
        if (more_a != more_b || frame_a != frame_b || mark_a != mark_b)
            return false;
        if (!more_a)
            return true;
    }
}

static bool add_stack(cprof_stack_list *list, cprof_index *index, uint32_t stack, cprof_error *err) {
    const cprof_env *env = list->stacks.view->env;
    cprof_stack_sum sum = list->stacks.sums[stack];
    uint64_t hash = hash_stack(list, stack);
    uint32_t row;
    cprof_index_probe probe = cprof_index_start(index, hash);
    while (cprof_index_next(index, &probe, &row)) {
        cprof_stack_row *known = &list->rows.at[row];
        if (!same_stack(list, known->stack, stack))
            continue;
        known->sum.value = cprof_sum_held(known->sum.value, sum.value);
        known->sum.base = cprof_sum_held(known->sum.base, sum.base);
        list->row_of[stack] = row;
        return true;
    }
    row = (uint32_t)list->rows.count;
    list->row_of[stack] = row;
    return (cprof_vec_push(env, &list->rows, ((cprof_stack_row){stack, sum})) &&
            cprof_index_insert(index, hash, row)) ||
           cprof_error_memory(env, err);
}

/* What profiles of perf call code that is no program's. */
static bool mark_mappings(cprof_stack_list *list, cprof_error *err) {
    const cprof_profile *p = list->stacks.view->profile;
    list->mapping_mark = cprof_arena_calloc(&list->stacks.arena, (size_t)p->mapping_count + 1, 1);
    if (!list->mapping_mark)
        return cprof_error_memory(list->stacks.view->env, err);
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        cprof_slice file = cprof_profile_string(p, p->mappings[i].file);
        if (cprof_slice_starts_with(file, "[kernel.kallsyms]"))
            list->mapping_mark[i] = CPROF_MARK_KERNEL;
        else if (cprof_slice_is(file, "[jit]"))
            list->mapping_mark[i] = CPROF_MARK_JIT;
    }
    return true;
}

bool cprof_stack_list_init(cprof_stack_list *list, cprof_report *report, cprof_error *err) {
    const cprof_view *view = report->view;
    *list = (cprof_stack_list){.report = report};
    if (!cprof_stacks_init(&list->stacks, view, err) || !mark_mappings(list, err))
        return false;
    size_t stacks = (size_t)view->profile->stacks.count + 1;
    list->row_of = cprof_arena_alloc(&list->stacks.arena, stacks * sizeof *list->row_of);
    if (!list->row_of)
        return cprof_error_memory(view->env, err);
    memset(list->row_of, 0xff, stacks * sizeof *list->row_of);
    cprof_index index;
    cprof_index_init(&index, cprof_env_budget(view->env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < list->stacks.order_count; i++)
        ok = add_stack(list, &index, list->stacks.order[i], err) &&
             ((i & 0xfff) != 0 || !cprof_stopped(view->env, err));
    cprof_index_deinit(&index);
    return ok;
}

void cprof_stack_list_deinit(cprof_stack_list *list) {
    cprof_vec_free(list->report->view->env, &list->rows);
    cprof_stacks_deinit(&list->stacks);
}
