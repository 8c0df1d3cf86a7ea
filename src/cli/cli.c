#include "cli/cli.h"

#include "app/deliver.h"
#include "app/help.h"
#include "app/load.h"
#include "app/save.h"
#include "base/utf8.h"
#include "cli/meter.h"
#include "cli/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* --- messages --- */

static void say(const cprof_cli *cli, const char *prefix, const char *message) {
    if (cli->meter)
        cprof_meter_erase(cli->meter);
    fprintf(stderr, "%s%s\n", prefix, message); /* one call: one line, whatever other threads say */
}

static void note(void *context, const char *message) {
    say(context, "", message);
}

/* Whoever read our output has gone: that is no news to anybody. */
static bool is_pipe_closed(int fd) {
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

int cprof_cli_fail(cprof_cli *cli, const cprof_error *err, const char *prefix) {
    int signal = cprof_signals_caught();
    char text[CPROF_ERROR_TEXT_MAX];
    if (err->code == CPROF_ERR_STOPPED && signal) {
        if (cli->meter)
            cprof_meter_erase(cli->meter);
        return 128 + signal;
    }
    /* What failed to be written and has no name went to standard output. */
    cprof_error named = *err;
    if (err->code == CPROF_ERR_IO && strncmp(err->message, "write: ", 7) == 0) {
        if (is_pipe_closed(STDOUT_FILENO))
            return 1;
        cprof_error_prefix(&named, "standard output");
    }
    say(cli, prefix, cprof_error_text(&named, text));
    return err->code == CPROF_ERR_USAGE ? 2 : 1;
}

/* --- commands that read no profile --- */

static int finish(cprof_cli *cli, cprof_sink *sink, bool ok, cprof_error *err) {
    ok = ok && cprof_sink_finish(sink, err);
    cprof_sink_deinit(sink);
    return ok ? 0 : cprof_cli_fail(cli, err, "cprof: ");
}

static int print_help(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    const cprof_command *about = args->help ? args->command : NULL;
    const char *topic = about ? about->name : !args->help && args->word_count ? args->words[0] : NULL;
    bool ok = true;
    if (topic)
        ok = cprof_help_topic(&sink, cprof_slice_of(topic), false, &err);
    else
        cprof_help_screen(&sink);
    return finish(cli, &sink, ok, &err);
}

static int print_version(cprof_cli *cli) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    cprof_help_version(&sink);
    return finish(cli, &sink, true, &err);
}

static int print_completion(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDOUT_FILENO);
    bool ok = cprof_completion(&sink, cprof_slice_of(args->word_count ? args->words[0] : ""), &err);
    return finish(cli, &sink, ok, &err);
}

/* --- reports --- */

/* Of what came over the net. */
static void keep_copies(cprof_session *session) {
    const char *wanted = getenv("PPROF_TMPDIR"), *home = getenv("HOME");
    char standard[4096] = "", text[CPROF_ERROR_TEXT_MAX];
    if (!session->is_fetched)
        return;
    if (home && *home && snprintf(standard, sizeof standard, "%s/pprof", home) >= (int)sizeof standard)
        standard[0] = 0;
    const char *folders[] = {wanted ? wanted : "", standard, "/tmp", NULL};
    cprof_error err = CPROF_ERROR_INIT;
    /* The report matters more than the copy. */
    if (!cprof_session_save(session, folders, &err))
        cprof_note(session->env, "Could not save profile: %s", cprof_error_text(&err, text));
}

/* Should the file that is read become shorter meanwhile, its name is at hand. */
static void name_the_file(const char *path) {
    cprof_sink name;
    cprof_sink_init_memory(&name, NULL);
    cprof_sink_escaped(&name, cprof_slice_of(path), false);
    cprof_sink_putc(&name, '\0');
    if (cprof_sink_finish(&name, NULL))
        cprof_signals_reading(cprof_sink_bytes(&name).ptr);
    cprof_sink_deinit(&name);
}

cprof_session *cprof_cli_load(cprof_cli *cli, const cprof_args *args, cprof_error *err) {
    cprof_sources sources = args->sources;
    if (sources.path_count == 1 && sources.base_count == 0)
        name_the_file(sources.paths[0]);
    sources.once = args->command != NULL;
    if (args->command) {
        sources.stacks_only = cprof_command_sums_stacks(args->command, &args->settings);
        sources.picture = cprof_command_picture(args->command, &args->settings);
    }
    cprof_session *session = cprof_session_new(&sources, &args->settings, &cli->env, err);
    if (cli->meter)
        cprof_meter_erase(cli->meter);
    if (session)
        keep_copies(session);
    return session;
}

