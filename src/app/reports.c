#include "app/reports.h"

#include "app/session.h"

#include "render/callgrind.h"
#include "render/comments.h"
#include "render/disasm.h"
#include "render/dot.h"
#include "render/list.h"
#include "render/proto.h"
#include "render/raw.h"
#include "render/tags.h"
#include "render/text.h"
#include "render/traces.h"
#include "render/weblist.h"
#include "report/topproto.h"

#include <stdlib.h>

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

bool cprof_run_list(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_list list;
    bool ok = cprof_list_init(&list, job->report, err);
    if (ok)
        cprof_render_list(&list, &job->request->style, sink);
    cprof_list_deinit(&list);
    return ok;
}

char *cprof_job_tools(const cprof_job *job, bool *ok, cprof_error *err) {
    cprof_slice folders = job->settings.tools;
    char *tools = folders.len ? strndup(folders.ptr, folders.len) : NULL;
    *ok = tools || folders.len == 0 || cprof_error_memory(job->session->env, err);
    return tools;
}

bool cprof_run_disasm(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    bool ok;
    char *tools = cprof_job_tools(job, &ok, err);
    if (!ok)
        return false;
    cprof_disasm_report disasm;
    ok = cprof_disasm_report_init(&disasm, job->report, tools, err);
    if (ok)
        cprof_render_disasm(&disasm, &job->request->style, sink);
    cprof_disasm_report_deinit(&disasm);
    free(tools);
    return ok;
}

bool cprof_run_weblist(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    bool ok;
    char *tools = cprof_job_tools(job, &ok, err);
    if (!ok)
        return false;
    cprof_weblist weblist;
    ok = cprof_weblist_init(&weblist, job->report, tools, err) && cprof_render_weblist(&weblist, sink, err);
    cprof_weblist_deinit(&weblist);
    free(tools);
    return ok;
}

bool cprof_run_traces(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_traces traces;
    bool ok = cprof_traces_init(&traces, job->report, err);
    if (ok)
        cprof_render_traces(&traces, &job->request->style, sink);
    cprof_traces_deinit(&traces);
    return ok;
}

/* Of a profile without tags pprof prints nothing, and scripts may count on that; of the formats that it
 * cannot read, or not with their names, nobody expects it, and no answer would look like a failure. */
static bool is_silent_about_tags(const cprof_profile *profile) {
    static const char *const formats[] = {
        "profile.proto",  "gperftools CPU profile", "gperftools heap profile", "contention profile",
        "counted stacks", "stacks of threads",      "Java profile (text)"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(profile->format, formats[i]) == 0)
            return true;
    return false;
}

bool cprof_run_tags(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_tags tags;
    if (!cprof_tags_init(&tags, job->report, err))
        return false;
    cprof_render_tags(&tags, &job->request->style, sink);
    if (tags.key_count == 0 && !is_silent_about_tags(job->report->view->profile))
        cprof_sink_puts(sink, "no tags\n");
    return true;
}

bool cprof_run_comments(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    (void)err;
    cprof_render_comments(job->report->view, &job->request->style, sink);
    return true;
}

bool cprof_run_raw(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    (void)err;
    cprof_render_raw(job->report->view, &job->request->style, sink);
    return true;
}

bool cprof_run_dot(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_picture picture;
    bool ok = cprof_picture_init(&picture, job->report, err);
    if (ok)
        cprof_render_dot(&picture, &job->request->style, sink);
    cprof_picture_deinit(&picture);
    return ok;
}

bool cprof_run_callgrind(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_callgrind callgrind;
    bool ok = cprof_callgrind_init(&callgrind, job->report, err) &&
              cprof_render_callgrind(&callgrind, &job->request->style, sink, err);
    cprof_callgrind_deinit(&callgrind);
    return ok;
}

bool cprof_run_topproto(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_profile *profile;
    if (!cprof_report_topproto(job->report, &profile, err))
        return false;
    cprof_view view;
    cprof_view_init(&view, profile, job->report->view->env);
    bool ok = cprof_render_proto(&view, 1, sink, true, err);
    cprof_view_deinit(&view);
    cprof_profile_free(profile);
    return ok;
}

bool cprof_run_proto(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return cprof_render_proto(job->report->view, job->report->options.ratio, sink, true, err);
}
