#include "profile/builder.h"
#include "report/flame.h"
#include "support.h"

#include <stdlib.h>

/* A profile of stacks written root first, "main;run;work", with one value each. */
typedef struct fixture {
    cprof_builder *builder;
    cprof_profile *profile;
    cprof_view view;
    cprof_report report;
    cprof_flame flame;
} fixture;

static void start(fixture *f) {
    *f = (fixture){.builder = cprof_builder_new(NULL, "test", NULL)};
    assert_non_null(f->builder);
    assert_true(cprof_builder_type(f->builder, CPROF_SLICE("cpu"), CPROF_SLICE("nanoseconds"), NULL));
}

static void add(fixture *f, const char *stack, int64_t value, bool base) {
    uint32_t rows[16], count = 0, row, set = 0;
    cprof_slice rest = cprof_slice_of(stack);
    while (rest.len > 0) {
        size_t end = cprof_slice_rfind(rest, ';');
        cprof_slice name = end == rest.len ? rest : cprof_slice_sub(rest, end + 1, rest.len);
        assert_true(cprof_builder_frame(f->builder, name, CPROF_SLICE("a.go"), 1, &rows[count++], NULL));
        rest = end == rest.len ? CPROF_SLICE("") : cprof_slice_sub(rest, 0, end);
    }
    assert_true(cprof_builder_stack(f->builder, rows, count, &row, NULL));
    if (base) {
        cprof_label label = {0};
        assert_true(cprof_builder_string(f->builder, CPROF_SLICE("pprof::base"), &label.key, NULL));
        assert_true(cprof_builder_string(f->builder, CPROF_SLICE("true"), &label.text, NULL));
        assert_true(cprof_builder_labels(f->builder, &label, 1, &set, NULL));
    }
    assert_true(cprof_builder_sample(f->builder, row, set, &value, NULL));
}

static void fold_with(fixture *f, cprof_flame_options options) {
    if (!f->profile)
        assert_true(cprof_builder_take(f->builder, &f->profile, NULL));
    cprof_view_init(&f->view, f->profile, NULL);
    f->view.granularity = (cprof_granularity){.inlines = true, .function = true};
    int64_t total;
    assert_true(cprof_report_total(&f->view, &total, NULL));
    cprof_report_options shown = {.ratio = 1, .unit = CPROF_SLICE("auto")};
    assert_true(cprof_report_init(&f->report, &f->view, &shown, total, NULL));
    assert_true(cprof_flame_init(&f->flame, &f->report, &options, NULL));
}

static void stop(fixture *f) {
    cprof_flame_deinit(&f->flame);
    cprof_report_deinit(&f->report);
    cprof_view_deinit(&f->view);
    cprof_profile_free(f->profile);
}

typedef struct expected_node {
    const char *name;
    uint32_t depth;
    int64_t width, value, base, self, folded;
} expected_node;

static void check(const fixture *f, const expected_node *expected, size_t count) {
    assert_int_equal(f->flame.nodes.count, count);
    for (size_t i = 0; i < count; i++) {
        const cprof_flame_node *node = &f->flame.nodes.at[i];
        if (i > 0)
            assert_slice(f->flame.stacks.frames.at[node->frame].name, expected[i].name);
        assert_int_equal(node->depth, expected[i].depth);
        assert_int_equal(node->width, expected[i].width);
        assert_int_equal(node->value, expected[i].value);
        assert_int_equal(node->base, expected[i].base);
        assert_int_equal(node->self, expected[i].self);
        assert_int_equal(node->folded, expected[i].folded);
    }
}

