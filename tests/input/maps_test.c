/* Lines of memory maps: those of /proc/PID/maps, and the brief ones that older profilers write. */
#include "input/maps.h"
#include "support.h"

typedef struct expected {
    const char *line;
    uint64_t start, limit, offset;
    const char *file, *build_id;
} expected;

static void assert_map(const cprof_map *map, const expected *want) {
    assert_int_equal(map->start, want->start);
    assert_int_equal(map->limit, want->limit);
    assert_int_equal(map->offset, want->offset);
    assert_slice(map->file, want->file);
    assert_slice(map->build_id, want->build_id);
}

static void read_text(cprof_maps *maps, const char *text) {
    cprof_text lines;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_text_init(&lines, cprof_slice_of(text));
    cprof_maps_init(maps, NULL);
    assert_true(cprof_maps_read(maps, &lines, &err));
}

static void ranges_are_read(void **state) {
    (void)state;
    static const expected cases[] = {
        {"3000-4000 r-xp 00000010 fd:00 123   /bin/x\n", 0x3000, 0x4000, 0x10, "/bin/x", ""},
        {"3000-4000 r-xp 00000010 fd:00 123 /bin/x (deleted)\n", 0x3000, 0x4000, 0x10, "/bin/x", ""},
        {"3000-4000 r-xp 00000010 fd:00 123\n", 0x3000, 0x4000, 0x10, "", ""},
        {"3000-4000 00000010 fd:00 123 /bin/x\n", 0x3000, 0x4000, 0x10, "/bin/x", ""},
        {"3000-4000 r-xp fd:00 123 /bin/x\n", 0x3000, 0x4000, 0, "/bin/x", ""},
        {"  0x3000-0x4000: /bin/x (@ff00) abc123\n", 0x3000, 0x4000, 0xff00, "/bin/x", "abc123"},
        {"3000-4000: /bin/x abc123\n", 0x3000, 0x4000, 0, "/bin/x", "abc123"},
        {"3000-4000: /bin/x (@zz)\n", 0x3000, 0x4000, 0, "/bin/x", ""},
        {"3000-4000 r-xp /bin/x\n", 0x3000, 0x4000, 0, "/bin/x", ""},
        {"3000 4000\n", 0x3000, 0x4000, 0, "", ""},
        {"0-ffffffffffffffff: /x", 0, UINT64_MAX, 0, "/x", ""},
        {"main.cc:12] 3000-4000: /bin/x\n", 0x3000, 0x4000, 0, "/bin/x", ""},
        {"build = /opt/b\n3000-4000: $build/x$y\n", 0x3000, 0x4000, 0, "/opt/b/x$y", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_maps maps;
        read_text(&maps, cases[i].line);
        if (maps.at.count != 1)
            fail_msg("%s: %zu ranges", cases[i].line, maps.at.count);
        assert_map(&maps.at.at[0], &cases[i]);
        cprof_maps_deinit(&maps);
    }
}

static void other_lines_are_passed_over(void **state) {
    (void)state;
    static const char *const lines[] = {
        "3000-4000 r--p 00000010 fd:00 123 /bin/x\n", /* not executable */
        "3000-4000 rw-p /bin/x\n",
        "nothing\n",
        "3000\n",
        "3000-x\n",
        "10000000000000000-10000000000000001: /bin/x\n",
        "main.cc:] 3000-4000: /bin/x\n",
        "$\n",
        "\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cprof_maps maps;
        read_text(&maps, lines[i]);
        if (maps.at.count != 0)
            fail_msg("%s: is no range", lines[i]);
        cprof_maps_deinit(&maps);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(other_lines_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
