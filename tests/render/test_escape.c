#include "render/escape.h"
#include "render/json.h"
#include "support.h"

typedef void (*writer)(cprof_sink *sink, cprof_slice s);

static void as_json_data(cprof_sink *sink, cprof_slice s) {
    cprof_json json;
    cprof_json_init(&json, sink, CPROF_JSON_DATA);
    cprof_json_string(&json, s);
}

static void as_json_page(cprof_sink *sink, cprof_slice s) {
    cprof_json json;
    cprof_json_init(&json, sink, CPROF_JSON_PAGE);
    cprof_json_string(&json, s);
}

static void as_csv(cprof_sink *sink, cprof_slice s) {
    cprof_sink_csv(sink, s, ',');
}

static void check(writer write, cprof_slice s, const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    write(&sink, s);
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

static void xml_has_no_markup_of_names(void **state) {
    (void)state;
    check(cprof_sink_xml, CPROF_SLICE("a<b> & \"c\" 'd'"), "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
    check(cprof_sink_xml, CPROF_SLICE("x\0y\x1b[0m\n"), "x\\x00y\\x1b[0m\\x0a");
    check(cprof_sink_xml, CPROF_SLICE("\xff\xe2\x80\xae"), "\\xff\\u{202e}");
    check(cprof_sink_xml, CPROF_SLICE("\xef\xbf\xbe\xc3\xa9"), "\xef\xbf\xbd\xc3\xa9");
}

static void json_data_keeps_the_bytes(void **state) {
    (void)state;
    check(as_json_data, CPROF_SLICE("a\"b\\c\n\t\x01"), "\"a\\\"b\\\\c\\n\\t\\u0001\"");
    check(as_json_data, CPROF_SLICE("<\0>\xff"), "\"<\\u0000>\\ufffd\"");
    check(as_json_data, CPROF_SLICE("\xc3\xa9\xe2\x80\xa8"), "\"\xc3\xa9\\u2028\"");
}

static void json_in_a_page_is_no_markup(void **state) {
    (void)state;
    check(as_json_page, CPROF_SLICE("</script>&]]>"), "\"\\u003c/script\\u003e\\u0026]]\\u003e\"");
    check(as_json_page, CPROF_SLICE("\x1b\0\xff"), "\"\\\\x1b\\\\x00\\\\xff\"");
}

static void json_nests(void **state) {
    (void)state;
    cprof_sink sink;
    cprof_json json;
    cprof_sink_init_memory(&sink, NULL);
    cprof_json_init(&json, &sink, CPROF_JSON_DATA);
    cprof_json_object(&json);
    cprof_json_put_int(&json, "a", INT64_MIN);
    cprof_json_key(&json, "b");
    cprof_json_array(&json);
    cprof_json_flat(&json);
    cprof_json_object(&json);
    cprof_json_put_number(&json, "c", 0.5);
    cprof_json_put_number(&json, "d", 1.0 / 0.0);
    cprof_json_end(&json);
    cprof_json_bool(&json, true);
    cprof_json_end(&json);
    cprof_json_key(&json, "e");
    cprof_json_object(&json);
    cprof_json_end(&json);
    cprof_json_end(&json);
    assert_slice(cprof_sink_bytes(&sink),
                 "{\n  \"a\": -9223372036854775808,\n  \"b\": [\n    {\"c\": 0.5, \"d\": null},\n"
                 "    true\n  ],\n  \"e\": {}\n}\n");
    cprof_sink_deinit(&sink);
}

static void json_numbers_are_whole(void **state) {
    (void)state;
    static const int64_t numbers[] = {0, 7, -7, 10, -100, 1234567890123, INT64_MAX, INT64_MIN};
    cprof_sink sink;
    cprof_json json;
    cprof_sink_init_memory(&sink, NULL);
    cprof_json_init(&json, &sink, CPROF_JSON_PAGE);
    cprof_json_array(&json);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cprof_json_int(&json, numbers[i]);
    cprof_json_end(&json);
    assert_slice(cprof_sink_bytes(&sink),
                 "[0,7,-7,10,-100,1234567890123,9223372036854775807,-9223372036854775808]");
    cprof_sink_deinit(&sink);
}

static void csv_quotes_and_defuses(void **state) {
    (void)state;
    check(as_csv, CPROF_SLICE("plain"), "plain");
    check(as_csv, CPROF_SLICE("a,b"), "\"a,b\"");
    check(as_csv, CPROF_SLICE("say \"x\""), "\"say \"\"x\"\"\"");
    check(as_csv, CPROF_SLICE("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    check(as_csv, CPROF_SLICE("+cmd|' /C calc'!A0"), "\"'+cmd|' /C calc'!A0\"");
    check(as_csv, CPROF_SLICE("@SUM(1)"), "\"'@SUM(1)\"");
    check(as_csv, CPROF_SLICE("-[Cache get:]"), "\"'-[Cache get:]\"");
    check(as_csv, CPROF_SLICE("\t=1"), "\\x09=1");
    for (size_t i = 0; i < 7; i++) {
        static const char *const formulas[] = {"=1+1", "=1", "-1+2", "+", "-1e", "-.", "--1"};
        char expected[16];
        snprintf(expected, sizeof expected, "\"'%s\"", formulas[i]);
        check(as_csv, cprof_slice_of(formulas[i]), expected);
    }
    for (size_t i = 0; i < 5; i++) {
        static const char *const numbers[] = {"-12.5", "+.5", "-1e+9", "+7.", "-12.50%"};
        check(as_csv, cprof_slice_of(numbers[i]), numbers[i]);
    }
    check(as_csv, CPROF_SLICE("l1\nl2"), "l1\\x0al2");
}

static void markdown_has_no_markup_of_names(void **state) {
    (void)state;
    check(cprof_sink_markdown, CPROF_SLICE("a|b*c_`d`[x](javascript:1)<i>"),
          "a\\|b\\*c\\_\\`d\\`\\[x\\]\\(javascript\\:1\\)&lt;i&gt;");
    check(cprof_sink_markdown, CPROF_SLICE("main.main"), "main.main");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_has_no_markup_of_names),      cmocka_unit_test(json_data_keeps_the_bytes),
        cmocka_unit_test(json_in_a_page_is_no_markup),     cmocka_unit_test(json_nests),
        cmocka_unit_test(json_numbers_are_whole),          cmocka_unit_test(csv_quotes_and_defuses),
        cmocka_unit_test(markdown_has_no_markup_of_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
