/* info FILE…: a block of lines a file, or one JSON object, on whatever can be read. */
#include "app/info.h"

#include "cli/cli.h"
#include "cli/signals.h"
#include "render/info.h"

#include <unistd.h>

typedef struct writer {
    cprof_cli *cli;
    cprof_sink sink;
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
        cprof_sink_putc(&w->sink, '\n');
    if (ok)
        cprof_sink_slice(&w->sink, cprof_sink_bytes(&text));
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
    for (size_t i = 0; i < args->sources.path_count && !cprof_signals_caught(); i++) {
        cprof_error err = CPROF_ERROR_INIT, write_err = CPROF_ERROR_INIT;
        bool ok = write_source(w, args->sources.paths[i], &err);
        if (!cprof_sink_finish(&w->sink, &write_err))
            return cprof_cli_fail(w->cli, &write_err, "cprof: ");
        if (!ok) {
            int failed = cprof_cli_fail(w->cli, &err, "cprof: ");
            status = failed > 2 ? failed : 1;
        }
    }
    return status;
}

int cprof_cli_info(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    writer w = {.cli = cli, .as_json = args->settings.format.len > 0};
    if (!takes_format(args, &err))
        return cprof_cli_fail(cli, &err, "cprof: ");
    cprof_sink_init_fd(&w.sink, STDOUT_FILENO);
    if (w.as_json)
        cprof_json_info_begin(&w.json, &w.sink);
    int status = write_sources(&w, args);
    if (w.as_json)
        cprof_json_info_end(&w.json);
    if (!cprof_sink_finish(&w.sink, &err) && status == 0)
        status = cprof_cli_fail(cli, &err, "cprof: ");
    cprof_sink_deinit(&w.sink);
    return status;
}
