#include "input/producers.h"
#include "show.h"

static void assert_type(const cprof_profile *p, uint32_t row, const char *type, const char *unit) {
    assert_true(row < p->type_count);
    assert_slice(cprof_profile_string(p, p->types[row].type), type);
    assert_slice(cprof_profile_string(p, p->types[row].unit), unit);
}

static void assert_mapping(const cprof_profile *p, uint32_t row, const char *file, uint64_t start,
                           uint64_t limit, uint64_t offset) {
    assert_true(row < p->mapping_count);
    assert_slice(cprof_profile_string(p, p->mappings[row].file), file);
    assert_int_equal(p->mappings[row].start, start);
    assert_int_equal(p->mappings[row].limit, limit);
    assert_int_equal(p->mappings[row].offset, offset);
}

/* ---- Heap ---- */

/* Blocks of the rate's size are seen with the probability 1 - 1/e: each stands for 1.5819767… */
static void heap_v2_is_unsampled(void **state) {
    (void)state;
    assert_shows(cprof_parse_legacy_heap,
                 "heap profile: 110: 110000 [110: 110000] @ heap_v2/1000\n"
                 "  100: 100000 [ 100: 100000] @ 0x401001 0x402001\n"
                 "# a comment\n"
                 "   10: 0 [ 10: 0] @ 0x402001\n",
                 "158 158197 bytes=1000\n 0x401000\n 0x402000\n"
                 "0 0 bytes=0\n 0x402000\n");
}

static void heap_with_allocations_has_four_values(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap, CPROF_SLICE("heap profile:  2: 30 [ 5: 90] @ heapprofile\r\n"
                                                        "I0102 heap.cc:12]  1: 10 [ 4: 60] @ 0x11\r\n"
                                                        "  1: 20 [  1: 30] @\r\n"));
    assert_int_equal(p->type_count, 4);
    assert_type(p, 0, "alloc_objects", "count");
    assert_type(p, 1, "alloc_space", "bytes");
    assert_type(p, 2, "inuse_objects", "count");
    assert_type(p, 3, "inuse_space", "bytes");
    assert_int_equal(p->period, 1);
    assert_int_equal(total_of(p, 0), 5);
    assert_int_equal(total_of(p, 1), 90);
    assert_int_equal(total_of(p, 2), 2);
    assert_int_equal(total_of(p, 3), 30);
    assert_int_equal(p->samples.count, 2);
    assert_true(cprof_slice_starts_with(cprof_profile_string(p, p->drop_frames), "calloc|cfree|malloc|"));
    assert_slice(cprof_profile_string(p, p->keep_frames),
                 "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*");
    cprof_profile_free(p);
}

