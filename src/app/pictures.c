/* Run functions of the reports that are drawn, and of the stacks for other tools. */
#include "app/formats.h"
#include "app/reports.h"
#include "app/session.h"
#include "render/callgraph.h"
#include "render/dot.h"
#include "render/flame.h"
#include "render/folded.h"
#include "render/layout.h"

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

/* The call graph's picture, drawn by graphviz; free drawn with cprof_vec_free. */
static bool draw_graph(const cprof_job *job, cprof_picture_format format, cprof_child_output *drawn,
                       cprof_error *err) {
    const cprof_env *env = job->session->env;
    const cprof_text_style style = {.escape = true};
    long seconds = job->settings.layout_timeout;
    cprof_picture picture;
    cprof_sink dot;
    cprof_sink_init_memory(&dot, env);
    bool ok = cprof_picture_init(&picture, job->report, err);
    if (ok)
        cprof_render_dot(&picture, &style, &dot);
    cprof_picture_deinit(&picture);
    unsigned limit = seconds > 0 && seconds < 1000000 ? (unsigned)seconds : 0;
    ok = ok && cprof_sink_finish(&dot, err) &&
         cprof_layout(cprof_sink_bytes(&dot), format, limit, env, drawn, err);
    cprof_sink_deinit(&dot);
    return ok;
}

bool cprof_run_svg(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_child_output drawn = {0};
    bool ok = draw_graph(job, CPROF_PICTURE_SVG, &drawn, err) &&
              cprof_render_callgraph(job->report, (cprof_slice){drawn.at, drawn.count},
                                     cprof_output_is_html(&job->settings), sink, err);
    cprof_vec_free(job->session->env, &drawn);
    return ok;
}

static bool run_drawn(const cprof_job *job, cprof_picture_format format, cprof_sink *sink, cprof_error *err) {
    cprof_child_output drawn = {0};
    bool ok = draw_graph(job, format, &drawn, err);
    if (ok)
        cprof_sink_write(sink, drawn.at, drawn.count);
    cprof_vec_free(job->session->env, &drawn);
    return ok;
}

bool cprof_run_png(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_drawn(job, CPROF_PICTURE_PNG, sink, err);
}

bool cprof_run_pdf(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_drawn(job, CPROF_PICTURE_PDF, sink, err);
}

bool cprof_run_ps(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_drawn(job, CPROF_PICTURE_PS, sink, err);
}

bool cprof_run_gif(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_drawn(job, CPROF_PICTURE_GIF, sink, err);
}

bool cprof_run_jpg(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    return run_drawn(job, CPROF_PICTURE_JPG, sink, err);
}
