/* Units, labels and percentages.  What is expected was computed by the reference's own rules. */
#include "support.h"

#include "measure/measure.h"

#include <inttypes.h>

static void labels_are_the_references(void **state) {
    (void)state;
    static const struct {
        int64_t value;
        const char *from, *to, *label, *unit;
    } cases[] = {
        {1024, "bytes", "auto", "1kB", "kB"},
        {1023, "B", "auto", "1023B", "B"},
        {0, "bytes", "MB", "0", "MB"},
        {1536, "bytes", "minimum", "1.50kB", "kB"},
        {-1536, "bytes", "auto", "-1.50kB", "kB"},
        {1572864, "bytes", "auto", "1.50MB", "MB"},
        {1073741824, "B", "auto", "1GB", "GB"},
        {1099511627776, "B", "auto", "1TB", "TB"},
        {1125899906842624, "B", "auto", "1PB", "PB"},
        {1152921504606846976, "B", "auto", "1024PB", "PB"},
        {INT64_MAX, "B", "auto", "8192PB", "PB"},
        {-9223372036854775807, "B", "auto", "-8192PB", "PB"},
        {INT64_MIN, "B", "auto", "-9223372036854775808B", "B"},
        {INT64_MIN, "ns", "auto", "-9223372036.85s", "s"},
        {INT64_MIN, "count", "auto", "-9223372036854775808", ""},
        {123456, "KB", "MB", "120.56MB", "MB"},
        {1, "PB", "B", "1125899906842624B", "B"},
        {5242, "B", "MB", "0", "MB"},
        {10485, "bytes", "MB", "0.01MB", "MB"},
        {1025, "hours", "foo", "3690000s", "s"},
        {59999999999, "ns", "auto", "60s", "s"},
        {3600000000000, "nanoseconds", "auto", "1hrs", "hrs"},
        {3599999999999, "ns", "auto", "3600s", "s"},
        {7200000000000, "ns", "hrs", "2hrs", "hrs"},
        {1500000, "ns", "ms", "1.50ms", "ms"},
        {100, "us", "auto", "100us", "us"},
        {5, "milliseconds", "NS", "5000000ns", "ns"},
        {5, "MS", "auto", "5ms", "ms"},
        {10, "hr", "s", "36000s", "s"},
        {99, "sec", "auto", "99s", "s"},
        {999, "ns", "auto", "999ns", "ns"},
        {1000, "ns", "auto", "1us", "us"},
        {1, "ns", "s", "0", "s"},
        {-1, "ns", "s", "0", "s"},
        {5, "μs", "auto", "5", ""},
        {5, "μs", "ms", "5ms", "ms"},
        {5, "count", "auto", "5", ""},
        {5, "count", "count", "5", ""},
        {5, "samples", "sample", "5", ""},
        {5, "foo", "unit", "5", ""},
        {5, "foo", "foo", "5foo", "foo"},
        {5, "foo", "", "5", ""},
        {5, "", "auto", "5", ""},
        {5, "foo", "MB", "5MB", "MB"},
        {5, "count", "ms", "5ms", "ms"},
        {5, "B", "ms", "5B", "B"},
        {5, "ns", "MB", "0", "s"},
        {1500000, "nanogcu", "auto", "1.50m*GCU", "m*GCU"},
        {999, "GCU", "auto", "999GCU", "GCU"},
        {1000, "GCU", "auto", "1k*GCU", "k*GCU"},
        {5, "petagcus", "gcu", "5000000000000000GCU", "GCU"},
        {5, "GCU", "n*GCU", "5GCU", "GCU"},
        {5, "GCU", "milligcu", "5000m*GCU", "m*GCU"},
        {1536, "byteS", "kb", "1.50kB", "kB"},
        {5, "BS", "auto", "5", ""},
        {5, "minutes", "auto", "5", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[CPROF_LABEL_MAX];
        cprof_slice from = cprof_slice_of(cases[i].from), to = cprof_slice_of(cases[i].to), unit;
        assert_slice(cprof_measure_label(cases[i].value, from, to, buffer), cases[i].label);
        cprof_measure_scale(cases[i].value, from, to, &unit);
        assert_slice(unit, cases[i].unit);
    }
}

static void percentages_are_the_references(void **state) {
    (void)state;
    static const struct {
        int64_t value, total;
        const char *text;
    } cases[] = {
        {0, 0, "    0%"},
        {5, 0, "    0%"},
        {0, 100, "    0%"},
        {1, 3, "33.33%"},
        {1, 1000, "  0.1%"},
        {1, 1000000, "0.0001%"},
        {3, 1000000, "0.0003%"},
        {3, 10000000, "3e-05%"},
        {999, 1000000000000, "1e-07%"},
        {994, 100000, " 0.99%"},
        {995, 100000, "    1%"},
        {999, 100000, "    1%"},
        {9994, 1000000, "    1%"},
        {9996, 1000000, "    1%"},
        {10000, 1000000, " 1.00%"},
        {12345, 1000000, " 1.23%"},
        {50, 100, "50.00%"},
        {99949, 100000, "99.95%"},
        {99951, 100000, "  100%"},
        {100000, 100000, "  100%"},
        {100049, 100000, "  100%"},
        {100051, 100000, "100.05%"},
        {1001, 10000000, " 0.01%"},
        {-5, 1000, "  0.5%"},
        {9996, -1000, "999.60%"},
        {INT64_MAX, INT64_MIN, "  100%"},
        {INT64_MIN, INT64_MIN, "  100%"},
        {1, INT64_MAX, "1.1e-17%"},
        {INT64_MAX, 1, "922337203685477580800.00%"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[CPROF_LABEL_MAX];
        assert_slice(cprof_measure_percentage(cases[i].value, cases[i].total, buffer), cases[i].text);
    }
}

static void scaling_keeps_the_value(void **state) {
    (void)state;
    cprof_slice unit;
    assert_true(cprof_measure_scale(3, CPROF_SLICE("MB"), CPROF_SLICE("kB"), &unit) == 3072);
    assert_true(cprof_measure_scale(-90, CPROF_SLICE("minutes"), CPROF_SLICE("hrs"), &unit) == -90);
    assert_true(cprof_measure_scale(90, CPROF_SLICE("ms"), CPROF_SLICE("s"), &unit) == 0.09);
    assert_true(cprof_measure_scale(INT64_MIN, CPROF_SLICE("B"), CPROF_SLICE("B"), &unit) == -0x1p63);
    assert_true(cprof_measure_scale(7, (cprof_slice){NULL, 0}, (cprof_slice){NULL, 0}, &unit) == 7);
    assert_int_equal(unit.len, 0);
}

static void long_units_are_cut(void **state) {
    (void)state;
    char name[1000], buffer[CPROF_LABEL_MAX];
    for (size_t i = 0; i + 1 < sizeof name; i += 2)
        memcpy(name + i, "\xc3\xa9", 2);
    for (int64_t value = 1; value <= 10; value += 9) {
        cprof_slice label =
            cprof_measure_label(value, CPROF_SLICE("x"), (cprof_slice){name, sizeof name}, buffer);
        assert_in_range(label.len, CPROF_LABEL_MAX - 2, CPROF_LABEL_MAX - 1);
        assert_int_equal(label.len % 2, value == 1); /* whole characters */
        assert_int_equal(buffer[label.len], '\0');
    }
    /* The longest number there is: 2^63 peta-GCU in nano-GCU. */
    cprof_slice label =
        cprof_measure_label(INT64_MAX, CPROF_SLICE("petagcu"), CPROF_SLICE("nanogcu"), buffer);
    assert_true(cprof_slice_starts_with(label, "92233720368547"));
    assert_true(cprof_slice_ends_with(label, "n*GCU"));
    assert_int_equal(label.len, 43 + 5);
}

static void families(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"bytes", "kB", true},  {"ns", "hours", true},  {"milligcu", "GCU", true},
        {"bytes", "ns", false}, {"count", "ns", false}, {"foo", "foo", true},
        {"", "", true},         {"foo", "foos", false}, {"seconds", "S", true},
        {"count", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_slice a = cprof_slice_of(cases[i].a), b = cprof_slice_of(cases[i].b);
        assert_int_equal(cprof_measure_same_family(a, b), cases[i].same);
        assert_int_equal(cprof_measure_same_family(b, a), cases[i].same);
    }
}

static void whole_numbers_are_exact(void **state) {
    (void)state;
    char buffer[CPROF_LABEL_MAX], expected[32];
    const cprof_slice none = CPROF_SLICE("count");
    for (int bits = 1; bits < 53; bits++) {
        const int64_t value = (INT64_C(1) << bits) - 1;
        const int64_t values[] = {value, -value, value + 1, -value - 1};
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            snprintf(expected, sizeof expected, "%" PRId64, values[i]);
            assert_slice(cprof_measure_label(values[i], none, none, buffer), expected);
        }
    }
    /* Where doubles have no ones any more, the nearest. */
    assert_slice(cprof_measure_label(INT64_C(9007199254740993), none, none, buffer), "9007199254740992");
    assert_slice(cprof_measure_label(INT64_MIN, none, none, buffer), "-9223372036854775808");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_exact),
        cmocka_unit_test(labels_are_the_references),
        cmocka_unit_test(percentages_are_the_references),
        cmocka_unit_test(scaling_keeps_the_value),
        cmocka_unit_test(long_units_are_cut),
        cmocka_unit_test(families),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