static void growth_is_not_sampled(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/gperftools.growth");
    cprof_profile *p = parse_text(cprof_parse_legacy_heap, text);
    assert_int_equal(p->type_count, 2);
    assert_type(p, 0, "objects", "count");
    assert_type(p, 1, "space", "bytes");
    assert_int_equal(total_of(p, 0), 4); /* as the first line says */
    assert_int_equal(total_of(p, 1), 4194304);
    assert_mapping(p, 0, "/src/cpp/raysim/raysim_heap", 0x55ae37736000, 0x55ae37738000, 0x2000);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void broken_heaps_name_the_line(void **state) {
    (void)state;
    static const char title[] = "heap profile: 1: 2 [1: 2] @ heap_v2/16\n";
    char text[200];
    assert_malformed(cprof_parse_legacy_heap, "heap profile: 1: 2 [ 99 1: 2] @ heapprofile\n",
                     "line 1: no heap profile's first line: OBJECTS: BYTES [ OBJECTS: BYTES] @ KIND expected",
                     0);
    assert_malformed(cprof_parse_legacy_heap, "heap profile: 1: 2 [1: 2] @ heapless\n",
                     "line 1: a heap profile of an unknown kind", 0);
    snprintf(text, sizeof text, "%s1: 2 [1:", title);
    assert_malformed(cprof_parse_legacy_heap, text,
                     "line 2: no sample: OBJECTS: BYTES [ OBJECTS: BYTES] @ ADDRESSES expected", 39);
    snprintf(text, sizeof text, "%s\n0: 2 [1: 2] @ 0x1\n", title);
    assert_malformed(cprof_parse_legacy_heap, text, "line 3: 2 bytes in 0 objects", 40);
    snprintf(text, sizeof text, "%s1: 99999999999999999999 [1: 2] @ 0x1\n", title);
    assert_malformed(cprof_parse_legacy_heap, text, "line 2: a number that does not fit 64 bits", 39);
    snprintf(text, sizeof text, "%s1: 2 [1: 2] @ 0x1 0x11223344556677889\n", title);
    assert_malformed(cprof_parse_legacy_heap, text,
                     "line 2: the address 0x11223344556677889 does not fit 64 bits", 39);
    assert_not_mine(cprof_parse_legacy_heap, "heap_v2/4096\n");
    assert_not_mine(cprof_parse_legacy_heap, "");
}

/* The sums are those of the reference's -raw. */
static void a_real_sampled_heap_has_the_reference_s_totals(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/gperftools.heap");
    cprof_profile *p = parse_text(cprof_parse_legacy_heap, text);
    assert_int_equal(p->type_count, 2);
    assert_int_equal(p->period, 16384);
    assert_int_equal(total_of(p, 0), 1676);
    assert_int_equal(total_of(p, 1), 2111204);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

/* ---- The memory map ---- */

#define HEAP_OF(addresses, map)                                                                              \
    "heap profile: 1: 2 [1: 2] @ heapprofile\n1: 2 [1: 2] @ " addresses "\nMAPPED_LIBRARIES:\n" map

static void the_map_is_read_in_all_its_forms(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap,
                   CPROF_SLICE(HEAP_OF("0x1001 0x3001 0x5001 0x8001",
                                       "00001000-00002000 r-xp 00000500 08:01 123   /lib/libc.so.6\n"
                                       "00002000-00003000 rw-p 00000000 08:01 123   /lib/data\n"
                                       "  0x3000-0x4000: /bin/prog (@ff00) abc123\n"
                                       "build = /opt/out\n"
                                       "m.cc:12] 5000 6000 $build/lib.so\n"
                                       "no line of a map\n"
                                       "00008000-00009000 r-xp 00000000 00:00 0\n")));
    assert_int_equal(p->mapping_count, 4);
    assert_mapping(p, 0, "/bin/prog", 0x3000, 0x4000, 0xff00); /* the main program: no library */
    assert_slice(cprof_profile_string(p, p->mappings[0].build_id), "abc123");
    assert_mapping(p, 1, "/lib/libc.so.6", 0x1000, 0x2000, 0x500);
    assert_mapping(p, 2, "/opt/out/lib.so", 0x5000, 0x6000, 0);
    assert_mapping(p, 3, "", 0x8000, 0x9000, 0);
    assert_int_equal(p->locations.mapping[0], 1);
    assert_int_equal(p->locations.mapping[1], 0);
    assert_int_equal(p->locations.mapping[2], 2);
    assert_int_equal(p->locations.mapping[3], 3);
    cprof_profile_free(p);
}

static void neighbours_of_one_file_are_joined(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap,
                   CPROF_SLICE(HEAP_OF("0x1801 0x2801 0x3801", "1000-2000 r-xp 00001000 08:01 1 /bin/a\n"
                                                               "2000-3000 r-xp 00002000 08:01 1 /bin/a\n"
                                                               "3000-4000 r-xp 00009000 08:01 1 /bin/a\n")));
    assert_int_equal(p->mapping_count, 2);
    assert_mapping(p, 0, "/bin/a", 0x1000, 0x3000, 0x1000);
    assert_mapping(p, 1, "/bin/a", 0x3000, 0x4000, 0x9000); /* the offset does not go on */
    cprof_profile_free(p);
}

/* An address below a range, where its file's beginning would lie, makes the range reach there; one that
 * nothing holds goes to a range that holds everything. */