static void stacks_fold_into_a_tree(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "main.main;main.run", 10, false);
    add(&f, "main.main;main.run;os.Read", 20, false);
    add(&f, "main.main;main.idle", 30, false);
    add(&f, "main.main;main.run;os.Read", 1, false); /* the same stack again */
    add(&f, "runtime.gc", 31, false);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {
        {"", 0, 92, 92, 0, 0, 0},           {"main.main", 1, 61, 61, 0, 0, 0},
        {"main.run", 2, 31, 31, 0, 10, 0},  {"os.Read", 3, 21, 21, 0, 21, 0},
        {"main.idle", 2, 30, 30, 0, 30, 0}, {"runtime.gc", 1, 31, 31, 0, 31, 0},
    };
    check(&f, expected, 6);
    assert_int_equal(f.flame.nodes.at[1].end, 5);
    assert_int_equal(f.flame.nodes.at[2].end, 4);
    assert_int_equal(f.flame.stack_count, 4);
    assert_int_equal(f.flame.folded_stacks, 0);
    assert_int_equal(f.flame.depth, 3);
    stop(&f);
}

static void equal_widths_stand_by_name(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "b", 5, false);
    add(&f, "c", 5, false);
    add(&f, "a", 5, false);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {
        {"", 0, 15, 15, 0, 0, 0}, {"a", 1, 5, 5, 0, 5, 0}, {"b", 1, 5, 5, 0, 5, 0}, {"c", 1, 5, 5, 0, 5, 0}};
    check(&f, expected, 4);
    stop(&f);
}

static void what_is_too_narrow_is_folded_and_counted(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "main;wide", 97, false);
    add(&f, "main;thin", 1, false);
    add(&f, "main;thin;deeper", 1, false);
    add(&f, "main;hair", 1, false);
    fold_with(&f, (cprof_flame_options){.min_share = 0.05});
    const expected_node expected[] = {
        {"", 0, 100, 100, 0, 0, 0}, {"main", 1, 100, 100, 0, 0, 3}, {"wide", 2, 97, 97, 0, 97, 0}};
    check(&f, expected, 3);
    assert_int_equal(f.flame.folded_stacks, 3);
    assert_int_equal(f.flame.folded_width, 3);
    assert_string_equal(cprof_flame_folded_why(&f.flame), "narrow");
    stop(&f);
}

/* A node is never too narrow where there is room for all. */
static void nothing_is_folded_where_all_fits(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "wide", 1000000000, false);
    add(&f, "hair", 1, false);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {{"", 0, 1000000001, 1000000001, 0, 0, 0},
                                      {"wide", 1, 1000000000, 1000000000, 0, 1000000000, 0},
                                      {"hair", 1, 1, 1, 0, 1, 0}};
    check(&f, expected, 3);
    stop(&f);
}

/* The same picture when the limit is the number of nodes. */
static void the_narrowest_go_when_there_are_too_many(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "main;wide", 97, false);
    add(&f, "main;thin;deeper", 2, false);
    add(&f, "main;hair", 1, false);
    fold_with(&f, (cprof_flame_options){.max_nodes = 3});
    const expected_node expected[] = {
        {"", 0, 100, 100, 0, 0, 0}, {"main", 1, 100, 100, 0, 0, 3}, {"wide", 2, 97, 97, 0, 97, 0}};
    check(&f, expected, 3);
    assert_int_equal(f.flame.folded_stacks, 2);
    stop(&f);
}

/* One too many of equal width costs that one, not all of them. */
static void of_equal_widths_the_first_stay(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "a;x", 1, false);
    add(&f, "b;y", 1, false);
    add(&f, "c;z", 1, false);
    fold_with(&f, (cprof_flame_options){.max_nodes = 4});
    const expected_node expected[] = {
        {"", 0, 3, 3, 0, 0, 1}, {"a", 1, 1, 1, 0, 0, 0}, {"x", 2, 1, 1, 0, 1, 0}, {"b", 1, 1, 1, 0, 0, 1}};
    check(&f, expected, 4);
    assert_int_equal(f.flame.folded_stacks, 2);
    assert_int_equal(f.flame.folded_width, 2);
    stop(&f);
}

