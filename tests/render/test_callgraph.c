#include "profile/builder.h"
#include "render/callgraph.h"
#include "render/layout.h"
#include "support.h"

typedef struct fixture {
    cprof_profile *profile;
    cprof_view view;
    cprof_report report;
} fixture;

static void start(fixture *f) {
    cprof_builder *b = cprof_builder_new(NULL, "test", NULL);
    uint32_t frame, stack;
    int64_t value = 1;
    assert_true(cprof_builder_type(b, CPROF_SLICE("cpu"), CPROF_SLICE("count"), NULL));
    assert_true(cprof_builder_frame(b, CPROF_SLICE("main"), CPROF_SLICE(""), 0, &frame, NULL));
    assert_true(cprof_builder_stack(b, &frame, 1, &stack, NULL));
    assert_true(cprof_builder_sample(b, stack, 0, &value, NULL));
    assert_true(cprof_builder_take(b, &f->profile, NULL));
    cprof_view_init(&f->view, f->profile, NULL);
    cprof_report_options options = {.ratio = 1};
    assert_true(cprof_report_init(&f->report, &f->view, &options, 1, NULL));
}

static void stop(fixture *f) {
    cprof_report_deinit(&f->report);
    cprof_view_deinit(&f->view);
    cprof_profile_free(f->profile);
}

static bool render(fixture *f, cprof_slice drawn, const char *expected, cprof_error *err) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    bool ok = cprof_render_callgraph(&f->report, drawn, false, &sink, err);
    if (ok) {
        cprof_slice bytes = cprof_sink_bytes(&sink);
        assert_true(cprof_slice_find_slice(bytes, cprof_slice_of(expected)) < bytes.len);
    }
    cprof_sink_deinit(&sink);
    return ok;
}

static void the_picture_is_taken_out_of_its_file(void **state) {
    (void)state;
    fixture f;
    start(&f);
    cprof_slice drawn =
        CPROF_SLICE("<?xml?><!-- x --><svg width=\"72pt\" height=\"36pt\" viewBox=\"0 0 72 36\">\n"
                    "<g id=\"graph0\"><text>a\xef\xbf\xbe\x01\xff</text></g>\n</svg>\n");
    assert_true(
        render(&f, drawn, "<g id=\"graph0\"><text>a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</text></g>", NULL));
    assert_true(render(&f, drawn, "width=\"96\" height=\"48\"", NULL)); /* points to px */
    stop(&f);
}

static void what_could_run_or_load_is_refused(void **state) {
    (void)state;
    static const char *const bodies[] = {"<script>1</script>", "<image/>", "<a xlink:href=\"x\"/>",
                                         "<foreignObject/>", "<use/>"};
    fixture f;
    start(&f);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        char drawn[256];
        cprof_error err = CPROF_ERROR_INIT;
        snprintf(drawn, sizeof drawn, "<svg width=\"72pt\" height=\"36pt\">%s</svg>", bodies[i]);
        assert_false(render(&f, cprof_slice_of(drawn), "", &err));
        assert_int_equal(err.code, CPROF_ERR_UNSUPPORTED);
    }
    assert_false(render(&f, CPROF_SLICE("no picture"), "", NULL));
    stop(&f);
}

static bool lay_out(const char *dot, cprof_picture_format format, unsigned seconds, const char *magic,
                    cprof_error *err) {
    cprof_child_output drawn = {0};
    cprof_layout layout = {0};
    assert_true(cprof_layout_start(&layout, format, seconds, err));
    cprof_layout_give(&layout, cprof_slice_of(dot));
    bool ok = cprof_layout_take(&layout, NULL, &drawn, err);
    assert_false(layout.started);
    if (ok) {
        assert_true(drawn.count > strlen(magic));
        assert_memory_equal(drawn.at, magic, strlen(magic));
    }
    cprof_vec_free(NULL, &drawn);
    return ok;
}

/* By what the formats' files begin with. */
static void every_format_is_drawn(void **state) {
    (void)state;
    const char *dot = "digraph g { N1 [label=\"main\"] N2 N1 -> N2 }";
    assert_true(lay_out(dot, CPROF_PICTURE_SVG, 30, "<?xml", NULL));
    assert_true(lay_out(dot, CPROF_PICTURE_PNG, 30, "\x89PNG\r\n", NULL));
    assert_true(lay_out(dot, CPROF_PICTURE_PDF, 30, "%PDF-", NULL));
    assert_true(lay_out(dot, CPROF_PICTURE_PS, 30, "%!PS", NULL));
    assert_true(lay_out(dot, CPROF_PICTURE_GIF, 30, "GIF8", NULL));
    assert_true(lay_out(dot, CPROF_PICTURE_JPG, 30, "\xff\xd8\xff", NULL));
}

static void no_graph_is_an_error(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(lay_out("digraph g { N1 -> ", CPROF_PICTURE_SVG, 30, "", &err));
    assert_int_equal(err.code, CPROF_ERR_UNSUPPORTED);
}

/* A dense graph of 3,000 nodes takes graphviz far longer than a second. */
static void a_long_layout_is_cut_off(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_sink dot;
    cprof_sink_init_memory(&dot, NULL);
    cprof_sink_puts(&dot, "digraph g {\n");
    uint32_t at = 1;
    for (int i = 0; i < 30000; i++) {
        at = at * 1103515245 + 12345;
        uint32_t from = at >> 8 & 0xffff;
        at = at * 1103515245 + 12345;
        cprof_sink_printf(&dot, "N%u -> N%u\n", (unsigned)(from % 3000),
                          (unsigned)((at >> 8 & 0xffff) % 3000));
    }
    cprof_sink_write(&dot, "}\n", 3);
    assert_false(lay_out(cprof_sink_bytes(&dot).ptr, CPROF_PICTURE_SVG, 1, "", &err));
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    assert_non_null(strstr(err.message, "-nodecount"));
    cprof_sink_deinit(&dot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_is_taken_out_of_its_file),
        cmocka_unit_test(what_could_run_or_load_is_refused),
        cmocka_unit_test(every_format_is_drawn),
        cmocka_unit_test(no_graph_is_an_error),
        cmocka_unit_test(a_long_layout_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
