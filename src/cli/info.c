/* info FILE…: a block of lines a file, or one JSON object, on whatever can be read. */
#include "app/info.h"

#include "app/output.h"
#include "cli/cli.h"
#include "cli/signals.h"
#include "render/info.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct writer {
    cprof_cli *cli;
    cprof_sink *sink;
    bool as_json, any;
    cprof_json json;
} writer;

/* The source whole, or nothing of it: what was said before comes before the complaint. */
static bool write_source(writer *w, const char *path, cprof_error *err) {
    if (w->as_json)
        return cprof_info_source(path, &w->cli->env, NULL, &w->json, err);
    cprof_sink text;
    cprof_sink_init_memory(&text, &w->cli->env);
    bool ok = cprof_info_source(path, &w->cli->env, &text, NULL, err) && cprof_sink_finish(&text, err);
    if (ok && w->any)
        cprof_sink_putc(w->sink, '\n');
    if (ok)
        cprof_sink_slice(w->sink, cprof_sink_bytes(&text));
    w->any |= ok;
    cprof_sink_deinit(&text);
    return ok;
}

static bool takes_format(const cprof_args *args, cprof_error *err) {
    cprof_slice format = args->settings.format;
    if (format.len == 0 || cprof_slice_is(format, "json"))
        return true;
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "info has no %.*s form", CPROF_SLICE_ARG(format));
}

static int write_sources(writer *w, const cprof_args *args) {
    int status = 0;
    if (w->as_json)
        cprof_json_info_begin(&w->json, w->sink);
    for (size_t i = 0; i < args->sources.path_count && !cprof_signals_caught(); i++) {
        cprof_error err = CPROF_ERROR_INIT;
        bool ok = write_source(w, args->sources.paths[i], &err);
        if (!cprof_sink_finish(w->sink, NULL))
            break; /* who has the sink will say it */
        if (!ok) {
            int failed = cprof_cli_fail(w->cli, &err, "cprof: ");
            status = failed > 2 ? failed : 1;
        }
    }
    if (w->as_json)
        cprof_json_info_end(&w->json);
    return status;
}

static int to_output(writer *w, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    w->sink = &sink;
    int status = write_sources(w, args);
    if (!cprof_sink_finish(&sink, &err))
        status = cprof_cli_fail(w->cli, &err, "cprof: ");
    cprof_sink_deinit(&sink);
    return status;
}

/* What could be read is worth a file, too; what was stopped is not. */
static int to_file(writer *w, const cprof_args *args, const char *path) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_output output;
    if (!cprof_output_open(&output, path, &w->cli->env, &err))
        return cprof_cli_fail(w->cli, &err, "cprof: ");
    w->sink = &output.sink;
    int status = write_sources(w, args);
    if (status > 2) {
        cprof_output_abandon(&output);
        return status;
    }
    if (!cprof_output_commit(&output, &err)) {
        cprof_error_prefix(&err, "%s", path);
        return cprof_cli_fail(w->cli, &err, "cprof: ");
    }
    cprof_note(&w->cli->env, "Generating report in %s", path);
    return status;
}

int cprof_cli_info(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_slice name = args->settings.output;
    writer w = {.cli = cli, .as_json = args->settings.format.len > 0};
    if (!takes_format(args, &err))
        return cprof_cli_fail(cli, &err, "cprof: ");
    if (name.len == 0)
        return to_output(&w, args);
    char *path = strndup(name.ptr, name.len);
    if (!path) {
        cprof_error_memory(&cli->env, &err);
        return cprof_cli_fail(cli, &err, "cprof: ");
    }
    int status = to_file(&w, args, path);
    free(path);
    return status;
}