/* A stack that was folded by its width is not counted again when its caller goes too. */
static void no_stack_is_counted_twice(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "main;wide", 900, false);
    add(&f, "main;thin;x", 30, false);
    add(&f, "main;thin;hair", 1, false);
    add(&f, "main;thin;fluff", 1, false);
    fold_with(&f, (cprof_flame_options){.min_share = 0.01, .max_nodes = 3});
    const expected_node expected[] = {
        {"", 0, 932, 932, 0, 0, 0}, {"main", 1, 932, 932, 0, 0, 32}, {"wide", 2, 900, 900, 0, 900, 0}};
    check(&f, expected, 3);
    assert_int_equal(f.flame.stack_count, 4);
    assert_int_equal(f.flame.folded_stacks, 3);
    assert_int_equal(f.flame.folded_width, 32);
    stop(&f);
}

static void what_is_too_deep_is_folded(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "a;b;c;d", 8, false);
    add(&f, "a", 2, false);
    fold_with(&f, (cprof_flame_options){.max_depth = 2});
    const expected_node expected[] = {
        {"", 0, 10, 10, 0, 0, 0}, {"a", 1, 10, 10, 0, 2, 0}, {"b", 2, 8, 8, 0, 0, 8}};
    check(&f, expected, 3);
    assert_string_equal(cprof_flame_folded_why(&f.flame), "narrow or too deep");
    stop(&f);
}

/* Base values are stored below zero and labelled; both sides keep their room. */
static void a_difference_keeps_both_sides(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "main;grew", 30, false);
    add(&f, "main;grew", -10, true);
    add(&f, "main;new", 5, false);
    add(&f, "main;gone", -20, true);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {{"", 0, 55, 35, 30, 0, 0},
                                      {"main", 1, 55, 35, 30, 0, 0},
                                      {"grew", 2, 30, 30, 10, 30, 0},
                                      {"gone", 2, 20, 0, 20, 0, 0},
                                      {"new", 2, 5, 5, 0, 5, 0}};
    check(&f, expected, 5);
    assert_int_equal(f.flame.stacks.kind, CPROF_STACKS_DIFF);
    assert_int_equal(f.flame.largest_change, 20);
    const cprof_flame_node *grew = &f.flame.nodes.at[2], *gone = &f.flame.nodes.at[3];
    assert_true(cprof_flame_change(&f.flame, grew, false) == 1.0);
    assert_true(cprof_flame_change(&f.flame, grew, true) == 20.0 / 30);
    assert_true(cprof_flame_change(&f.flame, gone, true) == -1.0);
    stop(&f);
}

static void negative_values_without_a_base_have_room_too(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "a", -7, false);
    add(&f, "b", 3, false);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {
        {"", 0, 10, -4, 0, 0, 0}, {"a", 1, 7, -7, 0, -7, 0}, {"b", 1, 3, 3, 0, 3, 0}};
    check(&f, expected, 3);
    assert_int_equal(f.flame.stacks.kind, CPROF_STACKS_SIGNED);
    stop(&f);
}

static void sums_stop_at_the_bound(void **state) {
    (void)state;
    fixture f;
    start(&f);
    add(&f, "a;b", INT64_MAX, false);
    add(&f, "a;c", INT64_MAX, false);
    add(&f, "a;d", INT64_MIN, false);
    fold_with(&f, (cprof_flame_options){0});
    assert_int_equal(f.flame.nodes.at[0].width, INT64_MAX);
    stop(&f);
}

static void inlined_frames_are_marked(void **state) {
    (void)state;
    fixture f;
    start(&f);
    cprof_line lines[2] = {{.line = 3}, {.line = 9}};
    cprof_str name[2];
    uint32_t location, stack;
    int64_t value = 4;
    assert_true(cprof_builder_string(f.builder, CPROF_SLICE("inner"), &name[0], NULL));
    assert_true(cprof_builder_string(f.builder, CPROF_SLICE("outer"), &name[1], NULL));
    for (int i = 0; i < 2; i++)
        assert_true(cprof_builder_function(f.builder, name[i], name[i], 0, 0, &lines[i].function, NULL));
    assert_true(cprof_builder_location(f.builder, CPROF_NONE, 16, false, lines, 2, &location, NULL));
    assert_true(cprof_builder_stack(f.builder, &location, 1, &stack, NULL));
    assert_true(cprof_builder_sample(f.builder, stack, 0, &value, NULL));
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {
        {"", 0, 4, 4, 0, 0, 0}, {"outer", 1, 4, 4, 0, 0, 0}, {"inner", 2, 4, 4, 0, 4, 0}};
    check(&f, expected, 3);
    assert_false(f.flame.nodes.at[1].inlined);
    assert_true(f.flame.nodes.at[2].inlined);
    stop(&f);
}

