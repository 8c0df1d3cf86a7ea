/* Work in a child: what comes back, and what a bad end of it does to the caller. */
#include "base/child.h"
#include "base/sanitized.h"
#include "base/threads.h"
#include "base/vec.h"
#include "support.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef bool work(void *context, cprof_sink *sink, cprof_error *err);

static bool greet(void *context, cprof_sink *sink, cprof_error *err) {
    (void)err;
    cprof_sink_puts(sink, context);
    return true;
}

static bool refuse(void *context, cprof_sink *sink, cprof_error *err) {
    (void)context;
    cprof_sink_puts(sink, "half of it");
    return cprof_error_set(err, CPROF_ERR_VALUE, 42, "not this one");
}

static bool crash(void *context, cprof_sink *sink, cprof_error *err) {
    (void)context, (void)sink, (void)err;
    signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it */
    raise(SIGSEGV);
    return true;
}

static bool leave(void *context, cprof_sink *sink, cprof_error *err) {
    (void)context, (void)sink, (void)err;
    _exit(0); /* a library that ends the process, with a status that looks well */
}

static bool sleep_long(void *context, cprof_sink *sink, cprof_error *err) {
    (void)context, (void)sink, (void)err;
    sleep(60);
    return true;
}

static bool pour(void *context, cprof_sink *sink, cprof_error *err) {
    const size_t *size = context;
    static const char chunk[1 << 16];
    (void)err;
    for (size_t i = 0; i < *size && sink->error.code == CPROF_OK; i += sizeof chunk)
        cprof_sink_write(sink, chunk, sizeof chunk);
    return true;
}

