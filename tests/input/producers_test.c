#include "input/producers.h"
#include "show.h"

static uint32_t depth_of(const cprof_profile *p, uint32_t sample) {
    uint32_t stack = p->samples.stack[sample];
    return p->stacks.first[stack + 1] - p->stacks.first[stack];
}

/* The row of the location at `frame` (0: the leaf) of a sample's stack. */
static uint32_t location_of(const cprof_profile *p, uint32_t sample, uint32_t frame) {
    return p->stacks.frames[p->stacks.first[p->samples.stack[sample]] + frame];
}

static void assert_file(const cprof_profile *p, uint32_t location, const char *file) {
    assert_int_not_equal(p->locations.mapping[location], CPROF_NONE);
    assert_slice(cprof_profile_string(p, p->mappings[p->locations.mapping[location]].file), file);
}

/* ---- Folded stacks ---- */

static void folded_stacks_are_samples(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_folded,
        "# a comment\nmain;work;leaf 3\nmain;work 10\r\n\nmain;work;leaf 4\nwith blanks;f(int, char) 1",
        "3\n leaf :0\n work :0\n main :0\n"
        "10\n work :0\n main :0\n"
        "4\n leaf :0\n work :0\n main :0\n"
        "1\n f(int, char) :0\n with blanks :0\n");
}

/* Stacks share their beginnings with the line before, but for frames that only start alike. */
static void frames_that_start_alike_are_not_mixed_up(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_folded, "a;bc 1\na;bcd 2\na;bcd;e 3\na;bc 4\nab;bc 5\n",
        "1\n bc :0\n a :0\n2\n bcd :0\n a :0\n3\n e :0\n bcd :0\n a :0\n4\n bc :0\n a :0\n5\n bc :0\n ab :0\n");
}

static void inlined_frames_are_lines_of_their_caller(void **state) {
    (void)state;
    assert_shows(cprof_parse_folded, "main;f;g_[i];h_[i];leaf 1\nmain;f[inline] 2\ng_[i] 3\n",
                 "1\n leaf :0\n h :0 < g :0 < f :0\n main :0\n2\n f :0 < main :0\n3\n g :0\n");
}

static void kernel_and_compiled_frames_have_mappings(void **state) {
    (void)state;
    cprof_profile *p = parse_text(cprof_parse_folded, CPROF_SLICE("main;sys_read_[k];L1_[j] 1\n"));
    assert_int_equal(p->mapping_count, 3);
    assert_slice(cprof_profile_string(p, p->mappings[0].file), ""); /* no program's name */
    assert_file(p, location_of(p, 0, 0), "[jit]");
    assert_file(p, location_of(p, 0, 1), "[kernel.kallsyms]");
    assert_int_equal(p->locations.mapping[location_of(p, 0, 2)], CPROF_NONE);
    cprof_profile_free(p);
}

/* Two counts: what was before is the base, as in a saved comparison. */
static void two_counts_are_a_difference(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_folded, "a;b 1 5\na;c 7 0\na 0 2\n",
        "-1 pprof::base=true\n b :0\n a :0\n5\n b :0\n a :0\n-7 pprof::base=true\n c :0\n a :0\n2\n a :0\n");
    cprof_slice text = read_testdata("producers/diff.folded");
    cprof_profile *p = parse_text(cprof_parse_folded, text);
    assert_int_equal(total_of(p, 0), 299 - 199); /* awk '{s += $NF}', and of the column before */
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void real_folded_files_keep_their_totals(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t total; /* awk '{s += $NF}' */
    } files[] = {{"producers/perf.folded", 199}, {"producers/kernel.folded", 999999875}};
    for (size_t i = 0; i < 2; i++) {
        cprof_slice text = read_testdata(files[i].name);
        cprof_profile *p = parse_text(cprof_parse_folded, text);
        assert_int_equal(total_of(p, 0), files[i].total);
        cprof_profile_free(p);
        free((void *)(uintptr_t)text.ptr);
    }
}

