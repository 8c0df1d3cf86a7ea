#include "input/go_formats.h"
#include "show.h"

/* Of blocks as large as the rate (524288), 1 - 1/e are seen: 1 / (1 - 1/e) = 1.58197670686932… */
static void heap_is_unsampled_by_the_header(void **state) {
    (void)state;
    assert_shows(cprof_go_heap_parse,
                 "heap profile: 3: 2048 [10: 4096] @ heap/1048576\n"
                 "10: 5242880 [100: 52428800] @ 0x401001 0x402001\n"
                 "#\t0x401000\tmain.keep+0x10\t/src/main.go:12\n"
                 "#\t0x402000\tmain.main+0x20\t/src/main.go:7\n"
                 "\n"
                 "0: 0 [2: 1048576] @ 0x401005\n"
                 "#\t0x401004\tmain.keep+0x14\t/src/main.go:13\n"
                 "0: 0 [0: 0] @ 0x401005\n"
                 "#\t0x401004\tmain.keep+0x14\t/src/main.go:13\n",
                 "158 82941140 15 8294114 bytes=524288bytes\n"
                 " 0x401000 main.keep /src/main.go:12\n"
                 " 0x402000 main.main /src/main.go:7\n"
                 "3 1658822 0 0 bytes=524288bytes\n"
                 " 0x401004 main.keep /src/main.go:13\n"
                 "0 0 0 0\n"
                 " 0x401004 main.keep /src/main.go:13\n");
}

static void heap_of_rate_1_is_as_it_stands(void **state) {
    (void)state;
    cprof_profile *p = parse_text(cprof_go_heap_parse, CPROF_SLICE("heap profile: 3: 48 [3: 48] @ heap/2\n"
                                                                   "3: 48 [3: 48] @ 0x401001\n"
                                                                   "#\t0x401000\tmain.f+0x1\tm.go:1\n"));
    assert_int_equal(p->type_count, 4);
    assert_slice(cprof_profile_string(p, p->types[0].type), "alloc_objects");
    assert_slice(cprof_profile_string(p, p->types[0].unit), "count");
    assert_slice(cprof_profile_string(p, p->types[1].type), "alloc_space");
    assert_slice(cprof_profile_string(p, p->types[1].unit), "bytes");
    assert_slice(cprof_profile_string(p, p->types[2].type), "inuse_objects");
    assert_slice(cprof_profile_string(p, p->types[3].type), "inuse_space");
    assert_slice(cprof_profile_string(p, p->period_type.type), "space");
    assert_slice(cprof_profile_string(p, p->period_type.unit), "bytes");
    assert_int_equal(p->period, 1);
    assert_int_equal(total_of(p, 0), 3);
    assert_int_equal(total_of(p, 3), 48);
    cprof_profile_free(p);
}

static void memstats_are_kept(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_go_heap_parse, CPROF_SLICE("heap profile: 0: 0 [0: 0] @ heap/1048576\n"
                                                    "\n"
                                                    "# runtime.MemStats\n"
                                                    "# Alloc = 6921608\n"
                                                    "# PauseNs = [1 2 0]\n"
                                                    "# MaxRSS = 12\n"));
    assert_int_equal(p->samples.count, 0);
    assert_slice(attribute_of(p, "runtime.MemStats.Alloc"), "6921608");
    assert_slice(attribute_of(p, "runtime.MemStats.PauseNs"), "[1 2 0]");
    assert_slice(attribute_of(p, "runtime.MemStats.MaxRSS"), "12");
    cprof_profile_free(p);
}

static void heap_without_names_is_another_format(void **state) {
    (void)state;
    assert_not_mine(cprof_go_heap_parse, "heap profile: 3: 48 [3: 48] @ heap/2\n3: 48 [3: 48] @ 0x401001\n");
    assert_not_mine(cprof_go_heap_parse, "heap profile: 3: 48 [3: 48] @ heapprofile\n"
                                         "3: 48 [3: 48] @ 0x401001\n#\t0x401000\tf+0x1\tm.c:1\n");
    assert_not_mine(cprof_go_heap_parse, "");
}

