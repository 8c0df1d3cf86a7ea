/* Where the server of a profile is asked for names. */
#include "symbol/remote.h"

#include "support.h"
#include "transform/profile_text.h"

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

/* context: a buffer for the body. */
static bool answer_names(void *context, const char *url, cprof_slice body, cprof_sink *answer,
                         cprof_error *err) {
    (void)err;
    assert_string_equal(url, "http://host/symbolz");
    memcpy(context, body.ptr, body.len);
    cprof_sink_puts(answer, "num_symbols: 1\n0x1010 first\n0x1020\tsecond\n0x1010 again\n0x1030 unasked\n");
    return true;
}

static void asks_for_each_address_once(void **state) {
    char body[100] = "";
    cprof_profile *p =
        profile_of_text(NULL, "types n/count\n1 : -@a*0x1010 -@b*0x1010 -@a*0x1020 named@a*0x1030\n");
    const cprof_remote remote = {.url = "http://host/heapz", .post = answer_names, .context = body};
    cprof_relabel relabel;
    (void)state;
    assert_true(cprof_relabel_init(&relabel, p, NULL));
    assert_true(cprof_remote_ask(&remote, &relabel, true, NULL));
    assert_true(cprof_relabel_apply(&relabel, NULL));
    cprof_relabel_deinit(&relabel);
    assert_string_equal(body, "0x1010+0x1020");
    assert_text(text_of_profile_take(p), "1 : first first second named\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_symbol_handler),
        cmocka_unit_test(asks_for_each_address_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
