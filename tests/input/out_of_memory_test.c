/* Every reader with too little memory: it says so, and gives back what it took. */
#include "input/producers.h"
#include "show.h"

static const struct {
    const char *file;
    parse_function *parse;
} readers[] = {
    {"producers/gperftools.prof", cprof_parse_legacy_cpu},
    {"producers/gperftools.heap", cprof_parse_legacy_heap},
    {"producers/symbolized.prof", cprof_parse_legacy_symbolized},
    {"producers/jemalloc.heap", cprof_parse_jemalloc},
    {"producers/kernel.folded", cprof_parse_folded},
    {"producers/diff.folded", cprof_parse_folded},
    {"producers/perf.script", cprof_parse_perf_script},
    {"producers/kv.cpuprofile", cprof_parse_v8_cpuprofile},
    {"producers/kv.heapprofile", cprof_parse_v8_heapprofile},
    {"producers/otlp.pb", cprof_parse_otlp},
};

/* One attempt; true when the memory was enough. */
static bool attempt(size_t reader, cprof_slice text, size_t limit, size_t *peak) {
    cprof_budget budget = {.limit = limit};
    cprof_env env = {.budget = &budget};
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_parse outcome = readers[reader].parse(text, &env, &p, &err);
    if (outcome == CPROF_PARSE_OK)
        cprof_profile_free(p);
    else if (outcome != CPROF_PARSE_MALFORMED || err.code != CPROF_ERR_MEMORY)
        fail_msg("%s with %zu bytes: %d, %s", readers[reader].file, limit, outcome, err.message);
    assert_int_equal(budget.used, 0);
    *peak = budget.peak;
    return outcome == CPROF_PARSE_OK;
}

static void readers_say_when_memory_is_used_up(void **state) {
    (void)state;
    enum { STEPS = 200 };
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        cprof_slice text = read_testdata(readers[i].file);
        size_t enough, peak, failed = 0;
        assert_true(attempt(i, text, 0, &enough)); /* 0: no limit */
        assert_true(enough > STEPS);
        for (size_t limit = 1; limit < enough; limit += enough / STEPS)
            failed += !attempt(i, text, limit, &peak);
        assert_true(failed > STEPS / 2);
        assert_true(attempt(i, text, enough, &peak));
        free((void *)(uintptr_t)text.ptr);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_say_when_memory_is_used_up)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