static void addresses_outside_of_the_map_find_a_place(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap, CPROF_SLICE(HEAP_OF("0x9101 0xa001 0x4 0x9001 0x1",
                                                                "b000-c000 r-xp 00000000 08:01 1 /bin/a\n"
                                                                "a000-b000 r-xp 00001000 08:01 1 /lib/b\n")));
    assert_int_equal(p->mapping_count, 3);
    assert_mapping(p, 1, "/lib/b", 0x9000, 0xb000, 0);
    assert_mapping(p, 2, "", 0, UINT64_MAX, 0);
    assert_int_equal(p->locations.mapping[0], 1);
    assert_int_equal(p->locations.mapping[1], 1);
    assert_int_equal(p->locations.mapping[2], 2);
    assert_int_equal(p->locations.mapping[3], 1);
    assert_int_equal(p->locations.mapping[4], CPROF_NONE); /* the address is 0 */
    cprof_profile_free(p);
}

static void a_program_at_its_usual_place_has_no_offset(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap,
                   CPROF_SLICE(HEAP_OF("0x401001", "00401000-00402000 r-xp 00001000 08:01 1 /bin/a\n")));
    assert_mapping(p, 0, "/bin/a", 0x400000, 0x402000, 0);
    cprof_profile_free(p);
}

/* Overlapping ranges: an address belongs to the first that holds it, however many there are. */
static void of_overlapping_ranges_the_first_wins(void **state) {
    (void)state;
    cprof_profile *p =
        parse_text(cprof_parse_legacy_heap,
                   CPROF_SLICE(HEAP_OF("0x1801 0x2801 0x4801", "2000-3000 r-xp 0 08:01 1 /bin/a\n"
                                                               "1000-5000 r-xp 0 08:01 1 /bin/b\n"
                                                               "4000-6000 r-xp 0 08:01 1 /bin/c\n")));
    assert_int_equal(p->locations.mapping[0], 1);
    assert_int_equal(p->locations.mapping[1], 0);
    assert_int_equal(p->locations.mapping[2], 1);
    cprof_profile_free(p);
}

/* ---- CPU ---- */

typedef struct layout {
    size_t size;
    bool big;
} layout;

/* The words in the layout's bytes, then text; returns the length. */
static size_t put_words(const layout *l, const uint64_t *words, size_t count, const char *text, char *to) {
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < l->size; b++)
            to[i * l->size + b] = (char)(words[i] >> (8 * (l->big ? l->size - 1 - b : b)));
    memcpy(to + count * l->size, text, strlen(text));
    return count * l->size + strlen(text);
}

static const layout layouts[] = {{4, false}, {4, true}, {8, false}, {8, true}};

static void cpu_profiles_of_all_machines_are_read(void **state) {
    (void)state;
    static const uint64_t words[] = {0,        3,        0, 10000, 0,        2, 3, 0x401010,
                                     0x402001, 0x403001, 1, 1,     0x402010, 0, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        char bytes[512];
        size_t size = put_words(&layouts[i], words, sizeof words / sizeof *words,
                                "00401000-00404000 r-xp 00001000 08:01 1 /bin/a\n", bytes);
        cprof_profile *p = parse_text(cprof_parse_legacy_cpu, (cprof_slice){bytes, size});
        assert_type(p, 0, "samples", "count");
        assert_type(p, 1, "cpu", "nanoseconds");
        assert_int_equal(p->period, 10000000);
        cprof_sink out;
        cprof_sink_init_memory(&out, NULL);
        show_profile(&out, p);
        assert_slice(cprof_sink_bytes(&out),
                     "2 20000000\n 0x401010\n 0x402000\n 0x403000\n1 10000000\n 0x402010\n");
        cprof_sink_deinit(&out);
        assert_mapping(p, 0, "/bin/a", 0x400000, 0x404000, 0);
        assert_slice(
            cprof_profile_string(p, p->drop_frames),
            "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|"
            "__restore");
        cprof_profile_free(p);
    }
}

/* All but one in 32 samples have the same second frame: the handler of the profiler's signal. */
static void the_signal_handler_is_taken_out(void **state) {
    (void)state;
    uint64_t words[512] = {0, 3, 0, 10000, 0};
    size_t n = 5;
    for (uint64_t i = 0; i < 64; i++) {
        const uint64_t sample[] = {1, 3, 0x1000 + i, i < 62 ? 0x9001 : 0x9101, 0x2001};
        memcpy(words + n, sample, sizeof sample);
        n += 5;
    }
    words[n++] = 0, words[n++] = 1, words[n++] = 0;
    static char bytes[sizeof words];
    size_t size = put_words(&layouts[2], words, n, "", bytes);
    cprof_profile *p = parse_text(cprof_parse_legacy_cpu, (cprof_slice){bytes, size});
    assert_int_equal(p->samples.count, 64);
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t stack = p->samples.stack[i];
        /* The second round takes what is then the second frame of nearly all. */
        assert_int_equal(p->stacks.first[stack + 1] - p->stacks.first[stack], i < 62 ? 1 : 3);
    }
    cprof_profile_free(p);
}