static int run_report(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_session *session = cprof_cli_load(cli, args, &err);
    if (!session)
        return cprof_cli_fail(cli, &err, "cprof: ");
    cprof_request request = {
        .command = args->command, .settings = args->settings, .argument = args->argument};
    cprof_delivery to = {.fd = STDOUT_FILENO, .is_terminal = cli->is_terminal};
    bool ok = cprof_session_deliver(session, &request, &to, &err);
    if (cli->meter)
        cprof_meter_erase(cli->meter);
    cprof_session_free(session);
    return ok ? 0 : cprof_cli_fail(cli, &err, "cprof: ");
}

/* The full screen needs a terminal on both sides that can do more than print. */
static bool wants_screen(const cprof_cli *cli, const cprof_args *args) {
    const char *term = getenv("TERM");
    for (size_t i = 0; i < args->sources.path_count; i++)
        if (strcmp(args->sources.paths[i], "-") == 0)
            return false;
    for (size_t i = 0; i < args->sources.base_count; i++)
        if (strcmp(args->sources.bases[i], "-") == 0)
            return false;
    return cli->front_ends && cli->front_ends->screen && cli->is_terminal && isatty(STDIN_FILENO) &&
           !args->settings.plain && term && *term && strcmp(term, "dumb") != 0;
}

static int talk(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    int status = 0;
    if (!wants_screen(cli, args))
        return cprof_cli_shell(cli, args);
    if (cli->front_ends->screen(&args->sources, &args->settings, &cli->budget, keep_copies, &status, &err))
        return status;
    /* A terminal that is of no use for it is good enough for lines. */
    return err.code == CPROF_ERR_UNSUPPORTED ? cprof_cli_shell(cli, args)
                                             : cprof_cli_fail(cli, &err, "cprof: ");
}

static int dispatch(cprof_cli *cli, const cprof_args *args) {
    for (size_t i = 0; i < args->note_count; i++)
        cprof_note(&cli->env, "%s", args->notes[i]);
    if (args->help)
        return print_help(cli, args);
    if (args->settings.http.len) {
        cprof_error err = CPROF_ERROR_INIT;
        cprof_error_set(
            &err, CPROF_ERR_UNSUPPORTED, -1,
            "-http: cprof serves no web pages; \"cprof FILE\" fills the screen, \"cprof flame FILE "
            "-output x.html\" and \"cprof svg FILE -output x.svg\" are for a browser");
        return cprof_cli_fail(cli, &err, "cprof: ");
    }
    if (!args->command)
        return talk(cli, args);
    switch (args->command->kind) {
    case CPROF_COMMAND_INFO:
        return cprof_cli_info(cli, args);
    case CPROF_COMMAND_HELP:
        return print_help(cli, args);
    case CPROF_COMMAND_VERSION:
        return print_version(cli);
    case CPROF_COMMAND_COMPLETION:
        return print_completion(cli, args);
    case CPROF_COMMAND_REPORT:
        break;
    }
    return run_report(cli, args);
}

/* Three quarters of the machine's memory, where nothing was said. */
static size_t memory_limit(uint64_t wanted) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (wanted > 0)
        return wanted < SIZE_MAX ? (size_t)wanted : SIZE_MAX;
    return pages > 0 && page > 0 ? (size_t)pages / 4 * 3 * (size_t)page : 0;
}

static int print_usage(cprof_cli *cli) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDERR_FILENO);
    cprof_help_screen(&sink);
    int status = finish(cli, &sink, true, &err);
    return status ? status : 2;
}

/* Where a standard file is closed, its number is not to become a report's: whatever is read from it or
 * written to it is an error. */
static void take_standard_numbers(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int cprof_cli_main(int argc, char **argv, const cprof_front_ends *front_ends) {
    cprof_meter meter;
    take_standard_numbers();
    tzset(); /* now, while there is memory: without some, times would be shown with a zone of no name */
    cprof_cli cli = {.is_terminal = isatty(STDOUT_FILENO), .front_ends = front_ends};
    cprof_signals_init();
    cli.env =
        (cprof_env){.budget = &cli.budget, .note = note, .note_context = &cli, .stop = cprof_signals_stop()};
    if (isatty(STDERR_FILENO)) {
        cprof_meter_init(&meter, STDERR_FILENO);
        cli.meter = &meter;
        cli.env.progress = cprof_meter_show;
        cli.env.progress_context = &meter;
    }
    if (argc < 2)
        return print_usage(&cli);
    cprof_args args;
    cprof_error err = CPROF_ERROR_INIT;
    int status;
    if (cprof_args_init(&args, argc, argv, &err)) {
        const char *tools = getenv("PPROF_TOOLS");
        if (tools && args.settings.tools.len == 0)
            args.settings.tools = cprof_slice_of(tools);
        args.sources.binary_path = getenv("PPROF_BINARY_PATH");
        cli.budget.limit = memory_limit(args.settings.max_memory);
        status = dispatch(&cli, &args);
    } else {
        status = cprof_cli_fail(&cli, &err, "cprof: ");
    }
    cprof_args_deinit(&args);
    return status;
}