static bool become(void *context, cprof_sink *sink, cprof_error *err) {
    dup2(sink->fd, STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", context, (char *)NULL);
    return cprof_error_set(err, CPROF_ERR_IO, -1, "no shell");
}

static bool take_much(void *context, cprof_sink *sink, cprof_error *err) {
    const size_t *size = context;
    char *memory = malloc(*size);
    (void)sink;
    if (!memory)
        return cprof_error_memory(NULL, err);
    memset(memory, 1, *size);
    free(memory);
    return true;
}

static bool give_up(void *context, cprof_sink *sink, cprof_error *err) {
    (void)context, (void)sink, (void)err;
    _exit(1); /* as libraries do that find no memory */
}

static bool change_mind(void *context, cprof_sink *sink, cprof_error *err) {
    (void)sink, (void)err;
    *(int *)context = 2; /* its own copy */
    return true;
}

/* Nothing of a child stays behind. */
static void assert_no_child(void) {
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void brings_back_what_was_written(void **state) {
    cprof_child_output output = {0};
    char hello[] = "hello", more[] = ", again";
    (void)state;
    assert_true(
        cprof_child_run(greet, hello, "greeting", (cprof_child_limits){.seconds = 10}, NULL, &output, NULL));
    assert_true(
        cprof_child_run(greet, more, "greeting", (cprof_child_limits){.seconds = 10}, NULL, &output, NULL));
    assert_slice(((cprof_slice){output.at, output.count}), "hello, again");
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

static void keeps_the_callers_memory(void **state) {
    cprof_child_output output = {0};
    int n = 1;
    (void)state;
    assert_true(cprof_child_run(change_mind, &n, "thinking", (cprof_child_limits){.seconds = 10}, NULL,
                                &output, NULL));
    assert_int_equal(n, 1);
    cprof_vec_free(NULL, &output);
}

static void brings_back_errors(void **state) {
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_false(
        cprof_child_run(refuse, NULL, "reading", (cprof_child_limits){.seconds = 10}, NULL, &output, &err));
    assert_int_equal(err.code, CPROF_ERR_VALUE);
    assert_int_equal(err.offset, 42);
    assert_string_equal(err.message, "not this one");
    assert_false(
        cprof_child_run(refuse, NULL, "reading", (cprof_child_limits){.seconds = 10}, NULL, &output, NULL));
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

/* Gives back what it was given. */
static bool echo(void *context, cprof_sink *sink, cprof_error *err) {
    static char buffer[1 << 16];
    ssize_t n;
    (void)context, (void)err;
    while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        cprof_sink_write(sink, buffer, (size_t)n);
    return n == 0;
}

/* Far more than a socket holds: it is sent while the answer comes back. */
static void takes_what_it_is_given_later(void **state) {
    enum { SIZE = 8 << 20 };
    const cprof_child_limits limits = {.seconds = 60};
    cprof_child child;
    cprof_child_output output = {0};
    char *sent = malloc(SIZE);
    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        sent[i] = (char)(i * 7 + i / 1000);
    assert_true(cprof_child_start(&child, echo, NULL, "echoing", limits, NULL));
    cprof_child moved = child;
    cprof_child_give(&moved, (cprof_slice){sent, SIZE});
    assert_true(cprof_child_take(&moved, NULL, &output, NULL));
    assert_int_equal(output.count, SIZE);
    assert_memory_equal(output.at, sent, SIZE);
    cprof_vec_free(NULL, &output);
    free(sent);
    assert_no_child();
}

static void nothing_to_read_is_an_end(void **state) {
    cprof_child_output output = {0};
    (void)state;
    assert_true(
        cprof_child_run(echo, NULL, "echoing", (cprof_child_limits){.seconds = 60}, NULL, &output, NULL));
    assert_int_equal(output.count, 0);
    cprof_vec_free(NULL, &output);
}

/* One that leaves without reading ends neither the caller nor its answer. */
static void need_not_read_what_it_is_given(void **state) {
    enum { SIZE = 8 << 20 };
    static work *const ends[] = {crash, refuse};
    static const char *const words[] = {"crashed (signal 11)", "not this one"};
    const cprof_child_limits limits = {.seconds = 60};
    char *sent = calloc(1, SIZE);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cprof_child child;
        cprof_child_output output = {0};
        cprof_error err = CPROF_ERROR_INIT;
        assert_true(cprof_child_start(&child, ends[i], NULL, "reading", limits, NULL));
        cprof_child_give(&child, (cprof_slice){sent, SIZE});
        assert_false(cprof_child_take(&child, NULL, &output, &err));
        assert_non_null(strstr(err.message, words[i]));
        cprof_vec_free(NULL, &output);
    }
    free(sent);
    assert_no_child();
}

static void can_be_cancelled(void **state) {
    cprof_child child;
    (void)state;
    assert_true(cprof_child_start(&child, sleep_long, NULL, "waiting", (cprof_child_limits){0}, NULL));
    cprof_child_cancel(&child);
    assert_no_child();
}

static void survives_a_crash(void **state) {
    static work *const ends[] = {crash, leave};
    static const char *const words[] = {"crashed (signal 11)", "reading failed"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        cprof_child_output output = {0};
        cprof_error err = CPROF_ERROR_INIT;
        assert_false(cprof_child_run(ends[i], NULL, "reading", (cprof_child_limits){.seconds = 10}, NULL,
                                     &output, &err));
        assert_int_equal(err.code, CPROF_ERR_FORMAT);
        assert_non_null(strstr(err.message, words[i]));
        cprof_vec_free(NULL, &output);
    }
    assert_no_child();
}

static void ends_what_takes_too_long(void **state) {
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    time_t before = time(NULL);
    (void)state;
    assert_false(cprof_child_run(sleep_long, NULL, "waiting", (cprof_child_limits){.seconds = 1}, NULL,
                                 &output, &err));
    assert_true(time(NULL) - before < 30);
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    assert_string_equal(err.message, "waiting took longer than 1 s");
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

static void stops_when_the_person_wishes(void **state) {
    atomic_bool stop = true;
    cprof_env env = {.stop = &stop};
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_false(cprof_child_run(sleep_long, NULL, "waiting", (cprof_child_limits){0}, &env, &output, &err));
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
    cprof_vec_free(&env, &output);
    assert_no_child();
}

static void bounds_what_comes_back(void **state) {
    size_t size = (size_t)1 << 30, exact = 1 << 20;
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_true(cprof_child_run(pour, &exact, "pouring",
                                (cprof_child_limits){.seconds = 60, .output_max = 1 << 20}, NULL, &output,
                                &err));
    assert_int_equal(output.count, exact);
    output.count = 0;
    assert_false(cprof_child_run(pour, &size, "pouring",
                                 (cprof_child_limits){.seconds = 60, .output_max = 1 << 20}, NULL, &output,
                                 &err));
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    assert_string_equal(err.message, "pouring gave more than 1048576 bytes");
    assert_true(output.capacity < 4 << 20);
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

static void stays_on_the_budget(void **state) {
    size_t size = (size_t)1 << 30;
    cprof_budget budget = {.limit = 1 << 20};
    cprof_env env = {.budget = &budget};
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_false(
        cprof_child_run(pour, &size, "pouring", (cprof_child_limits){.seconds = 60}, &env, &output, &err));
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    cprof_vec_free(&env, &output);
    assert_int_equal(budget.used, 0);
    assert_no_child();
}

static void bounds_its_memory(void **state) {
    const cprof_child_limits limits = {.seconds = 10, .memory_max = 64 << 20};
    size_t little = 8 << 20, much = 256 << 20;
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    (void)state;
    assert_true(cprof_child_run(take_much, &little, "reading", limits, NULL, &output, &err));
    assert_false(cprof_child_run(give_up, NULL, "reading", limits, NULL, &output, &err));
    assert_string_equal(err.message, "reading failed, with 64 MB at most");
    if (!CPROF_SANITIZED) {
        assert_false(cprof_child_run(take_much, &much, "reading", limits, NULL, &output, &err));
        assert_int_equal(err.code, CPROF_ERR_LIMIT); /* not the caller's memory */
        assert_string_equal(err.message, "reading takes more than 64 MB");
    }
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

static void runs_programs(void **state) {
    cprof_child_output output = {0};
    cprof_error err = CPROF_ERROR_INIT;
    char good[] = "echo one; echo two", bad[] = "echo three; exit 3";
    (void)state;
    assert_true(
        cprof_child_exec(become, good, "sh", (cprof_child_limits){.seconds = 10}, NULL, &output, &err));
    assert_slice(((cprof_slice){output.at, output.count}), "one\ntwo\n");
    assert_false(
        cprof_child_exec(become, bad, "sh", (cprof_child_limits){.seconds = 10}, NULL, &output, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_string_equal(err.message, "sh failed");
    cprof_vec_free(NULL, &output);
    assert_no_child();
}

typedef struct runner {
    atomic_bool *stop;
    atomic_int *quick_left;
    unsigned number;
    bool slow, ok;
} runner;

/* Children that sleep are started while others come and go, and sleep until the last of those has gone. */
static void run_children(void *part) {
    runner *r = part;
    cprof_child_limits limits = {.seconds = r->slow ? 100 : 20};
    cprof_env env = {.stop = r->slow ? r->stop : NULL};
    cprof_child_output output = {0};
    char hello[] = "hello";
    if (r->slow) {
        nanosleep(&(struct timespec){.tv_nsec = 3000000L * r->number}, NULL);
        r->ok = !cprof_child_run(sleep_long, NULL, "sleeping", limits, &env, &output, NULL);
    }
    for (int i = 0; !r->slow && r->ok && i < 50; i++)
        r->ok = cprof_child_run(greet, hello, "greeting", limits, NULL, &output, NULL);
    if (!r->slow && atomic_fetch_sub(r->quick_left, 1) == 1)
        atomic_store(r->stop, true);
    cprof_vec_free(NULL, &output);
}

static void does_not_wait_for_others(void **state) {
    (void)state;
    enum { RUNNERS = 12, QUICK = 4 };
    atomic_bool stop = false;
    atomic_int quick_left = QUICK;
    runner runners[RUNNERS];
    for (unsigned i = 0; i < RUNNERS; i++)
        runners[i] =
            (runner){.stop = &stop, .quick_left = &quick_left, .number = i, .slow = i >= QUICK, .ok = true};
    cprof_threads_run(run_children, runners, sizeof *runners, RUNNERS);
    for (unsigned i = 0; i < RUNNERS; i++)
        assert_true(runners[i].ok);
    assert_no_child();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_back_what_was_written),
        cmocka_unit_test(keeps_the_callers_memory),
        cmocka_unit_test(brings_back_errors),
        cmocka_unit_test(takes_what_it_is_given_later),
        cmocka_unit_test(nothing_to_read_is_an_end),
        cmocka_unit_test(need_not_read_what_it_is_given),
        cmocka_unit_test(can_be_cancelled),
        cmocka_unit_test(survives_a_crash),
        cmocka_unit_test(ends_what_takes_too_long),
        cmocka_unit_test(stops_when_the_person_wishes),
        cmocka_unit_test(bounds_what_comes_back),
        cmocka_unit_test(stays_on_the_budget),
        cmocka_unit_test(bounds_its_memory),
        cmocka_unit_test(runs_programs),
        cmocka_unit_test(does_not_wait_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
