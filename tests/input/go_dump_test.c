#include "input/go_formats.h"
#include "input/go_header.h"
#include "show.h"

static void a_dump_becomes_counts_with_labels(void **state) {
    (void)state;
    assert_shows(cprof_go_dump_parse,
                 "goroutine 18 [chan receive, 2 minutes, locked to thread]:\n"
                 "main.(*T).wait(0xc000403e60, {0x7d4488?, 0xc0000a2300}, 0x0)\n"
                 "\t/src/main.go:2392 +0xf5\n"
                 "created by main.start in goroutine 7\n"
                 "\t/src/main.go:17 +0x1791\n"
                 "\n"
                 "goroutine 21 [chan receive, 2 minutes, locked to thread]:\n"
                 "main.(*T).wait(0xc000403e80, {0x7d4488?, 0xc0000a2300}, 0x0)\n"
                 "\t/src/main.go:2392 +0xf5\n"
                 "created by main.start in goroutine 9\n"
                 "\t/src/main.go:17 +0x1791\n"
                 "\n"
                 "goroutine 1 [select (no cases)]:\n"
                 "main.main()\n"
                 "\t/src/main.go:3 +0x1\n",
                 "2 created_by=main.start locked=thread state=chan receive wait=2minutes ids 18 21\n"
                 " main.(*T).wait /src/main.go:2392\n"
                 "1 state=select (no cases) ids 1\n"
                 " main.main /src/main.go:3\n");
}

static void the_type_is_that_of_the_binary_form(void **state) {
    (void)state;
    cprof_profile *p = parse_text(cprof_go_dump_parse, CPROF_SLICE("goroutine 1 [running]:\nmain.main()\n"
                                                                   "\tm.go:3 +0x1\n"));
    assert_int_equal(p->type_count, 1);
    assert_slice(cprof_profile_string(p, p->types[0].type), "goroutine");
    assert_slice(cprof_profile_string(p, p->types[0].unit), "count");
    assert_slice(cprof_profile_string(p, p->period_type.type), "goroutine");
    assert_int_equal(p->period, 1);
    assert_slice(attribute_of(p, "truncated"), "(none)");
    cprof_profile_free(p);
}

/* "(...)" stands for the arguments of a call that was inlined into the next one. */
static void inlined_calls_are_one_location(void **state) {
    (void)state;
    assert_shows(cprof_go_dump_parse,
                 "goroutine 20 [runnable]:\n"
                 "main.inner(...)\n"
                 "\tm.go:1\n"
                 "main.middle(...)\n"
                 "\tm.go:2\n"
                 "main.outer(0xc001b75080)\n"
                 "\tm.go:3 +0x87\n"
                 "main.lonely(...)\n"
                 "\tm.go:4\n",
                 "1 state=runnable ids 20\n"
                 " main.inner m.go:1 < main.middle m.go:2 < main.outer m.go:3\n"
                 " main.lonely m.go:4\n");
}

/* pc is a return address; runtime.goexit is below every goroutine and says nothing. */
static void sigquit_gives_addresses(void **state) {
    (void)state;
    assert_shows(cprof_go_dump_parse,
                 "SIGQUIT: quit\n"
                 "PC=0x46bc21 m=0 sigcode=0\n"
                 "\n"
                 "goroutine 0 [idle]:\n"
                 "runtime.futex()\n"
                 "\truntime/sys_linux_amd64.s:559 +0x21 fp=0x7ffe214dd7f0 sp=0x7ffe214dd7e8 pc=0x46bc21\n"
                 "runtime.goparkunlock(...)\n"
                 "\truntime/proc.go:369\n"
                 "main.f(0x0?)\n"
                 "\tm.go:1 fp=0xc000038fe0 sp=0xc000038fb0 pc=0x4398ad\n"
                 "non-Go function\n"
                 "\tpc=0x7f0000000001\n"
                 "runtime.goexit()\n"
                 "\truntime/asm_amd64.s:1594 +0x1 fp=0xc000038fe8 sp=0xc000038fe0 pc=0x469d21\n"
                 "\n"
                 "rax    0xca\n"
                 "rip    0x46bc21\n",
                 "1 state=idle ids 0\n"
                 " 0x46bc20 runtime.futex runtime/sys_linux_amd64.s:559\n"
                 " 0x4398ac runtime.goparkunlock runtime/proc.go:369 < main.f m.go:1\n"
                 " 0x7f0000000000 non-Go function :0\n");
}

