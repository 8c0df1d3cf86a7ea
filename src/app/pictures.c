/* Run functions of the reports that are drawn, and of the stacks for other tools. */
#include "app/formats.h"
#include "app/reports.h"
#include "app/session.h"
#include "render/callgraph.h"
#include "render/dot.h"
#include "render/flame.h"
#include "render/folded.h"

bool cprof_run_flame(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    const cprof_flame_options options = {0};
    const cprof_flame_style style = {
        .html = cprof_output_is_html(&job->settings),
        .inverted = job->settings.inverted,
        .relative = cprof_slice_is(job->settings.diff_colours, "relative"),
    };
    cprof_flame flame;
    bool ok =
        cprof_flame_init(&flame, job->report, &options, err) && cprof_render_flame(&flame, &style, sink, err);
    if (ok && flame.folded_stacks > 0)
        cprof_note(job->session->env,
                   "%u of %u stacks end in frames too %s to show: folded into their callers",
                   flame.folded_stacks, flame.stack_count, cprof_flame_folded_why(&flame));
    cprof_flame_deinit(&flame);
    return ok;
}

static bool run_stacks(const cprof_job *job, cprof_sink *sink,
                       bool (*render)(const cprof_stack_list *, cprof_sink *, cprof_error *),
                       cprof_error *err) {
    cprof_stack_list list;
    bool ok = cprof_stack_list_init(&list, job->report, err) && render(&list, sink, err);
    cprof_stack_list_deinit(&list);
    return ok;
}

bool cprof_run_folded(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_stacks(job, sink, cprof_render_folded, err);
}

bool cprof_run_speedscope(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_stacks(job, sink, cprof_render_speedscope, err);
}

/* Writes the call graph in graphviz's language to dot and gives it to the layout, which is at work before
 * this returns: freeing the graph and what it was made of goes on beside it. */
static bool give_graph(const cprof_job *job, cprof_sink *dot, cprof_error *err) {
    const cprof_text_style style = {.escape = true};
    cprof_picture picture;
    bool ok = cprof_picture_init(&picture, job->report, err);
    if (ok) {
        cprof_render_dot(&picture, &style, dot);
        ok = cprof_sink_finish(dot, err);
    }
    if (ok)
        cprof_layout_give(&job->session->layout, cprof_sink_bytes(dot));
    cprof_picture_deinit(&picture);
    if (ok && job->session->once) {
        cprof_profile_forget_samples(job->session->profile);
        cprof_mem_trim();
    }
    return ok;
}

/* The call graph's picture, drawn by graphviz; free drawn with cprof_vec_free. */
static bool draw_graph(const cprof_job *job, cprof_child_output *drawn, cprof_error *err) {
    cprof_session *session = job->session;
    cprof_sink dot;
    cprof_sink_init_memory(&dot, session->env);
    bool ok = cprof_session_start_layout(session, job->request->command->picture, &job->settings, err) &&
              give_graph(job, &dot, err) && cprof_layout_take(&session->layout, session->env, drawn, err);
    cprof_layout_cancel(&session->layout);
    cprof_sink_deinit(&dot);
    return ok;
}

bool cprof_run_picture(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_child_output drawn = {0};
    bool ok = draw_graph(job, &drawn, err);
    if (ok && job->request->command->picture == CPROF_PICTURE_SVG)
        ok = cprof_render_callgraph(job->report, (cprof_slice){drawn.at, drawn.count},
                                    cprof_output_is_html(&job->settings), sink, err);
    else if (ok)
        cprof_sink_write(sink, drawn.at, drawn.count);
    cprof_vec_free(job->session->env, &drawn);
    return ok;
}