static void heap_errors_name_the_line(void **state) {
    (void)state;
    assert_malformed(
        cprof_go_heap_parse,
        "heap profile: 1: 2 [1: 2] @ heap/2\n1: 2 [1: 2] @ 0x401001\n#\t0x401000\tf+0x1\tm.go:1\n"
        "0: 16 [1: 16] @ 0x1\n",
        "line 4: no objects and yet 16 bytes", 82);
    assert_malformed(cprof_go_heap_parse,
                     "heap profile: 1: 2 [1: 2] @ heap/2\n#\t0x401000\tf+0x1\tm.go:1\n1: 2 [1: 2\n",
                     "line 3: no sample: it has no '@'", 59);
    assert_malformed(cprof_go_heap_parse,
                     "heap profile: 1: 2 [1: 2] @ heap/2\n#\t0x401000\tf+0x1\tm.go:1\n1: 2 [1] @ 0x1\n",
                     "line 3: no heap sample: not \"objects: bytes [objects: bytes] @ addresses\"", 59);
    assert_malformed(cprof_go_heap_parse,
                     "heap profile: 1: 2 [1: 2] @ heap/2\n#\t0x401000\tf+0x1\tm.go:1\n"
                     "1: 2 [1: 2] @ 0x11112222333344445\n",
                     "line 3: the addresses behind '@' are not all 0x… of 64 bits", 59);
}

/* A call that was inlined lies in the body (address less offset) of the function it was inlined into. */
static void inlined_calls_are_one_location(void **state) {
    (void)state;
    assert_shows(
        cprof_go_count_parse,
        "goroutine profile: total 3\n"
        "3 @ 0x439a16 0x6c27a5 0x6c278e 0x6c3001 0x469d21\n"
        "#\t0x6c27a4\tnet/http.(*Client).Do+0x464\tnet/http/client.go:581\n"
        "#\t0x6c278d\tmain.load+0x44d\t\t\texample.com/orderd/main.go:98\n"
        "#\t0x6c3000\tmain.main+0x20\t\t\texample.com/orderd/main.go:141\n",
        "3\n"
        " 0x6c27a4 net/http.(*Client).Do net/http/client.go:581 < main.load example.com/orderd/main.go:98\n"
        " 0x6c3000 main.main example.com/orderd/main.go:141\n");
}

static void recursion_is_not_inlining(void **state) {
    (void)state;
    /* main.walk (at 0x1000) calls itself twice; main.leaf is inlined into it. */
    assert_shows(cprof_go_count_parse,
                 "goroutine profile: total 1\n"
                 "1 @ 0x1011 0x1021 0x1021 0x1031\n"
                 "#\t0x1010\tmain.leaf+0x10\tm.go:3\n"
                 "#\t0x1020\tmain.walk+0x20\tm.go:9\n"
                 "#\t0x1020\tmain.walk+0x20\tm.go:9\n"
                 "#\t0x1030\tmain.walk+0x30\tm.go:8\n",
                 "1\n"
                 " 0x1010 main.leaf m.go:3 < main.walk m.go:9\n"
                 " 0x1020 main.walk m.go:9\n"
                 " 0x1030 main.walk m.go:8\n");
}

static void labels_and_empty_stacks(void **state) {
    (void)state;
    assert_shows(cprof_go_count_parse,
                 "goroutine profile: total 7\n"
                 "2 @ 0x1011\n"
                 "# labels: {\"tenant\":\"a\\\"b\\n\\u00e9\\xff\", \"b\":\"\"}\n"
                 "#\t0x1010\tmain.f+0x10\tm.go:3\n"
                 "\n"
                 "5 @\n"
                 "#\t0x0\n",
                 "2 b= tenant=a\"b\n\xc3\xa9\xff\n"
                 " 0x1010 main.f m.go:3\n"
                 "5\n");
    assert_malformed(
        cprof_go_count_parse,
        "goroutine profile: total 7\n2 @ 0x1011\n#\t0x1010\tmain.f+0x10\tm.go:3\n# labels: {\"a\":\"b}\n",
        "line 4: labels that are not {\"key\":\"value\", …}", 66);
}

