#include "stage.h"

#include "tui/ahead.h"

#include <pthread.h>
#include <unistd.h>

static int start(void **state) {
    if (stage_start(state) != 0)
        return -1;
    stage_load(STAGE_FOLDED, NULL);
    return 0;
}

static const cprof_fold *get(cprof_cache *cache, cprof_fold_kind kind, const char *name) {
    cprof_error err = CPROF_ERROR_INIT;
    const cprof_fold *fold = cprof_cache_get(cache, kind, &stage.settings, cprof_slice_of(name), &err);
    if (!fold)
        fail_msg("%s", err.message);
    return fold;
}

static void what_was_made_is_there(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    const cprof_fold *top = get(cache, CPROF_FOLD_TOP, "");
    assert_int_equal(top->rows.count, 4);
    assert_ptr_equal(get(cache, CPROF_FOLD_TOP, ""), top);
    cprof_cache_release(cache, top);
    cprof_cache_release(cache, top);
    assert_ptr_equal(get(cache, CPROF_FOLD_TOP, ""), top); /* also when nobody has used it */
    cprof_cache_release(cache, top);
    cprof_cache_free(cache);
}

static void other_wishes_are_other_folds(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    const cprof_fold *top = get(cache, CPROF_FOLD_TOP, ""), *tree = get(cache, CPROF_FOLD_TREE, "");
    assert_ptr_not_equal(top, tree);
    stage.settings.focus = CPROF_SLICE("^c$");
    const cprof_fold *focused = get(cache, CPROF_FOLD_TOP, "");
    assert_int_equal(focused->rows.count, 3); /* c, and what leads to it */
    stage.settings.focus = CPROF_SLICE("");
    stage.settings.ignore = CPROF_SLICE("^c$");
    const cprof_fold *ignored = get(cache, CPROF_FOLD_TOP, "");
    assert_int_equal(ignored->rows.count, 3); /* main, a, b */
    stage.settings.ignore = CPROF_SLICE("");
    assert_ptr_not_equal(focused, ignored);
    assert_ptr_equal(get(cache, CPROF_FOLD_TOP, ""), top);
    cprof_cache_release(cache, top);
    const cprof_fold *a = get(cache, CPROF_FOLD_FUNCTION, "a"), *b = get(cache, CPROF_FOLD_FUNCTION, "b");
    assert_int_equal(a->rows.count, 3);
    assert_int_equal(b->rows.count, 2);
    const cprof_fold *all[] = {top, tree, focused, ignored, a, b};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cprof_cache_release(cache, all[i]);
    cprof_cache_free(cache);
}

/* Of all rows the view chooses the order: sorting computes nothing. */
static void order_matters_where_rows_are_chosen_by_it(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    const cprof_fold *flat = get(cache, CPROF_FOLD_TOP, "");
    stage.settings.sort = CPROF_SLICE("cum");
    assert_ptr_equal(get(cache, CPROF_FOLD_TOP, ""), flat);
    stage.settings.nodecount = 1;
    const cprof_fold *cum = get(cache, CPROF_FOLD_TOP, "");
    assert_slice(cum->rows.at[0].name, "main");
    stage.settings.sort = CPROF_SLICE("flat");
    const cprof_fold *first = get(cache, CPROF_FOLD_TOP, "");
    assert_slice(first->rows.at[0].name, "c");
    stage.settings = cprof_settings_default();
    const cprof_fold *all[] = {flat, flat, cum, first};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        cprof_cache_release(cache, all[i]);
    cprof_cache_free(cache);
}

static void memory_is_bounded(void **state) {
    (void)state;
    size_t before = stage.budget.used;
    cprof_cache *cache = cprof_cache_new(stage.session, 0);
    const cprof_fold *top = get(cache, CPROF_FOLD_TOP, "");
    const cprof_fold *tree = get(cache, CPROF_FOLD_TREE, "");
    assert_int_equal(top->rows.count, 4); /* in use: it stays */
    size_t both = cprof_cache_bytes(cache);
    cprof_cache_release(cache, tree);
    assert_true(cprof_cache_bytes(cache) < both);
    assert_ptr_equal(get(cache, CPROF_FOLD_TOP, ""), top);
    cprof_cache_release(cache, top);
    cprof_cache_release(cache, top);
    assert_int_equal(cprof_cache_bytes(cache), 0);
    assert_int_equal(cprof_cache_count(cache), 0);
    cprof_cache_free(cache);
    assert_int_equal(stage.budget.used, before);
}

static void oldest_goes_first(void **state) {
    (void)state;
    cprof_cache *probe = cprof_cache_new(stage.session, 1 << 20);
    stage.settings.ignore = CPROF_SLICE("w");
    cprof_cache_release(probe, get(probe, CPROF_FOLD_TOP, ""));
    size_t one = cprof_cache_bytes(probe);
    cprof_cache_free(probe);
    cprof_cache *cache = cprof_cache_new(stage.session, one * 5 / 2);             /* room for two */
    static const cprof_slice wanted[] = {{"x", 1}, {"y", 1}, {"x", 1}, {"z", 1}}; /* all match nothing */
    for (size_t i = 0; i < 4; i++) {
        stage.settings.ignore = wanted[i];
        cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    }
    assert_int_equal(cprof_cache_count(cache), 2); /* x and z */
    stage.settings.ignore = CPROF_SLICE("x");
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    stage.settings.ignore = CPROF_SLICE("y");
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    stage.settings.ignore = CPROF_SLICE("x"); /* still there: z went */
    size_t count = cprof_cache_count(cache), bytes = cprof_cache_bytes(cache);
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    assert_int_equal(cprof_cache_count(cache), count);
    assert_int_equal(cprof_cache_bytes(cache), bytes);
    stage.settings.ignore = CPROF_SLICE("");
    cprof_cache_free(cache);
}