static void newer_headers_are_understood(void **state) {
    (void)state;
    assert_shows(
        cprof_go_dump_parse,
        "goroutine 34 gp=0xc0000061c0 m=0 mp=0x99 [chan receive (scan), 12 minutes]:\n"
        "main.f()\n\tm.go:1 +0x1\n"
        "\n"
        "goroutine 35 [select (durable), synctest bubble 4] labels:{\"tenant\":\"a]b: \\\"c\\\"\", stage: work}:\n"
        "main.f()\n\tm.go:1 +0x1\n",
        "1 state=chan receive wait=12minutes ids 34\n"
        " main.f m.go:1\n"
        "1 bubble=4 stage=work state=select (durable) tenant=a]b: \"c\" ids 35\n"
        " main.f m.go:1\n");
}

static void what_a_dump_leaves_out_is_marked(void **state) {
    (void)state;
    assert_shows(cprof_go_dump_parse,
                 "goroutine 5 [running]:\n"
                 "main.f(0x1)\n\tm.go:1 +0x1\n"
                 "...additional frames elided...\n"
                 "created by main.main\n\tm.go:9 +0x1\n"
                 "\n"
                 "goroutine 6 [running]:\n"
                 "\tgoroutine running on other thread; stack unavailable\n"
                 "\n"
                 "goroutine 7 [running]:\n"
                 "main.f(0x1)\n\tm.go:1 +0x1\n"
                 "...23 frames elided...\n"
                 "main.g(0x1)\n\tm.go:2 +0x1\n"
                 "[originating from goroutine 1]:\n"
                 "main.main(...)\n\tm.go:3\n",
                 "1 created_by=main.main state=running ids 5\n"
                 " main.f m.go:1\n"
                 " [frames elided] :0\n"
                 "1 state=running ids 6\n"
                 " [stack unavailable] :0\n"
                 "1 state=running ids 7\n"
                 " main.f m.go:1\n"
                 " [frames elided] :0\n"
                 " main.g m.go:2\n");
}

static void a_log_may_stand_around_the_dump(void **state) {
    (void)state;
    static const char text[] = "2026/11/21 02:47:34 starting goroutine 1 and others\n"
                               "panic: runtime error: index out of range [5] with length 3\n"
                               "\n"
                               "goroutine 34 [running]:\n"
                               "main.f(0x1)\n\t/src/a b/m.go:12 +0x1d\n"
                               "exit status 2\n"
                               "E1121 02:47:35 http: panic serving 127.0.0.1:1: goroutine 40 [running]:\n"
                               "main.g(0x1)\n\tC:/m.go:7 +0x1d\n";
    assert_shows(cprof_go_dump_parse, text,
                 "1 state=running ids 34\n main.f /src/a b/m.go:12\n"
                 "1 state=running ids 40\n main.g C:/m.go:7\n");
    cprof_profile *p = parse_text(cprof_go_dump_parse, cprof_slice_of(text));
    assert_slice(attribute_of(p, "panic"), "runtime error: index out of range [5] with length 3");
    cprof_profile_free(p);
}

static void every_line_may_have_a_prefix(void **state) {
    (void)state;
    assert_shows(cprof_go_dump_parse,
                 "2026-11-21T02:47:33Z stdout F ready\n"
                 "2026-11-21T02:47:34.1Z stderr F goroutine 1 [select]:\n"
                 "2026-11-21T02:47:34.12Z stderr F main.main()\n"
                 "2026-11-21T02:47:34.123Z stderr F \tm.go:7 +0x45\n"
                 "2026-11-21T02:47:34Z stderr F \n"
                 "2026-11-21T02:47:34Z stderr F goroutine 2 [sleep]:\n"
                 "2026-11-21T02:47:34Z stderr F main.f(...)\n"
                 "2026-11-21T02:47:34Z stderr F \tm.go:8 +0x45\n",
                 "1 state=select ids 1\n main.main m.go:7\n"
                 "1 state=sleep ids 2\n main.f m.go:8\n");
    assert_shows(
        cprof_go_dump_parse,
        "    goroutine 1 [select]:\n    main.main()\n        m.go:7 +0x45\n\n    goroutine 2 [sleep]:\n",
        "1 state=select ids 1\n main.main m.go:7\n"
        "1 state=sleep ids 2\n");
}

/* A header far to the right makes no later line cost more than its length: else this would not end in time.
 */
static void a_long_prefix_takes_no_time(void **state) {
    (void)state;
    enum { PREFIX = 1 << 21, LINES = 1 << 21 };
    static const char header[] = "goroutine 1 [select]:\n";
    size_t size = PREFIX + sizeof header - 1 + 2 * LINES;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', PREFIX);
    memcpy(text + PREFIX, header, sizeof header - 1);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + size - 2 * (i + 1), "x\n", 2);
    cprof_profile_free(parse_text(cprof_go_dump_parse, (cprof_slice){text, size}));
    free(text);
}