/* Frames without a name keep their address; records without frames keep all theirs. */
static void addresses_without_names(void **state) {
    (void)state;
    assert_shows(cprof_go_count_parse,
                 "threadcreate profile: total 3\n"
                 "1 @ 0x1011 0x7f0000000001\n"
                 "#\t0x1010\tmain.f+0x10\tm.go:3\n"
                 "#\t0x7f0000000000\n"
                 "1 @ 0x2001 0x2011\n"
                 "1 @ 0x469d21\n"
                 "\n",
                 "1\n"
                 " 0x1010 main.f m.go:3\n"
                 " 0x7f0000000000\n"
                 "1\n"
                 " 0x2000\n"
                 " 0x2010\n"
                 "1\n");
}

static void count_that_is_cut_says_so(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_go_count_parse, CPROF_SLICE("goroutine profile: total 7\n"
                                                     "2 @ 0x1011\n#\t0x1010\tmain.f+0x10\tm.go:3\n"));
    assert_slice(attribute_of(p, "truncated"), "the header counts 7, the samples 2");
    assert_slice(cprof_profile_string(p, p->types[0].type), "goroutine");
    assert_slice(cprof_profile_string(p, p->types[0].unit), "count");
    cprof_profile_free(p);
    assert_malformed(cprof_go_count_parse,
                     "goroutine profile: total 7\n#\t0x1010\tmain.f+0x10\tm.go:3\n2 2 @ 0x1\n",
                     "line 3: no sample: not \"count @ addresses\"", 55);
    assert_not_mine(cprof_go_count_parse,
                    "goroutine profile: total 7 \n2 @ 0x1011\n#\t0x1010\tf+0x10\tm.go:3\n");
    assert_not_mine(cprof_go_count_parse, "goroutine profile: total 7\n2 @ 0x1011\n");
}

/* 5000 cycles of 2.5 GHz are 2000 ns; one contention of two is sampled. */
static void contention_is_in_nanoseconds(void **state) {
    (void)state;
    assert_shows(cprof_go_contention_parse,
                 "--- mutex:\r\n"
                 "cycles/second=2500000000\r\n"
                 "sampling period=2\r\n"
                 "5000 3 @ 0x1011\r\n"
                 "#\t0x1010\tsync.(*Mutex).Unlock+0x10\tsync/mutex.go:223\r\n",
                 "6 4000\n"
                 " 0x1010 sync.(*Mutex).Unlock sync/mutex.go:223\n");
    assert_shows(cprof_go_contention_parse,
                 "\xef\xbb\xbf--- contention:\n"
                 "cycles/second=2500000000\n"
                 "5000 3 @ 0x1011\n"
                 "#\t0x1010\truntime.selectgo+0x10\truntime/select.go:509\n",
                 "3 2000\n"
                 " 0x1010 runtime.selectgo runtime/select.go:509\n");
}

/* What a program without contention writes. */
static void empty_profiles_are_profiles(void **state) {
    (void)state;
    assert_shows(cprof_go_contention_parse, "--- mutex:\ncycles/second=2500000000\nsampling period=0\n", "");
    assert_shows(cprof_go_contention_parse, "--- contention:\ncycles/second=2500000000\n", "");
    assert_shows(cprof_go_count_parse, "threadcreate profile: total 0\n", "");
}