static void a_doubled_leaf_counts_once(void **state) {
    (void)state;
    static const uint64_t words[] = {0, 3, 0,   10000, 0, 1,   3, 0x401010, 0x401010, 0x402001,
                                     5, 1, 0x7, 5,     1, 0x8, 0, 1,        0};
    char bytes[512];
    size_t size = put_words(&layouts[2], words, sizeof words / sizeof *words, "", bytes);
    cprof_profile *p = parse_text(cprof_parse_legacy_cpu, (cprof_slice){bytes, size});
    uint32_t stack = p->samples.stack[0];
    assert_int_equal(p->stacks.first[stack + 1] - p->stacks.first[stack], 2);
    cprof_profile_free(p);
}

static void a_cut_cpu_profile_is_read_as_far_as_it_goes(void **state) {
    (void)state;
    static const uint64_t words[] = {0, 3, 0, 10000, 0, 7, 1, 0x401010, 1, 9, 0x402010};
    char bytes[512];
    size_t size = put_words(&layouts[2], words, sizeof words / sizeof *words, "", bytes);
    cprof_profile *p = parse_text(cprof_parse_legacy_cpu, (cprof_slice){bytes, size});
    assert_int_equal(p->samples.count, 1);
    assert_int_equal(total_of(p, 0), 7);
    assert_slice(attribute_of(p, "completeness"), "cut off in a sample");
    cprof_profile_free(p);
}

static void assert_cpu_malformed(const uint64_t *words, size_t count, const char *message, int64_t offset) {
    char bytes[512];
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    size_t size = put_words(&layouts[2], words, count, "", bytes);
    assert_int_equal(cprof_parse_legacy_cpu((cprof_slice){bytes, size}, NULL, &p, &err),
                     CPROF_PARSE_MALFORMED);
    assert_string_equal(err.message, message);
    assert_int_equal(err.offset, offset);
}

static void broken_cpu_profiles_name_the_byte(void **state) {
    (void)state;
    static const uint64_t cut_header[] = {0, 3, 0}, cut_sample[] = {0, 3, 0, 10, 0, 1, 4, 5},
                          deep[] = {0, 3, 0, 10, 0, 1, 1, 5, 1, 1 << 20, 5},
                          many[] = {0, 3, 0, 10, 0, UINT64_MAX / 4, 1, 5};
    assert_cpu_malformed(cut_header, 3, "CPU profile: the header is cut off at byte 24", 24);
    assert_cpu_malformed(cut_sample, 8, "CPU profile: the first sample is cut off at byte 40", 40);
    assert_cpu_malformed(deep, 11, "CPU profile: a stack deeper than 65536 frames at byte 64", 64);
    assert_cpu_malformed(many, 8, "CPU profile: a count beyond all sense at byte 40", 40);
    assert_not_mine(cprof_parse_legacy_cpu, "some text that is long enough for five words of eight bytes");
}

