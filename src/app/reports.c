#include "app/reports.h"

#include "render/text.h"

bool cprof_run_top(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_top top;
    bool ok = cprof_top_init(&top, job->report, err);
    if (ok)
        cprof_render_top(&top, &job->request->style, sink);
    cprof_top_deinit(&top);
    return ok;
}

bool cprof_run_tree(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_tree tree;
    bool ok = cprof_tree_init(&tree, job->report, err);
    if (ok)
        cprof_render_tree(&tree, &job->request->style, sink);
    cprof_tree_deinit(&tree);
    return ok;
}
