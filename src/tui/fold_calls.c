/* All calls between functions, kept to fold one function after the other without reading samples again. */
#include "tui/fold.h"

#include "report/tree.h"

struct cprof_fold_calls {
    cprof_run *run;
    cprof_tree tree; /* without items */
};

const cprof_tree *cprof_fold_tree(const cprof_fold *fold) {
    return &fold->calls->tree;
}

void cprof_fold_free_calls(struct cprof_fold_calls *calls, const cprof_env *env) {
    if (!calls)
        return;
    cprof_tree_deinit(&calls->tree);
    cprof_run_free(calls->run);
    cprof_mem_free(cprof_env_budget(env), calls, sizeof *calls);
}

size_t cprof_fold_calls_bytes(const struct cprof_fold_calls *calls) {
    const cprof_report *report = cprof_run_report(calls->run);
    return sizeof *calls + cprof_graph_bytes(calls->tree.graph) + cprof_arena_bytes(&report->arena) +
           cprof_arena_bytes(&report->view->arena);
}

bool cprof_fold_init_calls(cprof_fold *fold, cprof_session *session, const cprof_request *request,
                           cprof_error *err) {
    const cprof_env *env = session->env;
    cprof_run *run = cprof_run_new(session, request, err);
    if (!run)
        return false;
    struct cprof_fold_calls *calls = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *calls);
    if (!calls) {
        cprof_run_free(run);
        return cprof_error_memory(env, err);
    }
    *calls = (struct cprof_fold_calls){.run = run};
    fold->calls = calls;
    return cprof_tree_init_lazily(&calls->tree, cprof_run_report(run), err);
}

/* --- a function with its callers and callees --- */

static bool fold_calls(cprof_fold *fold, const cprof_call *calls, uint32_t count, cprof_fold_part part,
                       cprof_error *err) {
    for (uint32_t i = 0; i < count; i++) {
        cprof_fold_row row = {.part = part, .caller = CPROF_NONE};
        if (!cprof_fold_keep(fold, calls[i].name, &row.name) ||
            !cprof_fold_keep_amount(fold, &calls[i].cost, &row.cum))
            return cprof_error_memory(fold->env, err);
        row.function = row.name;
        if (!cprof_fold_add(fold, row, err))
            return false;
    }
    return true;
}

static bool fold_item(cprof_fold *fold, const cprof_tree_item *item, cprof_error *err) {
    cprof_fold_row self = {.part = CPROF_PART_SELF, .caller = CPROF_NONE};
    return fold_calls(fold, item->callers, item->caller_count, CPROF_PART_CALLER, err) &&
           (cprof_fold_keep_entry(fold, &item->node, &self) || cprof_error_memory(fold->env, err)) &&
           cprof_fold_add(fold, self, err) &&
           fold_calls(fold, item->callees, item->callee_count, CPROF_PART_CALLEE, err);
}

bool cprof_fold_init_function(cprof_fold *fold, const cprof_fold *all, cprof_slice name, cprof_error *err) {
    *fold = (cprof_fold){.env = all->env, .is_difference = all->is_difference};
    cprof_arena_init(&fold->arena, cprof_env_budget(all->env));
    /* On a copy of the report, so that its text goes when this is done. */
    cprof_report report = *cprof_run_report(all->calls->run);
    cprof_tree tree = all->calls->tree;
    cprof_arena_init(&report.arena, cprof_env_budget(all->env));
    tree.report = &report;
    bool ok = cprof_tree_find(&tree, name, err) && cprof_fold_keep_total(fold, &report, err);
    for (uint32_t i = 0; ok && i < tree.count; i++)
        ok = fold_item(fold, &tree.items[i], err);
    cprof_arena_deinit(&report.arena);
    for (size_t i = 0; ok && i < fold->rows.count; i++)
        fold->is_difference |= fold->rows.at[i].cum.value < 0;
    return ok;
}
