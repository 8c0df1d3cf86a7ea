#include "tui/screen_signals.h"

#include "tui/screen.h"

#include <signal.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

/* Handlers have no other way to reach the program. */
static atomic_int quit_signal;
static atomic_bool interrupted, stop_wanted, continued;
static struct termios modes;
static bool has_modes;
static char restore[512];
static size_t restore_size;

enum { ENDING = 2, CRASHES = 5, OTHERS = 3, ALL = ENDING + CRASHES + OTHERS, STACK = 64 * 1024 };
static const int numbers[ALL] = {SIGTERM, SIGHUP,  SIGSEGV, SIGBUS,  SIGFPE,
                                 SIGILL,  SIGABRT, SIGINT,  SIGCONT, SIGTSTP};
static struct sigaction before[ALL];
static char stack[STACK]; /* for a handler that runs because the other one is full */

static void on_quit(int number) {
    atomic_store(&quit_signal, number);
}

static void on_other(int number) {
    atomic_store(number == SIGINT ? &interrupted : number == SIGCONT ? &continued : &stop_wanted, true);
}

/* Only what is allowed in a handler; then it goes on as it would have without us. */
static void on_crash(int number) {
    (void)!write(STDOUT_FILENO, restore, restore_size);
    if (has_modes)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    for (int i = ENDING; i < ENDING + CRASHES; i++)
        if (numbers[i] == number)
            sigaction(number, &before[i], NULL);
    raise(number);
}

void cprof_screen_signals_start(void) {
    atomic_store(&quit_signal, 0);
    atomic_store(&interrupted, false);
    atomic_store(&stop_wanted, false);
    atomic_store(&continued, false);
    has_modes = tcgetattr(STDIN_FILENO, &modes) == 0;
    stack_t other = {.ss_sp = stack, .ss_size = sizeof stack}, had;
    if (sigaltstack(NULL, &had) == 0 && (had.ss_flags & SS_DISABLE))
        sigaltstack(&other, NULL);
    for (int i = 0; i < ALL; i++) {
        struct sigaction action = {.sa_handler = i < ENDING             ? on_quit
                                                 : i < ENDING + CRASHES ? on_crash
                                                                        : on_other};
        if (i >= ENDING && i < ENDING + CRASHES)
            action.sa_flags = SA_ONSTACK;
        sigaction(numbers[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

void cprof_screen_signals_restore(cprof_slice sequences) {
    restore_size = sequences.len < sizeof restore ? sequences.len : sizeof restore;
    memcpy(restore, sequences.ptr, restore_size);
}

void cprof_screen_signals_end(void) {
    for (int i = 0; i < ALL; i++)
        sigaction(numbers[i], &before[i], NULL);
    if (has_modes)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

int cprof_screen_signal(void) {
    return atomic_load(&quit_signal);
}

bool cprof_screen_interrupted(void) {
    return atomic_exchange(&interrupted, false);
}

bool cprof_screen_stop_wanted(void) {
    return atomic_exchange(&stop_wanted, false);
}

bool cprof_screen_continued(void) {
    return atomic_exchange(&continued, false);
}

void cprof_screen_signals_hang_up(void) {
    atomic_store(&quit_signal, SIGHUP);
}

/* The last of the table. */
static void handle_stops(void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    if (before[ALL - 1].sa_handler != SIG_IGN)
        sigaction(numbers[ALL - 1], &action, NULL);
}

void cprof_screen_signals_leave(void) {
    handle_stops(SIG_DFL);
}

void cprof_screen_signals_return(void) {
    handle_stops(on_other);
}
