#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A handler has no other way to reach the program. */
static atomic_bool stop;
static atomic_int caught;

static void on_signal(int number) {
    atomic_store(&caught, number);
    atomic_store(&stop, true);
}

static void catch_signals(void) {
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        /* What was ignored on purpose (nohup) stays ignored. */
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

/* What is said when a file that is mapped became shorter: written beforehand, as a handler must not. */
static char shortened[600] = "cprof: a file became shorter while it was read\n";

static void on_shortened(int number) {
    (void)number;
    (void)!write(STDERR_FILENO, shortened, strlen(shortened));
    _exit(1);
}

void cprof_signals_init(void) {
    struct sigaction action = {.sa_handler = on_shortened};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigaction(SIGBUS, &action, NULL);
    catch_signals();
}

void cprof_signals_reading(const char *name) {
    snprintf(shortened, sizeof shortened, "cprof: %.500s: became shorter while it was read\n", name);
}

const atomic_bool *cprof_signals_stop(void) {
    return &stop;
}

int cprof_signals_caught(void) {
    return atomic_load(&caught);
}

void cprof_signals_rearm(void) {
    atomic_store(&caught, 0);
    atomic_store(&stop, false);
    catch_signals();
}
