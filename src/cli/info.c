/* info FILE…: a block of lines a file, on whatever can be read. */
#include "app/info.h"

#include "cli/cli.h"
#include "cli/signals.h"

#include <unistd.h>

int cprof_cli_info(cprof_cli *cli, const cprof_args *args) {
    int status = 0;
    bool any = false;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    for (size_t i = 0; i < args->sources.path_count && !cprof_signals_caught(); i++) {
        cprof_error err = CPROF_ERROR_INIT;
        cprof_sink text;
        cprof_sink_init_memory(&text, &cli->env);
        bool ok = cprof_info_source(args->sources.paths[i], &cli->env, &text, &err) &&
                  cprof_sink_finish(&text, &err);
        if (ok && any)
            cprof_sink_putc(&sink, '\n');
        any |= ok;
        if (ok)
            cprof_sink_slice(&sink, cprof_sink_bytes(&text));
        cprof_sink_deinit(&text);
        /* What was said before comes before the complaint. */
        cprof_error write_err = CPROF_ERROR_INIT;
        if (!cprof_sink_finish(&sink, &write_err)) {
            status = cprof_cli_fail(cli, &write_err, "cprof: ");
            break;
        }
        if (!ok) {
            int failed = cprof_cli_fail(cli, &err, "cprof: ");
            status = failed > 2 ? failed : 1;
        }
    }
    cprof_sink_deinit(&sink);
    return status;
}