static void broken_folded_stacks_name_the_line(void **state) {
    (void)state;
    assert_malformed(cprof_parse_folded, "a;b 1\na;b\n", "line 2: no count behind the stack", 6);
    assert_malformed(cprof_parse_folded, "a;b 1\na;b 1.5\n", "line 2: the count 1.5 is no whole number", 6);
    assert_malformed(cprof_parse_folded, "a;b 1\na;b 9223372036854775808\n",
                     "line 2: the count 9223372036854775808 does not fit 64 bits", 6);
    assert_malformed(cprof_parse_folded, "a;b 1\n;; 3\n", "line 2: no stack in front of the count", 6);
    assert_not_mine(cprof_parse_folded, "The quick brown fox\njumps; over 12\nthe lazy dog.\n");
    assert_not_mine(cprof_parse_folded, "{\"error\": 12\n}\n");
    assert_not_mine(cprof_parse_folded, "");
    cprof_profile *p = NULL;
    assert_int_equal(cprof_parse_folded(CPROF_SLICE("a\0;b 1\n"), NULL, &p, NULL), CPROF_PARSE_NOT_MINE);
}

/* ---- perf script ---- */

#define CHAIN                                                                                                \
    "\t            2579 geo::Vec<double>::dot+0x25 (inlined)\n"                                              \
    "\t            2579 geo::Sphere::intersect+0x25 (/src/raysim)\n"                                         \
    "\t            2b00 main+0x3c5 (/src/raysim)\n"                                                          \
    "\tffffffff821e86a7 clear_page_erms+0x7 ([kernel.kallsyms])\n\n"

static void call_chains_are_stacks(void **state) {
    (void)state;
    static const char text[] =
        "Web Content 18162/18165 [001]  1917.505472:    5025125  cpu-clock:u: \n" CHAIN
        "Web Content 18162/18165 [001]  1917.510497:          7  cpu-clock:u: \n" CHAIN;
    assert_shows(cprof_parse_perf_script, text,
                 "2 5025132 comm=Web Content pid=18162 tid=18165\n"
                 " 0x2579 geo::Vec<double>::dot :0 < geo::Sphere::intersect :0\n"
                 " 0x2b00 main :0\n"
                 " 0xffffffff821e86a7 clear_page_erms :0\n");
    cprof_profile *p = parse_text(cprof_parse_perf_script, cprof_slice_of(text));
    assert_slice(cprof_profile_string(p, p->types[0].type), "samples");
    assert_slice(cprof_profile_string(p, p->types[1].type), "cpu-clock");
    assert_slice(cprof_profile_string(p, p->types[1].unit), "nanoseconds");
    assert_slice(cprof_profile_string(p, p->default_type), "cpu-clock");
    assert_int_equal(p->duration_nanos, 5025000);
    assert_file(p, location_of(p, 0, 2), "[kernel.kallsyms]");
    assert_slice(cprof_profile_string(p, p->mappings[0].file), "/src/raysim");
    cprof_profile_free(p);
}

static void frames_without_names_are_known_by_their_file(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_perf_script,
                   CPROF_SLICE("sh 5  1.5: 1 cycles: \n\t 12 [unknown] (/lib/x.so)\n"
                               "\t 34 [unknown] ([unknown])\n\t 56 operator() (/lib/x.so)\n\n"));
    assert_int_equal(p->locations.first_line[1], p->locations.first_line[0]);
    assert_file(p, location_of(p, 0, 0), "/lib/x.so");
    cprof_sink out;
    cprof_sink_init_memory(&out, NULL);
    show_profile(&out, p);
    assert_slice(cprof_sink_bytes(&out),
                 "1 1 comm=sh tid=5\n 0x12\n 0x34 [unknown] :0\n 0x56 operator() :0\n");
    cprof_sink_deinit(&out);
    cprof_profile_free(p);
}

static void positions_follow_their_frames(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_perf_script,
        "sh 5  1.5: 9 cycles:ppp: \n\t 12 dot+0x1 \n  vec.h:33 (inlined)\n\t 12 f+0x1 (/bin/x)\n  a.cc:12\n"
        "\t 99 main+0x2 (/bin/x)\n  main+0x2\n",
        "1 9 comm=sh tid=5\n 0x12 dot vec.h:33 < f a.cc:12\n 0x99 main :0\n");
}

