#include "base/ordered.h"
#include "base/threads.h"

#include "cmocka_all.h"

#include <signal.h>

static void test_counts(void **state) {
    (void)state;
    assert_int_equal(cprof_threads_count(0, 10), 1);
    assert_int_equal(cprof_threads_count(19, 10), 1);
    assert_in_range(cprof_threads_count(SIZE_MAX, 1), 1, CPROF_THREADS_MAX);
}

typedef struct part {
    pthread_t thread;
    pthread_barrier_t *meeting; /* of all parts; NULL: they need not meet */
    int runs;
    bool takes_signals;
} part;

static void note_part(void *context) {
    part *p = context;
    sigset_t blocked;
    p->thread = pthread_self();
    p->runs++;
    if (p->meeting)
        pthread_barrier_wait(p->meeting);
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    p->takes_signals = !sigismember(&blocked, SIGINT);
}

/* Each waits for all others. */
static void test_parts_run_at_the_same_time(void **state) {
    (void)state;
    pthread_barrier_t meeting;
    part parts[5];
    pthread_barrier_init(&meeting, NULL, 5);
    for (int i = 0; i < 5; i++)
        parts[i] = (part){.meeting = &meeting};
    cprof_threads_run(note_part, parts, sizeof *parts, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(parts[i].runs, 1);
    assert_true(pthread_equal(parts[0].thread, pthread_self()));
    assert_true(parts[0].takes_signals);
    assert_false(pthread_equal(parts[4].thread, pthread_self()));
    assert_false(parts[4].takes_signals);
    pthread_barrier_destroy(&meeting);
}

static void test_more_parts_than_threads(void **state) {
    (void)state;
    enum { PARTS = 3 * CPROF_THREADS_MAX };
    part parts[PARTS] = {{.runs = 0}};
    cprof_threads_run(note_part, parts, sizeof *parts, PARTS);
    for (int i = 0; i < PARTS; i++)
        assert_int_equal(parts[i].runs, 1);
}

static void test_parts_take_turns(void **state) {
    (void)state;
    part parts[CPROF_TURNS_MAX] = {{.runs = 0}};
    cprof_threads_take_turns(note_part, parts, sizeof *parts, CPROF_TURNS_MAX);
    for (int i = 0; i < CPROF_TURNS_MAX; i++)
        assert_int_equal(parts[i].runs, 1);
    assert_true(pthread_equal(parts[0].thread, pthread_self()));
}

/* Each piece is its number, as often as the number's last digit, so that some take longer than others. */
static bool make_numbers(void *context, unsigned thread, uint32_t piece, cprof_sink *out) {
    const uint32_t *failing = context;
    assert_in_range(thread, 0, CPROF_THREADS_MAX - 1);
    if (piece == *failing)
        return cprof_error_set(&out->error, CPROF_ERR_VALUE, -1, "piece %u", (unsigned)piece);
    for (uint32_t i = 0; i < piece % 10; i++)
        cprof_sink_printf(out, "%u ", (unsigned)piece);
    return true;
}

static void expect_numbers(unsigned threads, uint32_t pieces, uint32_t failing, const char *error) {
    cprof_sink expected, sink;
    uint32_t none = UINT32_MAX;
    cprof_sink_init_memory(&expected, NULL);
    cprof_sink_init_memory(&sink, NULL);
    for (uint32_t i = 0; i < pieces && i < failing; i++)
        make_numbers(&none, 0, i, &expected);
    cprof_sink_ordered(&sink, pieces, threads, make_numbers, &failing, NULL);
    assert_true(cprof_slice_equal(cprof_sink_bytes(&sink), cprof_sink_bytes(&expected)));
    assert_string_equal(sink.error.code == CPROF_OK ? "" : sink.error.message, error);
    cprof_sink_deinit(&sink);
    cprof_sink_deinit(&expected);
}

static void test_pieces_come_out_in_order(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++) {
        expect_numbers(threads, 0, UINT32_MAX, "");
        expect_numbers(threads, 1, UINT32_MAX, "");
        expect_numbers(threads, 1000, UINT32_MAX, "");
    }
}

static void test_a_piece_that_fails_ends_it(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 4; threads++)
        expect_numbers(threads, 1000, 500, "piece 500");
}

static void test_pieces_are_on_the_budget(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 100};
    cprof_env env = {.budget = &budget};
    cprof_sink sink;
    uint32_t none = UINT32_MAX;
    cprof_sink_init_memory(&sink, NULL);
    cprof_sink_ordered(&sink, 1000, 2, make_numbers, &none, &env);
    assert_int_equal(sink.error.code, CPROF_ERR_MEMORY);
    assert_int_equal(budget.used, 0);
    cprof_sink_deinit(&sink);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_parts_run_at_the_same_time),
        cmocka_unit_test(test_more_parts_than_threads),
        cmocka_unit_test(test_parts_take_turns),
        cmocka_unit_test(test_pieces_come_out_in_order),
        cmocka_unit_test(test_a_piece_that_fails_ends_it),
        cmocka_unit_test(test_pieces_are_on_the_budget),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