/* A real one: what the reference says of it was recorded from its -raw. */
static void a_real_cpu_profile_has_the_reference_s_totals(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/gperftools.prof");
    cprof_profile *p = parse_text(cprof_parse_legacy_cpu, text);
    assert_int_equal(p->period, 10000000);
    assert_int_equal(total_of(p, 0), 101);
    assert_int_equal(total_of(p, 1), 101 * 10000000);
    assert_int_equal(p->locations.count, 62);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

/* ---- Contention, threads, counts ---- */

static void contentions_are_scaled(void **state) {
    (void)state;
    static const char text[] =
        "--- contention:\ncycles/second=2000000000\nsampling period = 0x5\nms since reset=7\n"
        "discarded samples=0\n 4000 3 @ 0x11 0x21\n# comment\n--- Memory map: ---\n";
    assert_shows(cprof_parse_legacy_contention, text, "15 10000\n 0x10\n 0x20\n"); /* 4000 × 5 / 2 GHz */
    cprof_profile *p = parse_text(cprof_parse_legacy_contention, cprof_slice_of(text));
    assert_type(p, 0, "contentions", "count");
    assert_type(p, 1, "delay", "nanoseconds");
    assert_int_equal(p->period, 5);
    assert_int_equal(p->duration_nanos, 7000000);
    assert_true(cprof_slice_starts_with(cprof_profile_string(p, p->drop_frames), "RecordLockProfileData|"));
    cprof_profile_free(p);
}

static void broken_contentions_name_the_line(void **state) {
    (void)state;
    assert_malformed(cprof_parse_legacy_contention, "--- contention:\nspeed=5\n",
                     "line 2: unknown attribute \"speed\"", 16);
    assert_malformed(cprof_parse_legacy_contention, "--- contention:\ncycles/second=x\n",
                     "line 2: \"x\" is no number that fits", 16);
    assert_malformed(cprof_parse_legacy_contention, "--- mutex:\n1 2 0x1\n",
                     "line 2: no sample: DELAY COUNT @ ADDRESSES expected", 11);
    assert_malformed(cprof_parse_legacy_contention,
                     "--- mutex:\nsampling period=4\n1 9223372036854775807 @ 0x1\n",
                     "line 3: the count times its period does not fit 64 bits", 29);
    assert_not_mine(cprof_parse_legacy_contention, "--- contentionz 1 ---\nformat = java\n");
    assert_not_mine(cprof_parse_legacy_contention, "--- symbol\n");
}

static void threads_with_the_same_stack_count_together(void **state) {
    (void)state;
    assert_shows(cprof_parse_legacy_thread,
                 "--- threadz 1 ---\nsome words\n\n"
                 "--- Thread 7ff0 (name: main/12) stack: ---\n  0x401010 f\n  0x402001 0x403001\n"
                 "--- Thread 7ff1 (name: a b/13) stack: ---\n  [same as previous thread]\n"
                 "--- Thread 7ff2 (name: c/14) stack: ---\n 0x500000\n"
                 "--- Memory map: ---\n",
                 "2\n 0x401010\n 0x402000\n 0x403000\n1\n 0x500000\n");
    assert_malformed(cprof_parse_legacy_thread, "--- threadz 1 ---\n--- Thread (name: x/1) stack: ---\n",
                     "line 2: no thread: \"--- Thread ID (name: NAME/ID) stack: ---\" expected", 18);
    assert_not_mine(cprof_parse_legacy_thread, "--- thread 1 ---\n");
}

static void counts_are_named_by_their_title(void **state) {
    (void)state;
    static const char text[] = "# comment\n\nthreadcreate profile: total 9\n4 @ 0x11 0x21\n5 @\n";
    assert_shows(cprof_parse_legacy_count, text, "4\n 0x10\n 0x20\n5\n");
    cprof_profile *p = parse_text(cprof_parse_legacy_count, cprof_slice_of(text));
    assert_type(p, 0, "threadcreate", "count");
    cprof_profile_free(p);
    assert_malformed(cprof_parse_legacy_count, "x profile: total 9\n4 @ 0x11 1\n",
                     "line 2: no sample: COUNT @ ADDRESSES expected", 19);
    assert_not_mine(cprof_parse_legacy_count, "x profile: total 9 or so\n");
}

/* ---- Java ---- */

static void java_heaps_have_names(void **state) {
    (void)state;
    /* 1 object of 524288 bytes stands for 1.58, as above; one of 10 bytes for 1 / (1 - exp(-10 / 524288)),
     * that is 52429.3. */
    static const char text[] = "--- heapz 1 ---\nformat = java\nresolution=bytes\n"
                               "   524288     1 @ 0x1 0x2 0x9\n     100     10 @ 0x2\n"
                               "  0x1 com.example.A.run (A.java:10)\n 0x2 com.example.Main.main (/lib/x.so)\n"
                               " 0x3 unused (U.java:1)\n";
    assert_shows(cprof_parse_legacy_java, text,
                 "1 829411 bytes=524288\n com.example.A.run A.java:10\n com.example.Main.main x.so:0\n\n"
                 "524293 5242930 bytes=10\n com.example.Main.main x.so:0\n");
    cprof_profile *p = parse_text(cprof_parse_legacy_java, cprof_slice_of(text));
    assert_type(p, 0, "inuse_objects", "count");
    assert_type(p, 1, "inuse_space", "bytes");
    cprof_profile_free(p);
}

static void java_contentions_are_scaled(void **state) {
    (void)state;
    assert_shows(cprof_parse_legacy_java,
                 "--- contentionz 1 ---\nformat = java\nresolution=microseconds\nsampling period = 100\n"
                 "ms since reset = 6019923\n            14 1 @ 0x3\n 0x3 GC\n",
                 "100 1400\n GC :0\n");
    assert_malformed(cprof_parse_legacy_java, "--- heapz 1 ---\nformat = cobol\n",
                     "line 2: a Java profile of the unknown format \"cobol\"", 16);
    assert_malformed(cprof_parse_legacy_java, "--- heapz 1 ---\nresolution=bytes\n  5 0 @ 0x1\n",
                     "line 3: a sample of no objects", 33);
    assert_not_mine(cprof_parse_legacy_java, "--- heapz 2 ---\n");
}

static void java_cpu_profiles_are_binary_with_names(void **state) {
    (void)state;
    static const uint64_t words[] = {0, 3, 1, 10000, 0, 2, 2, 1, 2, 0, 1, 0};
    char bytes[512];
    size_t size = put_words(&layouts[2], words, sizeof words / sizeof *words,
                            "0x1 a.B.c (B.java:7)\n0x2 generated stub/JIT\n", bytes);
    cprof_profile *p = parse_text(cprof_parse_legacy_cpu, (cprof_slice){bytes, size});
    cprof_sink out;
    cprof_sink_init_memory(&out, NULL);
    show_profile(&out, p);
    assert_slice(cprof_sink_bytes(&out), "2 20000000\n a.B.c B.java:7\n STUB :0\n");
    cprof_sink_deinit(&out);
    cprof_profile_free(p);
}

/* ---- Symbolized, jemalloc ---- */

static void symbols_in_front_name_the_addresses(void **state) {
    (void)state;
    static const char text[] =
        "--- symbol\nbinary=/bin/a\n"
        "0x401000 main<0000000000401727>--render--it::operator--(int)\n0x402000 start\n---\n"
        "--- heap\nheap profile: 1: 2 [1: 2] @ heapprofile\n1: 2 [1: 2] @ 0x401001 0x402001 0x500\n";
    assert_shows(
        cprof_parse_legacy_symbolized, text,
        "1 2 binary=/bin/a bytes=2\n 0x401000 it::operator--(int) :0 < render :0 < main :0\n 0x402000 start :0\n 0x4ff\n");
    cprof_profile *p = parse_text(cprof_parse_legacy_symbolized, cprof_slice_of(text));
    assert_mapping(p, 0, "/bin/a", 0, UINT64_MAX, 0);
    cprof_profile_free(p);
    assert_malformed(cprof_parse_legacy_symbolized, "--- symbol\nmain 0x12\n",
                     "line 2: no symbol: 0xADDRESS NAME expected", 11);
    assert_malformed(cprof_parse_legacy_symbolized, "--- symbol\n0x12 main\n",
                     "line 2: the symbols end without \"---\"", 11);
    assert_malformed(cprof_parse_legacy_symbolized, "--- symbol\n---\n--- profile\nwhat\n",
                     "line 3: what follows the symbols is no profile", 15);
}

static void a_real_symbolized_profile_has_all_names(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/symbolized.prof");
    cprof_profile *p = parse_text(cprof_parse_legacy_symbolized, text);
    assert_int_equal(p->type_count, 1);
    assert_type(p, 0, "samples", "count");
    assert_int_equal(total_of(p, 0), 2150643);
    for (uint32_t i = 0; i < p->locations.count; i++)
        assert_true(p->locations.first_line[i] < p->locations.first_line[i + 1]);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

static void jemalloc_s_samples_are_unsampled(void **state) {
    (void)state;
    assert_shows(
        cprof_parse_jemalloc,
        "heap_v2/1000\n  t*: 100: 100000 [0: 0]\n  t0: 100: 100000 [0: 0]\n"
        "@ 0x401001 0x402001\n  t*: 100: 100000 [0: 0]\n  t0: 100: 100000 [0: 0]\n\nMAPPED_LIBRARIES:\n",
        "158 158197 bytes=1000\n 0x401000\n 0x402000\n");
    cprof_profile *p = parse_text(cprof_parse_jemalloc,
                                  CPROF_SLICE("heap_v2/1\n t*: 1: 8 [2: 24]\n@ 0x9\n t*: 1: 8 [2: 24]\n"));
    assert_int_equal(p->type_count, 4);
    assert_type(p, 1, "alloc_space", "bytes");
    assert_int_equal(total_of(p, 1), 24);
    assert_int_equal(total_of(p, 3), 8);
    cprof_profile_free(p);
    assert_malformed(cprof_parse_jemalloc, "heap_v2/0\n", "line 1: heap_v2/RATE expected, the rate in bytes",
                     0);
    assert_malformed(cprof_parse_jemalloc, "heap_v2/9\n@ 0x1\n@ 0x2\n",
                     "line 3: the stack before this one has no counts", 16);
    assert_malformed(cprof_parse_jemalloc, "heap_v2/9\n@ 0x1\n", "line 2: the last stack has no counts", 10);
    assert_malformed(cprof_parse_jemalloc, "heap_v2/9\n\n  t1: 1: 2 [0: 0]\n  t*: 1: 2 [0: 0]\n",
                     "line 4: counts without a stack", 29);
    assert_not_mine(cprof_parse_jemalloc, "heap profile: 1: 2 [1: 2] @ heap_v2/16\n");
}

static void a_real_jemalloc_heap_has_its_files(void **state) {
    (void)state;
    cprof_slice text = read_testdata("producers/jemalloc.heap");
    cprof_profile *p = parse_text(cprof_parse_jemalloc, text);
    assert_int_equal(p->samples.count, 7);
    assert_mapping(p, 0, "/src/cpp/raysim/raysim_plain", 0x555db7c4a000, 0x555db7c4c000, 0x2000);
    cprof_profile_free(p);
    free((void *)(uintptr_t)text.ptr);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heap_v2_is_unsampled),
        cmocka_unit_test(heap_with_allocations_has_four_values),
        cmocka_unit_test(growth_is_not_sampled),
        cmocka_unit_test(a_real_sampled_heap_has_the_reference_s_totals),
        cmocka_unit_test(broken_heaps_name_the_line),
        cmocka_unit_test(the_map_is_read_in_all_its_forms),
        cmocka_unit_test(neighbours_of_one_file_are_joined),
        cmocka_unit_test(addresses_outside_of_the_map_find_a_place),
        cmocka_unit_test(a_program_at_its_usual_place_has_no_offset),
        cmocka_unit_test(of_overlapping_ranges_the_first_wins),
        cmocka_unit_test(cpu_profiles_of_all_machines_are_read),
        cmocka_unit_test(the_signal_handler_is_taken_out),
        cmocka_unit_test(a_doubled_leaf_counts_once),
        cmocka_unit_test(a_cut_cpu_profile_is_read_as_far_as_it_goes),
        cmocka_unit_test(broken_cpu_profiles_name_the_byte),
        cmocka_unit_test(a_real_cpu_profile_has_the_reference_s_totals),
        cmocka_unit_test(contentions_are_scaled),
        cmocka_unit_test(broken_contentions_name_the_line),
        cmocka_unit_test(threads_with_the_same_stack_count_together),
        cmocka_unit_test(counts_are_named_by_their_title),
        cmocka_unit_test(java_heaps_have_names),
        cmocka_unit_test(java_contentions_are_scaled),
        cmocka_unit_test(java_cpu_profiles_are_binary_with_names),
        cmocka_unit_test(symbols_in_front_name_the_addresses),
        cmocka_unit_test(a_real_symbolized_profile_has_all_names),
        cmocka_unit_test(jemalloc_s_samples_are_unsampled),
        cmocka_unit_test(a_real_jemalloc_heap_has_its_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