static void each_event_is_a_type(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_perf_script,
                   CPROF_SLICE("# cmdline : perf record -e x\n"
                               "sh 5  1.500000: 10 cycles:u: \n\t 12 f+0x1 (/bin/x)\n\n"
                               "sh 5  1.600000: 3 sched:sched_switch: prev_comm=a b\n\t 12 f+0x1 (/bin/x)\n\n"
                               "    sh 5  1.700000: 20 cycles:u:  12 f+0x1 (/bin/x)\n"));
    assert_int_equal(p->type_count, 3);
    assert_slice(cprof_profile_string(p, p->types[1].type), "cycles");
    assert_slice(cprof_profile_string(p, p->types[2].type), "sched:sched_switch");
    assert_slice(cprof_profile_string(p, p->types[2].unit), "count");
    assert_slice(cprof_profile_string(p, p->default_type), "cycles");
    assert_slice(attribute_of(p, "cmdline"), "perf record -e x");
    assert_int_equal(total_of(p, 0), 3);
    assert_int_equal(total_of(p, 1), 30);
    assert_int_equal(total_of(p, 2), 3);
    assert_int_equal(depth_of(p, 0), 1);
    cprof_profile_free(p);
}

static void a_real_perf_script_is_read(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/perf.script");
    cprof_profile *p = parse_text(cprof_parse_perf_script, text);
    assert_int_equal(total_of(p, 0), 20); /* grep -c '^raysim' */
    assert_int_equal(total_of(p, 1), 20 * 3344481);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void broken_perf_scripts_name_the_line(void **state) {
    (void)state;
    assert_malformed(cprof_parse_perf_script, "sh 5  1.5: 1 cycles: \n\t 12 f (/bin/x)\n\nwhat is this\n",
                     "line 4: no sample: COMMAND ID TIME: PERIOD EVENT: expected", 39);
    assert_malformed(cprof_parse_perf_script, "sh 5  1.5: 1 cycles: \n\tno address\n",
                     "line 2: no frame: ADDRESS SYMBOL (FILE) expected", 22);
    assert_not_mine(cprof_parse_perf_script, "sh 5 and so on\n");
    assert_not_mine(cprof_parse_perf_script, "# only a comment\n");
}

/* ---- V8 ---- */

#define FRAME(name, line)                                                                                    \
    "\"callFrame\":{\"functionName\":\"" name "\",\"url\":\"file:///a.js\",\"lineNumber\":" line "}"
#define NODES                                                                                                \
    "{\"nodes\":[{\"id\":1," FRAME(                                                                          \
        "(root)", "-1") ",\"hitCount\":0,\"children\":[2]},"                                                 \
                        "{\"id\":2," FRAME("main", "4") ",\"hitCount\":1,\"children\":[3]},"                 \
                                                        "{\"id\":3," FRAME("", "9") ",\"hitCount\":2}]"

static void a_sample_lasts_until_the_next(void **state) {
    (void)state;
    /* Samples at 110, 115 and 135, the end at 150. */
    assert_shows(cprof_parse_v8_cpuprofile,
                 NODES ",\"startTime\":100,\"endTime\":150,\"samples\":[3,2,3],\"timeDeltas\":[10,5,20]}",
                 "1 20\n main /a.js:5\n2 20\n (anonymous) /a.js:10\n main /a.js:5\n");
    assert_shows(cprof_parse_v8_cpuprofile, NODES "}",
                 "1\n main /a.js:5\n2\n (anonymous) /a.js:10\n main /a.js:5\n");
}

static void nodes_may_name_their_parent(void **state) {
    (void)state;
    assert_shows(cprof_parse_v8_cpuprofile,
                 "{\"nodes\":[{\"id\":1," FRAME("(root)", "-1") "},{\"id\":2," FRAME(
                     "f", "0") ",\"parent\":1,\"hitCount\":3}]}",
                 "3\n f /a.js:1\n");
}

static void real_v8_profiles_keep_their_totals(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/kv.cpuprofile");
    cprof_profile *p = parse_text(cprof_parse_v8_cpuprofile, text);
    assert_int_equal(total_of(p, 0), 551); /* jq '.samples | length' */
    assert_int_equal(total_of(p, 1),
                     2021237369 - (2020002040 + 4682)); /* to the end, from the first sample */
    assert_int_equal(p->duration_nanos, (2021237369 - 2020002040) * 1000LL);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
    text = read_testdata("producers/kv.heapprofile");
    p = parse_text(cprof_parse_v8_heapprofile, text);
    assert_int_equal(total_of(p, 0), 1053224); /* jq '[.. | .selfSize? // 0] | add' */
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void heap_nodes_are_samples(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_v8_heapprofile,
        "{\"head\":{" FRAME("(root)", "-1") ",\"selfSize\":0,\"children\":[{" FRAME(
            "a",
            "0") ",\"selfSize\":5,\"children\":[{" FRAME("b",
                                                         "1") ",\"selfSize\":7}]},{" FRAME("c",
                                                                                           "2") ",\"selfSize\":1}]}}",
        "5\n a /a.js:1\n7\n b /a.js:2\n a /a.js:1\n1\n c /a.js:3\n");
}

static void broken_v8_profiles_name_the_node(void **state) {
    (void)state;
    assert_malformed(cprof_parse_v8_cpuprofile,
                     "{\"nodes\":[{\"id\":1," FRAME("a", "0") ",\"children\":[2]}]}",
                     "child of node 0: there is no node 2", -1);
    assert_malformed(cprof_parse_v8_cpuprofile, NODES ",\"samples\":[3,9]}", "sample 1: there is no node 9",
                     -1);
    assert_malformed(cprof_parse_v8_cpuprofile, NODES ",\"samples\":[3],\"timeDeltas\":[1,2]}",
                     "1 samples, but 2 timeDeltas", -1);
    assert_malformed(cprof_parse_v8_cpuprofile,
                     "{\"nodes\":[{\"id\":1," FRAME("a", "0") ",\"hitCount\":1,\"children\":[1]}]}",
                     "nodes that go in circles, or too deep", -1);
    assert_malformed(cprof_parse_v8_heapprofile, "{\"head\":{\"selfSize\":1}}", "node 1 has no callFrame",
                     -1);
    assert_not_mine(cprof_parse_v8_cpuprofile, "{\"error\":\"no\"}");
    assert_not_mine(cprof_parse_v8_heapprofile, NODES "}");
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(
        cprof_parse_v8_cpuprofile(CPROF_SLICE("{\n\"nodes\": [,\"callFrame\"]}"), NULL, &p, &err),
        CPROF_PARSE_MALFORMED);
    assert_true(cprof_slice_starts_with(cprof_slice_of(err.message), "JSON, line 2, column 11: "));
}

/* A small text must not unpack to more than the budget: the tree is paid for before it is made. */
static void the_tree_is_on_the_budget(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, '[', SIZE);
    const char start[] = "{\"nodes\":[{\"callFrame\":";
    memcpy(text, start, strlen(start));
    cprof_budget budget = {.limit = 32 << 20};
    cprof_env env = {.budget = &budget};
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    assert_int_equal(cprof_parse_v8_cpuprofile((cprof_slice){text, SIZE}, &env, &p, &err),
                     CPROF_PARSE_MALFORMED);
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    assert_int_equal(budget.used, 0);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded_stacks_are_samples),
        cmocka_unit_test(frames_that_start_alike_are_not_mixed_up),
        cmocka_unit_test(inlined_frames_are_lines_of_their_caller),
        cmocka_unit_test(kernel_and_compiled_frames_have_mappings),
        cmocka_unit_test(two_counts_are_a_difference),
        cmocka_unit_test(real_folded_files_keep_their_totals),
        cmocka_unit_test(broken_folded_stacks_name_the_line),
        cmocka_unit_test(call_chains_are_stacks),
        cmocka_unit_test(frames_without_names_are_known_by_their_file),
        cmocka_unit_test(positions_follow_their_frames),
        cmocka_unit_test(each_event_is_a_type),
        cmocka_unit_test(a_real_perf_script_is_read),
        cmocka_unit_test(broken_perf_scripts_name_the_line),
        cmocka_unit_test(a_sample_lasts_until_the_next),
        cmocka_unit_test(nodes_may_name_their_parent),
        cmocka_unit_test(real_v8_profiles_keep_their_totals),
        cmocka_unit_test(heap_nodes_are_samples),
        cmocka_unit_test(broken_v8_profiles_name_the_node),
        cmocka_unit_test(the_tree_is_on_the_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
