/* Every view, opened with ever more memory: it says that there is too little, or it is whole. */
#include "stage.h"

static const char DUMP[] = "goroutine 1 [running]:\n"
                           "main.main()\n\t/src/main.go:10 +0x1\n\n"
                           "goroutine 5 [chan receive, 12 minutes]:\n"
                           "main.wait(0x1)\n\t/src/main.go:20 +0x2\n"
                           "main.serve()\n\t/src/main.go:30 +0x3\n"
                           "created by main.main\n\t/src/main.go:11 +0x4\n";
static int start(void **state) {
    if (stage_start(state) != 0)
        return -1;
    stage_load(DUMP, NULL);
    return cprof_grid_resize(&stage.grid, 24, 80) ? 0 : -1;
}

static void use(cprof_screen_view *view) {
    static const uint32_t keys[] = {CPROF_KEY_END, ' ', CPROF_KEY_RIGHT, CPROF_KEY_DOWN, '*', '_'};
    static const int sizes[][2] = {{24, 80}, {1, 1}, {2, 9}, {3, 30}, {24, 0}, {0, 80}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        cprof_screen_view_key(view, keys[i]);
        cprof_screen_view_search(view, CPROF_SLICE("serve"), 1, false);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) /* the whole, and what may be left of it */
            cprof_screen_view_draw(
                view, cprof_area_sub(cprof_grid_area(&stage.grid), 0, 0, sizes[k][0], sizes[k][1]),
                CPROF_SLICE("e"), true);
    }
}

/* True when there was memory enough. */
static bool open_with(cprof_cache *cache, cprof_view_kind kind, const char *name, size_t room) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_screen_view view;
    stage.budget.limit = stage.budget.used + room;
    bool ok =
        cprof_screen_view_init(&view, kind, cache, &stage.env, &stage.settings, cprof_slice_of(name), &err);
    if (ok) {
        use(&view);
        cprof_screen_view_deinit(&view);
    } else if (err.code != CPROF_ERR_MEMORY) {
        fail_msg("%s with %zu bytes: %d, %s", cprof_view_names[kind], room, err.code, err.message);
    }
    stage.budget.limit = 0;
    return ok;
}

static void views_need_memory_and_say_so(void **state) {
    (void)state;
    size_t before = stage.budget.used;
    for (int kind = 0; kind < CPROF_VIEW_TEXT; kind++) {
        const char *name = kind == CPROF_VIEW_FUNCTION ? "main.wait"
                           : kind == CPROF_VIEW_SOURCE ? "main"
                                                       : "";
        bool failed = false, done = false;
        for (size_t room = 0; !done; room += 256) {
            cprof_cache *cache = cprof_cache_new(stage.session, 0);
            assert_non_null(cache);
            assert_true(cprof_cache_mark(cache, &stage.settings, CPROF_SLICE("before"), NULL));
            done = open_with(cache, (cprof_view_kind)kind, name, room);
            failed |= !done;
            cprof_cache_free(cache);
            assert_int_equal(stage.budget.used, before);
        }
        assert_true(failed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(views_need_memory_and_say_so)};
    return cmocka_run_group_tests(tests, start, stage_end);
}
