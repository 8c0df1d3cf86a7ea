/* Where the server of a profile is asked for names. */
#include "symbol/remote.h"

#include "support.h"

static void finds_the_symbol_handler(void **state) {
    static const char *const rows[][2] = {
        {"http://host:8000/profilez", "http://host:8000/symbolz"},
        {"http://host:8000/profilez?seconds=5", "http://host:8000/symbolz"},
        {"http://host/some/deeper/path/heapz?a=/b", "http://host/some/deeper/path/symbolz"},
        {"http://host/debug/pprof/heap", "http://host/debug/pprof/symbol"},
        {"https://host:1/x/debug/pprof/profile?seconds=10", "https://host:1/x/debug/pprof/symbol"},
        {"http://host/pprof/growth", "http://host/pprof/symbol"},
        {"http://host/x/pprof/contention/", "http://host/x/pprof/symbolz"},
        {"http://host/x/pprof/pmuprofile", "http://host/x/pprof/symbol"},
        {"http://host", "http://host/symbolz"},
        {"http://host/", "http://host/symbolz"},
        {"http://host?q", "http://host/symbolz"},
        {"heap.pb.gz", NULL},
        {"http://", NULL},
        {"file:///debug/pprof/heap", NULL},
    };
    cprof_arena arena;
    (void)state;
    cprof_arena_init(&arena, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got;
        bool ok = cprof_remote_symbols_url(rows[i][0], &arena, &got, NULL);
        assert_int_equal(ok, rows[i][1] != NULL);
        if (ok)
            assert_string_equal(got, rows[i][1]);
    }
    cprof_arena_deinit(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_the_symbol_handler)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