/* A text that ends early keeps what is complete, and says so. */
static void a_cut_dump_keeps_what_is_complete(void **state) {
    (void)state;
    static const struct {
        const char *end, *frames;
        bool truncated;
    } cuts[] = {
        {"", "", false},
        {"goro", "", true},
        {"goroutine 2 [sel", "", true},
        {"goroutine 2 [select]:\nmain.g(0x", "1 state=select ids 2\n", true},
        {"goroutine 2 [select]:\nmain.g(0x1)\n", "1 state=select ids 2\n", true},
        {"goroutine 2 [select]:\nmain.g(0x1)\n\tm.go:1", "1 state=select ids 2\n", true},
        {"goroutine 2 [select]:\nmain.g(0x1)\n\tm.go:12 +0x1", "1 state=select ids 2\n main.g m.go:12\n",
         false},
        {"goroutine 2 [select]:\nmain.g(0x1)\n\tm.go:12 +0x1\ncreated by mai",
         "1 state=select ids 2\n main.g m.go:12\n", true},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        static const char whole[] = "goroutine 1 [running]:\nmain.main()\n\tm.go:3 +0x1\n\n";
        char text[400], expected[400];
        snprintf(text, sizeof text, "%s%s", whole, cuts[i].end);
        snprintf(expected, sizeof expected, "1 state=running ids 1\n main.main m.go:3\n%s", cuts[i].frames);
        assert_shows(cprof_go_dump_parse, text, expected);
        cprof_profile *p = parse_text(cprof_go_dump_parse, cprof_slice_of(text));
        assert_slice(attribute_of(p, "truncated"),
                     cuts[i].truncated ? "the text ends in the middle of a goroutine" : "(none)");
        cprof_profile_free(p);
    }
}

static void other_texts_are_not_mine(void **state) {
    (void)state;
    assert_not_mine(cprof_go_dump_parse, "");
    assert_not_mine(cprof_go_dump_parse, "goroutine profile: total 3\n");
    assert_not_mine(cprof_go_dump_parse, "a goroutine 1 [running] is here:\nno\n");
    assert_not_mine(cprof_go_dump_parse, "goroutine x [running]:\n");
    assert_not_mine(cprof_go_dump_parse, "main;goroutine 1 2\n");
}

static void numbers_that_do_not_fit_name_the_line(void **state) {
    (void)state;
    assert_malformed(cprof_go_dump_parse,
                     "goroutine 1 [running]:\n\ngoroutine 2 [select, 9999999999999999999 minutes]:\n",
                     "line 3: a goroutine's number or minutes do not fit 63 bits", 24);
    assert_malformed(cprof_go_dump_parse, "goroutine 99999999999999999999 [running]:\n",
                     "line 1: a goroutine's number or minutes do not fit 63 bits", 0);
    assert_malformed(cprof_go_dump_parse, "goroutine 1 [running] labels:{\"a}:\nmain.f()\n\tm.go:3 +0x1\n",
                     "line 3: the goroutine above has labels that are not {key: value, …}", 44);
}

/* Counted by hand: grep -c '^goroutine' of the file. */
static void a_real_dump_has_all_its_goroutines(void **state) {
    (void)state;
    cprof_slice text = read_testdata("go/goroutine.debug2.txt");
    cprof_profile *p = parse_text(cprof_go_dump_parse, text);
    assert_int_equal(total_of(p, 0), 86);
    assert_int_equal(p->members.first[p->samples.count], 86);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    cprof_slice text = read_testdata("go/goroutine.debug2.txt");
    assert_memory_may_end(cprof_go_dump_parse, text);
    free((void *)(uintptr_t)text.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_becomes_counts_with_labels),
        cmocka_unit_test(the_type_is_that_of_the_binary_form),
        cmocka_unit_test(inlined_calls_are_one_location),
        cmocka_unit_test(sigquit_gives_addresses),
        cmocka_unit_test(newer_headers_are_understood),
        cmocka_unit_test(what_a_dump_leaves_out_is_marked),
        cmocka_unit_test(a_log_may_stand_around_the_dump),
        cmocka_unit_test(every_line_may_have_a_prefix),
        cmocka_unit_test(a_long_prefix_takes_no_time),
        cmocka_unit_test(a_cut_dump_keeps_what_is_complete),
        cmocka_unit_test(other_texts_are_not_mine),
        cmocka_unit_test(numbers_that_do_not_fit_name_the_line),
        cmocka_unit_test(a_real_dump_has_all_its_goroutines),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
