/* The shell, line by line: for pipes, scripts and plain terminals. */
#include "app/shell.h"

#include "app/deliver.h"
#include "app/help.h"
#include "app/program.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/meter.h"
#include "cli/signals.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char PROMPT[] = "(cprof) ";

typedef struct console {
    cprof_cli *cli;
    cprof_shell shell;
    FILE *input;
    bool prompts; /* a person types */
    char *line;   /* owned */
    size_t room;
} console;

/* Standard error takes what is no report, so that a script's output is its reports. */
static void greet(console *c) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink sink;
    bool is_empty;
    cprof_sink_init_fd(&sink, STDERR_FILENO);
    cprof_sink text;
    cprof_sink_init_memory(&text, &c->cli->env);
    if (cprof_session_greet(c->shell.session, &c->shell.settings, &text, &is_empty, &err)) {
        cprof_sink_escaped(&sink, cprof_sink_bytes(&text), true);
        if (is_empty)
            cprof_sink_puts(&sink, "No sample has a value of this type. Other types can be chosen with "
                                   "sample_index=TYPE; \"o\" lists them.\n");
    }
    cprof_sink_puts(&sink, "Entering interactive mode (type \"help\" for commands, \"o\" for options)\n");
    cprof_sink_finish(&sink, NULL);
    cprof_sink_deinit(&text);
    cprof_sink_deinit(&sink);
}

/* --- actions --- */

static bool run(console *c, const cprof_shell_action *action, cprof_error *err) {
    cprof_delivery to = {.fd = STDOUT_FILENO, .is_terminal = c->cli->is_terminal, .in_shell = true};
    cprof_program program;
    if (action->pipe) {
        if (!cprof_program_start(&program, action->pipe, err))
            return false;
        to = (cprof_delivery){.fd = program.fd};
    }
    bool ok = cprof_session_deliver(c->shell.session, &action->request, &to, err);
    if (c->cli->meter)
        cprof_meter_erase(c->cli->meter);
    if (action->pipe) {
        cprof_program_finish(&program);
        /* A program that has seen enough is no failure. */
        ok = ok || strncmp(err->message, "write: ", 7) == 0;
    }
    return ok;
}

static bool help(console *c, const cprof_shell_action *action, cprof_error *err) {
    cprof_sink sink;
    cprof_sink_init_fd(&sink, STDERR_FILENO);
    bool ok = true;
    if (action->kind == CPROF_SHELL_OPTIONS)
        cprof_help_settings(&sink, &c->shell.settings, c->shell.session->profile);
    else if (action->topic.len)
        ok = cprof_help_topic(&sink, action->topic, true, err);
    else
        cprof_help_shell(&sink);
    cprof_sink_finish(&sink, NULL);
    cprof_sink_deinit(&sink);
    return ok;
}

static bool act(console *c, const cprof_shell_action *action, cprof_error *err) {
    switch (action->kind) {
    case CPROF_SHELL_RUN:
        return run(c, action, err);
    case CPROF_SHELL_OPTIONS:
    case CPROF_SHELL_HELP:
        return help(c, action, err);
    case CPROF_SHELL_NOTHING:
    case CPROF_SHELL_QUIT:
        break;
    }
    return true;
}

/* --- lines --- */

/* Waits until there is something to read; false when a signal came instead, however shortly before. */
static bool wait_for_input(const console *c) {
    sigset_t all, before;
    struct pollfd input = {.fd = fileno(c->input), .events = POLLIN};
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    bool ready = !cprof_signals_caught() && ppoll(&input, 1, NULL, &before) >= 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return ready;
}

static void prompt(void) {
    fputs(PROMPT, stdout);
    fflush(stdout);
}

/* A person's next line.  Ctrl-C starts a new one. */
static ssize_t read_typed(console *c) {
    prompt();
    while (!wait_for_input(c)) {
        int signal = cprof_signals_caught();
        if (signal != 0 && signal != SIGINT)
            return -1;
        fputc('\n', stdout);
        if (signal != 0)
            cprof_signals_rearm();
        prompt();
    }
    return getline(&c->line, &c->room, c->input);
}

/* The next line; false at the end of the input. */
static bool read_line(console *c, cprof_slice *line) {
    ssize_t n = c->prompts ? read_typed(c) : getline(&c->line, &c->room, c->input);
    if (n < 0 && c->prompts)
        fputc('\n', stdout);
    fflush(stdout);
    *line = (cprof_slice){c->line, n < 0 ? 0 : (size_t)n};
    return n >= 0;
}

/* A closed standard output ends a script: nobody sees the rest. */
static bool output_is_gone(const cprof_error *err) {
    return err->code == CPROF_ERR_IO && strncmp(err->message, "write: ", 7) == 0;
}

static int talk(console *c) {
    cprof_slice line;
    while (read_line(c, &line)) {
        cprof_error err = CPROF_ERROR_INIT;
        cprof_shell_action action;
        bool ok = cprof_shell_read(&c->shell, line, &action, &err);
        if (ok && action.kind == CPROF_SHELL_QUIT)
            return 0;
        ok = ok && act(c, &action, &err);
        if (!ok && err.code == CPROF_ERR_STOPPED && c->prompts && cprof_signals_caught() == SIGINT)
            fputs("stopped\n", stderr);
        else if (!ok) {
            int status = cprof_cli_fail(c->cli, &err, "");
            if (err.code == CPROF_ERR_STOPPED || output_is_gone(&err))
                return status;
        }
        if (c->prompts)
            cprof_signals_rearm();
    }
    return cprof_signals_caught() ? 128 + cprof_signals_caught() : 0;
}

/* Where profiles came in by standard input, commands come from the terminal. */
static FILE *open_input(const cprof_args *args, bool is_terminal) {
    bool used = false;
    for (size_t i = 0; i < args->sources.path_count; i++)
        used |= strcmp(args->sources.paths[i], "-") == 0;
    for (size_t i = 0; i < args->sources.base_count; i++)
        used |= strcmp(args->sources.bases[i], "-") == 0;
    FILE *tty = used && is_terminal ? fopen("/dev/tty", "re") : NULL;
    return tty ? tty : stdin;
}

int cprof_cli_shell(cprof_cli *cli, const cprof_args *args) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_session *session = cprof_cli_load(cli, args, &err);
    if (!session)
        return cprof_cli_fail(cli, &err, "cprof: ");
    console c = {.cli = cli, .input = open_input(args, cli->is_terminal)};
    c.prompts = isatty(fileno(c.input));
    int status;
    if (cprof_shell_init(&c.shell, session, &args->settings, &err)) {
        greet(&c);
        status = talk(&c);
    } else {
        status = cprof_cli_fail(cli, &err, "cprof: ");
    }
    cprof_shell_deinit(&c.shell);
    free(c.line);
    if (c.input != stdin)
        fclose(c.input);
    cprof_session_free(session);
    return status;
}
