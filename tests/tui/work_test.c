/* Steps of work in another thread, and what stops them.  As while another program has the terminal: then
 * there is no screen to be looked at. */
#include "support.h"

#include "tui/app.h"
#include "tui/screen_signals.h"

#include <signal.h>
#include <time.h>

static cprof_app app;

static int start(void **state) {
    (void)state;
    app = (cprof_app){.away = true};
    cprof_screen_signals_start();
    return cprof_app_work_init(&app) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    cprof_app_work_deinit(&app);
    cprof_screen_signals_end();
    cprof_vec_free(&app.env, &app.message);
    cprof_vec_free(&app.env, &app.queue);
    return 0;
}

static void rest(long milliseconds) {
    struct timespec time = {.tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
}

/* So near its end that it no longer asks whether it is to stop. */
static bool interrupted_at_its_end(void *context, cprof_error *err) {
    (void)context, (void)err;
    raise(SIGINT);
    while (!atomic_load(&app.stop))
        rest(1);
    return true;
}

static bool counts(void *context, cprof_error *err) {
    (void)err;
    ++*(int *)context;
    return true;
}

static void an_interrupt_stops_the_steps_that_follow(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    int count = 0;
    assert_true(cprof_app_do(&app, interrupted_at_its_end, NULL, &err));
    assert_false(cprof_app_do(&app, counts, &count, &err));
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
    assert_int_equal(count, 0);
    /* The next key begins anew. */
    cprof_event key = {.key = 'x'}, next;
    assert_true(cprof_vec_push(&app.env, &app.queue, key));
    cprof_app_next(&app, &next);
    assert_int_equal(next.key, 'x');
    assert_true(cprof_app_do(&app, counts, &count, &err));
    assert_int_equal(count, 1);
}

static void kept_keys_come_in_their_order(void **state) {
    (void)state;
    cprof_event event;
    for (uint32_t i = 0; i < 5000; i++)
        assert_true(cprof_vec_push(&app.env, &app.queue, ((cprof_event){.key = i})));
    for (uint32_t i = 0; i < 5000; i++) {
        if (i % 2)
            cprof_app_next(&app, &event);
        else
            assert_true(cprof_app_next_at_once(&app, &event));
        assert_int_equal(event.key, i);
    }
    assert_int_equal(app.queue.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_interrupt_stops_the_steps_that_follow, start, end),
        cmocka_unit_test_setup_teardown(kept_keys_come_in_their_order, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