static void packages_by_the_form_of_the_name(void **state) {
    (void)state;
    static const char *const cases[][4] = {
        {"main.main", "/src/main.go", "", "main"},
        {"net/http.(*Server).Serve", "/go/net/http/server.go", "", "net/http"},
        {"github.com/a/b.v2.Do[go.shape.int]", "/x/do.go", "", "github.com/a/b"},
        {"main.Type.Method.func1", "/src/main.go", "", "main"},
        {"std::vector<int, std::allocator<int> >::push_back(int const&)", "v.h", "", "std"},
        {"alloc::vec::Vec<T>::push", "lib.rs", "", "alloc"},
        {"<tokio::task::Poll as core::future::Future>::poll", "poll.rs", "", "tokio"},
        {"java.util.HashMap.put", "HashMap.java", "", "java.util"},
        {"render", "/app/node_modules/@scope/kit/lib/x.js", "", "@scope/kit"},
        {"readFile", "node:fs", "", "node"},
        {"malloc", "malloc.c", "/usr/lib/libc.so.6", "libc.so.6"},
        {"memcpy", "/build/string/memcpy.c", "", "/build/string"},
        {"lonely", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_slice(cprof_package_of(cprof_slice_of(cases[i][0]), cprof_slice_of(cases[i][1]),
                                      cprof_slice_of(cases[i][2])),
                     cases[i][3]);
}

/* FNV-1a's published values: "" is 0x811c9dc5, "a" 0xe40c292c, "foobar" 0xbf9cf968. */
static void colours_are_a_published_hash(void **state) {
    (void)state;
    assert_int_equal(cprof_package_colour(CPROF_SLICE(""), 24), 0x811c9dc5u % 24);
    assert_int_equal(cprof_package_colour(CPROF_SLICE("a"), 24), 0xe40c292cu % 24);
    assert_int_equal(cprof_package_colour(CPROF_SLICE("foobar"), 24), 0xbf9cf968u % 24);
}

static void an_empty_profile_is_a_root(void **state) {
    (void)state;
    fixture f;
    start(&f);
    fold_with(&f, (cprof_flame_options){0});
    const expected_node expected[] = {{"", 0, 0, 0, 0, 0, 0}};
    check(&f, expected, 1);
    stop(&f);
}

/* 6^6 stacks, enough for two threads: stack i has the digits of i in base 6 as its frames, and weighs
 * 1 + i * i % 97. */
enum { DIGIT = 6, DIGITS = 6, STACKS = 46656 };

typedef struct big_tree {
    const fixture *f;
    int64_t width[DIGITS + 1][STACKS]; /* of the digits so far, as a number */
    int64_t least;                     /* narrower ones are folded */
    uint32_t ties;                     /* as many of those that are as wide stay */
    size_t at;                         /* node that is to come */
} big_tree;

static int descending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Checks the node of these digits and all below it. */
static void expect_subtree(big_tree *t, uint32_t depth, uint32_t number) {
    const cprof_flame_node *node = &t->f->flame.nodes.at[t->at++];
    int64_t folded = 0, width = t->width[depth][number];
    uint32_t digits[DIGIT], count = 0;
    assert_int_equal(node->depth, depth);
    assert_int_equal(node->width, width);
    assert_int_equal(node->value, width);
    assert_int_equal(node->self, depth == DIGITS ? width : 0);
    if (depth > 0) {
        cprof_slice name = t->f->flame.stacks.frames.at[node->frame].name;
        assert_int_equal(name.ptr[0], 'a' + (char)(number % DIGIT));
    }
    for (uint32_t d = 0; depth < DIGITS && d < DIGIT; d++) {
        int64_t w = t->width[depth + 1][number * DIGIT + d];
        uint32_t k = count++;
        for (; k > 0 && t->width[depth + 1][number * DIGIT + digits[k - 1]] < w; k--)
            digits[k] = digits[k - 1];
        digits[k] = d;
    }
    for (uint32_t k = 0; k < count; k++) {
        int64_t w = t->width[depth + 1][number * DIGIT + digits[k]];
        if (w < t->least || (w == t->least && t->ties == 0)) {
            folded += w;
            continue;
        }
        t->ties -= w == t->least;
        expect_subtree(t, depth + 1, number * DIGIT + digits[k]);
    }
    assert_int_equal(node->folded, folded);
}

static void big_ones_are_folded_by_several_threads(void **state) {
    (void)state;
    static big_tree t;
    static int64_t all[2 * STACKS];
    fixture f;
    size_t nodes = 0;
    start(&f);
    for (uint32_t i = 0; i < STACKS; i++) {
        char stack[2 * DIGITS + 1] = "";
        int64_t value = 1 + i * i % 97;
        for (uint32_t d = DIGITS, rest = i; d-- > 0; rest /= DIGIT) {
            t.width[d + 1][rest] += value;
            stack[2 * d] = (char)('a' + rest % DIGIT);
            stack[2 * d + 1] = d + 1 < DIGITS ? ';' : '\0';
        }
        t.width[0][0] += value;
        add(&f, stack, value, false);
    }
    for (uint32_t d = 0, count = 1; d <= DIGITS; d++, count *= DIGIT)
        for (uint32_t i = 0; i < count; i++)
            all[nodes++] = t.width[d][i];
    qsort(all, nodes, sizeof *all, descending);
    const uint32_t limits[] = {100000, 20000, 1000, 1};
    t.f = &f;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        t.at = 0;
        t.least = limits[i] < nodes ? all[limits[i]] : 0;
        t.ties = limits[i] < nodes ? limits[i] : 0;
        for (uint32_t k = 0; t.ties > 0 && k < limits[i] && all[k] > t.least; k++)
            t.ties--;
        fold_with(&f, (cprof_flame_options){.max_nodes = limits[i], .min_share = 1e-12});
        expect_subtree(&t, 0, 0);
        assert_int_equal(f.flame.nodes.count, t.at);
        assert_int_equal(t.at, limits[i] < nodes ? limits[i] : nodes);
        cprof_flame_deinit(&f.flame);
        cprof_report_deinit(&f.report);
        cprof_view_deinit(&f.view);
    }
    cprof_profile_free(f.profile);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big_ones_are_folded_by_several_threads),
        cmocka_unit_test(stacks_fold_into_a_tree),
        cmocka_unit_test(equal_widths_stand_by_name),
        cmocka_unit_test(nothing_is_folded_where_all_fits),
        cmocka_unit_test(what_is_too_narrow_is_folded_and_counted),
        cmocka_unit_test(the_narrowest_go_when_there_are_too_many),
        cmocka_unit_test(of_equal_widths_the_first_stay),
        cmocka_unit_test(no_stack_is_counted_twice),
        cmocka_unit_test(what_is_too_deep_is_folded),
        cmocka_unit_test(a_difference_keeps_both_sides),
        cmocka_unit_test(negative_values_without_a_base_have_room_too),
        cmocka_unit_test(sums_stop_at_the_bound),
        cmocka_unit_test(inlined_frames_are_marked),
        cmocka_unit_test(packages_by_the_form_of_the_name),
        cmocka_unit_test(colours_are_a_published_hash),
        cmocka_unit_test(an_empty_profile_is_a_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