static void contention_errors_name_the_line(void **state) {
    (void)state;
    assert_malformed(cprof_go_contention_parse, "--- mutex:\ncycles/second=x\n#\t0x1010\tf+0x10\tm.go:3\n",
                     "line 2: a value that is no number of 63 bits", 11);
    assert_malformed(cprof_go_contention_parse, "--- mutex:\nresolution=5\n#\t0x1010\tf+0x10\tm.go:3\n",
                     "line 2: a line of the header that is not known", 11);
    assert_malformed(
        cprof_go_contention_parse,
        "--- mutex:\nsampling period=3\n1 9223372036854775807 @ 0x1\n#\t0x1010\tf+0x10\tm.go:3\n",
        "line 3: contentions times the sampling period leave 64 bits", 29);
    assert_malformed(cprof_go_contention_parse, "--- mutex:\n1 @ 0x1\n#\t0x1010\tf+0x10\tm.go:3\n",
                     "line 2: no sample: not \"cycles contentions @ addresses\"", 11);
    assert_not_mine(cprof_go_contention_parse, "--- contentionz 1 ---\n#\t0x1010\tf+0x10\tm.go:3\n");
}

/* Captures of one program; the totals are those that the usual tool shows for them. */
static void captures_have_the_totals_of_the_usual_tool(void **state) {
    (void)state;
    static const struct {
        const char *file;
        parse_function *parse;
        uint32_t samples;
        int64_t totals[2];
    } captures[] = {
        {"go/goroutine.debug1.txt", cprof_go_count_parse, 39, {115}},
        {"go/mutex.debug1.txt", cprof_go_contention_parse, 5, {592, 663667157}},
        {"go/threadcreate.debug1.txt", cprof_go_count_parse, 2, {9}},
    };
    for (size_t i = 0; i < sizeof captures / sizeof *captures; i++) {
        cprof_slice text = read_testdata(captures[i].file);
        cprof_profile *p = parse_text(captures[i].parse, text);
        assert_int_equal(p->samples.count, captures[i].samples);
        for (uint32_t type = 0; type < p->type_count; type++)
            assert_int_equal(total_of(p, type), captures[i].totals[type]);
        cprof_profile_free(p);
        free((void *)(uintptr_t)text.ptr);
    }
}

/* Every prefix of a text is read or refused with a reason. */
static void any_prefix_is_answered(void **state) {
    (void)state;
    cprof_slice text = read_testdata("go/mutex.debug1.txt");
    for (size_t n = 0; n <= text.len; n++) {
        char *exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact, text.ptr, n);
        cprof_profile *p = NULL;
        cprof_error err = CPROF_ERROR_INIT;
        cprof_parse outcome = cprof_go_contention_parse((cprof_slice){exact, n}, NULL, &p, &err);
        assert_int_equal(outcome == CPROF_PARSE_OK, p != NULL);
        assert_int_equal(outcome == CPROF_PARSE_MALFORMED, err.code != CPROF_OK);
        cprof_profile_free(p);
        free(exact);
    }
    free((void *)(uintptr_t)text.ptr);
}

static void memory_may_end_anywhere(void **state) {
    (void)state;
    cprof_slice text = read_testdata("go/goroutine.debug1.txt");
    assert_memory_may_end(cprof_go_count_parse, text);
    free((void *)(uintptr_t)text.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_is_unsampled_by_the_header),
        cmocka_unit_test(heap_of_rate_1_is_as_it_stands),
        cmocka_unit_test(memstats_are_kept),
        cmocka_unit_test(heap_without_names_is_another_format),
        cmocka_unit_test(heap_errors_name_the_line),
        cmocka_unit_test(inlined_calls_are_one_location),
        cmocka_unit_test(recursion_is_not_inlining),
        cmocka_unit_test(labels_and_empty_stacks),
        cmocka_unit_test(addresses_without_names),
        cmocka_unit_test(count_that_is_cut_says_so),
        cmocka_unit_test(contention_is_in_nanoseconds),
        cmocka_unit_test(empty_profiles_are_profiles),
        cmocka_unit_test(contention_errors_name_the_line),
        cmocka_unit_test(captures_have_the_totals_of_the_usual_tool),
        cmocka_unit_test(any_prefix_is_answered),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