static void failures_are_not_kept(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    cprof_error err = CPROF_ERROR_INIT;
    stage.settings.focus = CPROF_SLICE("(");
    assert_null(cprof_cache_get(cache, CPROF_FOLD_TOP, &stage.settings, CPROF_SLICE(""), &err));
    assert_int_equal(err.code, CPROF_ERR_REGEX);
    assert_int_equal(cprof_cache_count(cache), 0);
    stage.settings.focus = CPROF_SLICE("");
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    assert_int_equal(cprof_cache_count(cache), 1);
    cprof_cache_free(cache);
}

/* Memory that only unused folds hold is there for a new one. */
static void unused_folds_make_room(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, SIZE_MAX);
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TREE, ""));
    size_t before = cprof_cache_bytes(cache);
    assert_true(before > 0);
    stage.budget.limit = stage.budget.used + 2048; /* for the key, not for a report */
    cprof_error err = CPROF_ERROR_INIT;
    const cprof_fold *top = cprof_cache_get(cache, CPROF_FOLD_TOP, &stage.settings, CPROF_SLICE(""), &err);
    stage.budget.limit = 0;
    assert_true(cprof_cache_count(cache) == (top ? 1 : 0)); /* the tree went in any case */
    cprof_cache_release(cache, top);
    cprof_cache_free(cache);
}

/* --- several at once --- */

enum { THREADS = 4 };

typedef struct asker {
    cprof_cache *cache;
    const cprof_fold *fold;
} asker;

static void *ask(void *context) {
    asker *a = context;
    cprof_settings own = cprof_settings_default();
    a->fold = cprof_cache_get(a->cache, CPROF_FOLD_TREE, &own, CPROF_SLICE(""), NULL);
    return NULL;
}

static void it_is_made_once(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    pthread_t threads[THREADS];
    asker askers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        askers[i] = (asker){.cache = cache};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(cprof_cache_count(cache), 1);
    for (int i = 0; i < THREADS; i++) {
        assert_non_null(askers[i].fold);
        assert_ptr_equal(askers[i].fold, askers[0].fold);
        cprof_cache_release(cache, askers[i].fold);
    }
    cprof_cache_free(cache);
}

/* --- ahead --- */

static void wait_until(const cprof_ahead *ahead) {
    while (!atomic_load(&ahead->done))
        usleep(1000);
}

static void work_ahead_is_there_when_it_is_wanted(void **state) {
    (void)state;
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    cprof_ahead ahead;
    cprof_ahead_init(&ahead, cache, stage.session);
    assert_true(cprof_ahead_start(&ahead, &stage.settings));
    assert_true(cprof_ahead_start(&ahead, &stage.settings)); /* is that already */
    wait_until(&ahead);
    size_t count = cprof_cache_count(cache);
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TOP, ""));
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TREE, ""));
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TRACES, ""));
    cprof_cache_release(cache, get(cache, CPROF_FOLD_TAGS, ""));
    assert_int_equal(cprof_cache_count(cache), count);
    assert_true(cprof_ahead_source(&ahead, CPROF_SLICE("^a$")));
    wait_until(&ahead);
    cprof_cache_release(cache, get(cache, CPROF_FOLD_SOURCE, "^a$"));
    assert_int_equal(cprof_cache_count(cache), ++count);
    assert_true(cprof_ahead_source(&ahead, CPROF_SLICE("^a$"))); /* is that already */
    assert_true(cprof_ahead_start(&ahead, &stage.settings));
    wait_until(&ahead);
    assert_int_equal(cprof_cache_count(cache), count);
    const cprof_fold *a = get(cache, CPROF_FOLD_FUNCTION, "a");
    assert_int_equal(a->rows.count, 3);
    assert_slice(a->rows.at[0].name, "main");
    assert_slice(a->rows.at[1].cum.text, "80");
    assert_slice(a->rows.at[2].cum.percent_text, "62.50%");
    cprof_cache_release(cache, a);
    assert_int_equal(cprof_cache_count(cache), count + 1);
    cprof_ahead_deinit(&ahead);
    cprof_cache_free(cache);
}

/* Whenever it is stopped, what is asked for meanwhile comes. */
static void work_ahead_gives_way(void **state) {
    (void)state;
    static const cprof_slice filters[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"", 0}};
    cprof_cache *cache = cprof_cache_new(stage.session, 1 << 20);
    cprof_ahead ahead;
    cprof_ahead_init(&ahead, cache, stage.session);
    for (int i = 0; i < 40; i++) {
        stage.settings.focus = filters[i % 4];
        while (!cprof_ahead_start(&ahead, &stage.settings))
            usleep(100);
        usleep((unsigned)i * 20);
        if (i % 3 == 0)
            cprof_ahead_stop(&ahead);
        cprof_cache_release(cache, get(cache, CPROF_FOLD_TREE, ""));
    }
    stage.settings.focus = CPROF_SLICE("");
    cprof_ahead_deinit(&ahead);
    cprof_cache_free(cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_made_is_there),
        cmocka_unit_test(other_wishes_are_other_folds),
        cmocka_unit_test(order_matters_where_rows_are_chosen_by_it),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(oldest_goes_first),
        cmocka_unit_test(failures_are_not_kept),
        cmocka_unit_test(unused_folds_make_room),
        cmocka_unit_test(it_is_made_once),
        cmocka_unit_test(work_ahead_is_there_when_it_is_wanted),
        cmocka_unit_test(work_ahead_gives_way),
    };
    return cmocka_run_group_tests(tests, start, stage_end);
}
