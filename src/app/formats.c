#include "app/formats.h"

#include "app/reports.h"
#include "app/session.h"
#include "render/tables.h"

#include <stdlib.h>

/* What a name's end stands for, the longer end first. */
static const struct {
    const char *end, *command, *format;
} names[] = {
    {".speedscope.json", "speedscope", NULL},
    {".json", "top", "json"},
    {".csv", "top", "csv"},
    {".tsv", "top", "tsv"},
    {".md", "top", "markdown"},
    {".txt", "top", NULL},
    {".svg", "svg", NULL},
    {".html", "flame", NULL},
    {".htm", "flame", NULL},
    {".folded", "folded", NULL},
    {".collapsed", "folded", NULL},
    {".dot", "dot", NULL},
    {".gv", "dot", NULL},
    {".png", "png", NULL},
    {".pdf", "pdf", NULL},
    {".ps", "ps", NULL},
    {".gif", "gif", NULL},
    {".jpg", "jpg", NULL},
    {".jpeg", "jpg", NULL},
    {".pb.gz", "proto", NULL},
    {".pprof", "proto", NULL},
    {".callgrind", "callgrind", NULL},
    {".callgraph.out", "callgrind", NULL},
};

void cprof_settle_format(const cprof_command **command, cprof_settings *settings) {
    if (!*command && settings->format.len)
        *command = cprof_command_find(CPROF_SLICE("top"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!cprof_slice_ends_with(settings->output, names[i].end))
            continue;
        if (!*command)
            *command = cprof_command_find(cprof_slice_of(names[i].command));
        bool has_forms = *command && ((*command)->formatted || (*command)->kind == CPROF_COMMAND_INFO);
        if (names[i].format && settings->format.len == 0 && has_forms)
            settings->format = cprof_slice_of(names[i].format);
        return;
    }
}

bool cprof_output_is_html(const cprof_settings *settings) {
    return cprof_slice_ends_with(settings->output, ".html") ||
           cprof_slice_ends_with(settings->output, ".htm");
}

static bool no_such_form(const cprof_job *job, cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s has no %.*s form", job->request->command->name,
                           CPROF_SLICE_ARG(job->settings.format));
}

/* Of sheets; false for JSON. */
static bool sheet_kind(const cprof_job *job, cprof_sheet_kind *kind) {
    static const char *const kinds[] = {"csv", "tsv", "markdown"};
    for (int i = 0; i < 3; i++) {
        *kind = (cprof_sheet_kind)i;
        if (cprof_slice_is(job->settings.format, kinds[i]))
            return true;
    }
    return false;
}

static void begin(const cprof_job *job, cprof_json *json, cprof_sink *sink) {
    cprof_json_report_begin(json, job->request->command->name, job->report, sink);
}

bool cprof_formatted_top(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_top top;
    bool ok = cprof_top_init(&top, job->report, err);
    if (ok && sheet_kind(job, &kind)) {
        cprof_sheet_top(&top, kind, sink);
    } else if (ok) {
        begin(job, &json, sink);
        cprof_json_top(&top, &json);
        cprof_json_end(&json);
    }
    cprof_top_deinit(&top);
    return ok;
}

bool cprof_formatted_tree(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_tree tree;
    bool ok = cprof_tree_init(&tree, job->report, err);
    if (ok && sheet_kind(job, &kind)) {
        cprof_sheet_tree(&tree, kind, sink);
    } else if (ok) {
        begin(job, &json, sink);
        cprof_json_tree(&tree, &json);
        cprof_json_end(&json);
    }
    cprof_tree_deinit(&tree);
    return ok;
}

bool cprof_formatted_tags(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_tags tags;
    if (!cprof_tags_init(&tags, job->report, err))
        return false;
    if (sheet_kind(job, &kind)) {
        cprof_sheet_tags(&tags, kind, sink);
    } else {
        begin(job, &json, sink);
        cprof_json_tags(&tags, &json);
        cprof_json_end(&json);
    }
    return true;
}

bool cprof_formatted_graph(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_picture picture;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    bool ok = cprof_picture_init(&picture, job->report, err);
    if (ok) {
        begin(job, &json, sink);
        cprof_json_graph(&picture, &json);
        cprof_json_end(&json);
    }
    cprof_picture_deinit(&picture);
    return ok;
}

bool cprof_formatted_flame(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    const cprof_flame_options options = {0};
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_flame flame;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    bool ok = cprof_flame_init(&flame, job->report, &options, err);
    if (ok) {
        begin(job, &json, sink);
        cprof_json_flame(&flame, &json);
        cprof_json_end(&json);
    }
    cprof_flame_deinit(&flame);
    return ok;
}

bool cprof_formatted_traces(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_traces traces;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    bool ok = cprof_traces_init(&traces, job->report, err);
    if (ok) {
        begin(job, &json, sink);
        cprof_json_traces(&traces, &json);
        cprof_json_end(&json);
    }
    cprof_traces_deinit(&traces);
    return ok;
}

bool cprof_formatted_list(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_list list;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    bool ok = cprof_list_init(&list, job->report, err);
    if (ok) {
        begin(job, &json, sink);
        cprof_json_list(&list, &json);
        cprof_json_end(&json);
    }
    cprof_list_deinit(&list);
    return ok;
}

bool cprof_formatted_disasm(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    cprof_disasm_report disasm;
    bool ok;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    char *tools = cprof_job_tools(job, &ok, err);
    if (!ok)
        return false;
    ok = cprof_disasm_report_init(&disasm, job->report, tools, err);
    if (ok) {
        begin(job, &json, sink);
        cprof_json_disasm(&disasm, &json);
        cprof_json_end(&json);
    }
    cprof_disasm_report_deinit(&disasm);
    free(tools);
    return ok;
}

bool cprof_formatted_comments(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_sheet_kind kind;
    cprof_json json;
    if (sheet_kind(job, &kind))
        return no_such_form(job, err);
    begin(job, &json, sink);
    cprof_json_comments(job->report->view, &json);
    cprof_json_end(&json);
    return true;
}

bool cprof_run_formatted(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_command_run *run = job->request->command->formatted;
    return run ? run(job, sink, err) : no_such_form(job, err);
}
