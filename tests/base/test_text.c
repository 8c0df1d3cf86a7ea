/* Errors, sinks, slices and UTF-8. */
#include "support.h"

#include "base/env.h"
#include "base/sink.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void errors_are_one_escaped_line(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(
        cprof_error_set(&err, CPROF_ERR_FORMAT, 17, "bad name \"%s\"", "a\nb\x1b[0m\x7f\xff\xc2\x9b€"));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    assert_int_equal(err.offset, 17);
    assert_string_equal(err.message, "bad name \"a\\x0ab\\x1b[0m\\x7f\\xff\\u{009b}€\"");
    assert_false(cprof_error_prefix(&err, "%s", "dir/a\tb"));
    assert_string_equal(err.message, "dir/a\\x09b: bad name \"a\\x0ab\\x1b[0m\\x7f\\xff\\u{009b}€\"");
    assert_int_equal(err.offset, 17);
    assert_false(cprof_error_set(NULL, CPROF_ERR_IO, -1, "x"));
    assert_false(cprof_error_prefix(NULL, "x"));
}

static void errors_are_cut_between_characters(void **state) {
    (void)state;
    char name[2000];
    for (size_t i = 0; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "é", 2);
    name[sizeof name - 2] = '\0';
    cprof_error err = CPROF_ERROR_INIT;
    for (int shift = 0; shift < 4; shift++) {
        cprof_error_set(&err, CPROF_ERR_IO, -1, "%.*s%s", shift, "abc", name);
        size_t len = strlen(err.message);
        assert_in_range(len, sizeof err.message - 3, sizeof err.message - 1);
        assert_true(cprof_utf8_valid(cprof_slice_of(err.message)));
        cprof_error_prefix(&err, "%s", "file");
        assert_true(cprof_utf8_valid(cprof_slice_of(err.message)));
        assert_memory_equal(err.message, "file: ", 6);
    }
    cprof_error_prefix(&err, "%s", name); /* a prefix that leaves no room */
    assert_true(cprof_utf8_valid(cprof_slice_of(err.message)));
}

static void memory_errors_name_the_limit(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_error_memory(NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    assert_string_equal(err.message, "out of memory");
    cprof_budget budget = {.limit = 64 << 20};
    cprof_env env = {.budget = &budget};
    cprof_error_memory(&env, &err);
    assert_string_equal(err.message, "out of memory");
    assert_false(cprof_budget_take(&budget, (64 << 20) + 1));
    cprof_error_memory(&env, &err);
    assert_string_equal(err.message,
                        "out of memory: this takes more than the limit of 64MB (-max_memory raises it)");
}

static void note_into(void *context, const char *message) {
    snprintf(context, 100, "%s", message);
}

static void notes_and_stops(void **state) {
    (void)state;
    char noted[100] = "";
    atomic_bool stop = false;
    cprof_env env = {.note = note_into, .note_context = noted, .stop = &stop};
    cprof_note(&env, "%d of \x1b%s", 3, "x");
    assert_string_equal(noted, "3 of \\x1bx");
    cprof_note(NULL, "nobody listens");
    cprof_note(&(cprof_env){0}, "nobody listens");
    cprof_progress(NULL, "reading", 1, 2);
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_stopped(NULL, &err));
    assert_false(cprof_stopped(&env, &err));
    assert_int_equal(err.code, CPROF_OK);
    stop = true;
    assert_true(cprof_stopped(&env, &err));
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
}

static void a_memory_sink_holds_all(void **state) {
    (void)state;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    assert_int_equal(cprof_sink_bytes(&sink).len, 0);
    cprof_sink_puts(&sink, "a");
    cprof_sink_write(&sink, "\0", 1);
    cprof_sink_putc(&sink, 'b');
    cprof_sink_printf(&sink, "%d%%", 7);
    cprof_sink_write(&sink, NULL, 0);
    assert_int_equal(cprof_sink_bytes(&sink).len, 5);
    assert_memory_equal(cprof_sink_bytes(&sink).ptr, "a\0b7%", 5);
    char big[3000];
    memset(big, 'x', sizeof big);
    cprof_sink_printf(&sink, "[%.*s]", (int)sizeof big, big);
    assert_int_equal(cprof_sink_bytes(&sink).len, 5 + 3002);
    assert_int_equal(cprof_sink_bytes(&sink).ptr[3006], ']');
    assert_true(cprof_sink_finish(&sink, NULL));
    cprof_sink_deinit(&sink);
}

static void a_memory_sink_fails_on_the_budget(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 5000};
    cprof_env env = {.budget = &budget};
    cprof_sink sink;
    cprof_sink_init_memory(&sink, &env);
    for (int i = 0; i < 1000; i++)
        cprof_sink_puts(&sink, "0123456789");
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_sink_finish(&sink, &err));
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    cprof_sink_deinit(&sink);
    assert_int_equal(budget.used, 0);
}

static void columns_are_filled_by_characters(void **state) {
    (void)state;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_sink_right(&sink, CPROF_SLICE("ab"), 4);
    cprof_sink_left(&sink, CPROF_SLICE("µs"), 4);
    cprof_sink_right(&sink, CPROF_SLICE("longer"), 4);
    cprof_sink_right(&sink, CPROF_SLICE("\xff\xfe"), 3);
    cprof_sink_pad(&sink, -3);
    cprof_sink_left(&sink, CPROF_SLICE(""), -2);
    cprof_sink_putc(&sink, '|');
    assert_slice(cprof_sink_bytes(&sink), "  abµs  longer \xff\xfe|");
    sink.count = 0;
    cprof_sink_pad(&sink, 1000);
    assert_int_equal(cprof_sink_bytes(&sink).len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(cprof_sink_bytes(&sink).ptr[i], ' ');
    cprof_sink_deinit(&sink);
}

static void a_file_gets_every_byte_in_order(void **state) {
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    cprof_sink sink;
    cprof_sink_init_fd(&sink, fileno(file));
    size_t size = 300000, total = 0;
    char *big = malloc(size);
    assert_non_null(big);
    memset(big, 'b', size);
    for (int i = 0; i < 5; i++) {
        cprof_sink_printf(&sink, "%07d\n", i);
        cprof_sink_write(&sink, big, size);
        total += 8 + size;
    }
    assert_true(cprof_sink_finish(&sink, NULL));
    assert_int_equal(sink.written, total);
    cprof_sink_deinit(&sink);
    rewind(file);
    for (int i = 0; i < 5; i++) {
        char head[9] = "", expected[9];
        snprintf(expected, sizeof expected, "%07d\n", i);
        assert_int_equal(fread(head, 1, 8, file), 8);
        assert_string_equal(head, expected);
        assert_int_equal(fread(big, 1, size, file), size);
        assert_int_equal(big[0], 'b');
        assert_int_equal(big[size - 1], 'b');
    }
    assert_int_equal(fgetc(file), EOF);
    free(big);
    fclose(file);
}

static void a_full_disk_is_noticed(void **state) {
    (void)state;
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    cprof_sink sink;
    cprof_sink_init_fd(&sink, fd);
    cprof_sink_puts(&sink, "few bytes");
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_sink_finish(&sink, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_string_equal(err.message, "write: No space left on device");
    cprof_sink_puts(&sink, "more");
    assert_false(cprof_sink_finish(&sink, &err));
    cprof_sink_deinit(&sink);
    close(fd);
}

static void a_closed_pipe_is_noticed(void **state) {
    (void)state;
    void (*old)(int) = signal(SIGPIPE, SIG_IGN);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    cprof_sink sink;
    cprof_sink_init_fd(&sink, ends[1]);
    for (int i = 0; i < 100000; i++)
        cprof_sink_puts(&sink, "0123456789");
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_sink_finish(&sink, &err));
    assert_string_equal(err.message, "write: Broken pipe");
    assert_int_equal(sink.written, 0);
    cprof_sink_deinit(&sink);
    close(ends[1]);
    signal(SIGPIPE, old);
}

static void a_slow_non_blocking_pipe_gets_all(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    pid_t reader = fork();
    assert_true(reader >= 0);
    enum { TOTAL = 1000000 };
    if (reader == 0) {
        close(ends[1]);
        usleep(20000);
        char piece[4096];
        size_t got = 0;
        for (ssize_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
            got += (size_t)n;
        _exit(got == TOTAL ? 0 : 1);
    }
    close(ends[0]);
    cprof_sink sink;
    cprof_sink_init_fd(&sink, ends[1]);
    for (int i = 0; i < TOTAL / 10; i++)
        cprof_sink_puts(&sink, "0123456789");
    assert_true(cprof_sink_finish(&sink, NULL));
    cprof_sink_deinit(&sink);
    close(ends[1]);
    int status = -1;
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(status, 0);
}

static void slices_compare_find_and_split(void **state) {
    (void)state;
    assert_true(cprof_slice_compare(CPROF_SLICE("a"), CPROF_SLICE("ab")) < 0);
    assert_true(cprof_slice_compare(CPROF_SLICE("\xff"), CPROF_SLICE("a")) > 0);
    assert_int_equal(cprof_slice_compare((cprof_slice){NULL, 0}, CPROF_SLICE("")), 0);
    assert_slice(cprof_slice_trim(CPROF_SLICE(" \t a b\r\n")), "a b");
    assert_slice(cprof_slice_trim(CPROF_SLICE(" \n")), "");
    assert_int_equal(cprof_slice_find(CPROF_SLICE("abcabc"), 'c'), 2);
    assert_int_equal(cprof_slice_rfind(CPROF_SLICE("abcabc"), 'c'), 5);
    assert_int_equal(cprof_slice_find(CPROF_SLICE("abc"), 'x'), 3);
    assert_int_equal(cprof_slice_find_slice(CPROF_SLICE("abcabd"), CPROF_SLICE("abd")), 3);
    assert_int_equal(cprof_slice_find_slice(CPROF_SLICE("abc"), CPROF_SLICE("")), 0);
    assert_slice(cprof_slice_sub(CPROF_SLICE("abc"), 2, 99), "c");
    assert_slice(cprof_slice_sub(CPROF_SLICE("abc"), 7, 9), "");
    assert_true(cprof_slice_starts_with(CPROF_SLICE("abc"), "ab"));
    assert_false(cprof_slice_starts_with(CPROF_SLICE("a"), "ab"));
    assert_true(cprof_slice_ends_with(CPROF_SLICE("abc"), "bc"));
    assert_true(cprof_slice_ends_with(CPROF_SLICE(""), ""));
    cprof_slice rest = CPROF_SLICE("one\r\n\nthree"), line;
    assert_true(cprof_slice_next_line(&rest, &line));
    assert_slice(line, "one\r");
    assert_true(cprof_slice_next_line(&rest, &line));
    assert_slice(line, "");
    assert_true(cprof_slice_next_line(&rest, &line));
    assert_slice(line, "three");
    assert_false(cprof_slice_next_line(&rest, &line));
}

static void base_names(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "."},     {"/", "/"},         {"///", "/"}, {"a", "a"}, {"/usr/bin/", "bin"},
        {"a//b", "b"}, {"./x.go", "x.go"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_slice(cprof_path_base(cprof_slice_of(cases[i][0])), cases[i][1]);
}

static void utf8_decodes_by_the_standard(void **state) {
    (void)state;
    static const struct {
        cprof_slice bytes;
        uint32_t code_point;
        size_t len;
    } cases[] = {
        {{"A", 1}, 'A', 1},
        {{"\0", 1}, 0, 1},
        {{"\xc2\x80", 2}, 0x80, 2},
        {{"\xdf\xbf", 2}, 0x7ff, 2},
        {{"\xe0\xa0\x80", 3}, 0x800, 3},
        {{"\xef\xbf\xbd", 3}, 0xfffd, 3},
        {{"\xef\xbf\xbf", 3}, 0xffff, 3},
        {{"\xf0\x90\x80\x80", 4}, 0x10000, 4},
        {{"\xf4\x8f\xbf\xbf", 4}, 0x10ffff, 4},
        {{"\x80", 1}, 0xfffd, 1},             /* a continuation alone */
        {{"\xc0\x80", 2}, 0xfffd, 1},         /* overlong */
        {{"\xc1\xbf", 2}, 0xfffd, 1},         /* overlong */
        {{"\xe0\x9f\xbf", 3}, 0xfffd, 1},     /* overlong */
        {{"\xf0\x8f\xbf\xbf", 4}, 0xfffd, 1}, /* overlong */
        {{"\xed\xa0\x80", 3}, 0xfffd, 1},     /* a surrogate */
        {{"\xf4\x90\x80\x80", 4}, 0xfffd, 1}, /* beyond the last plane */
        {{"\xf5\x80\x80\x80", 4}, 0xfffd, 1}, /* no first byte */
        {{"\xff", 1}, 0xfffd, 1},             /* no first byte */
        {{"\xe2\x82", 2}, 0xfffd, 1},         /* cut off */
        {{"\xe2\x41\x42", 3}, 0xfffd, 1},     /* no continuation */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t c = 0;
        assert_int_equal(cprof_utf8_decode(cases[i].bytes, &c), cases[i].len);
        assert_int_equal(c, cases[i].code_point);
        bool replaced = cases[i].code_point == 0xfffd && cases[i].len == 1;
        assert_int_equal(cprof_utf8_valid(cases[i].bytes), !replaced);
    }
}

static void utf8_encodes_what_it_decodes(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 97) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char bytes[4];
        uint32_t back = 0;
        size_t n = cprof_utf8_encode(c, bytes);
        assert_int_equal(cprof_utf8_decode((cprof_slice){bytes, n}, &back), n);
        assert_int_equal(back, c);
    }
    char bytes[4];
    assert_int_equal(cprof_utf8_encode(0xd800, bytes), 3);
    assert_memory_equal(bytes, "\xef\xbf\xbd", 3);
    assert_int_equal(cprof_utf8_encode(0x110000, bytes), 3);
}

static void utf8_counts_and_measures(void **state) {
    (void)state;
    assert_int_equal(cprof_utf8_count(CPROF_SLICE("")), 0);
    assert_int_equal(cprof_utf8_count(CPROF_SLICE("0123456789abcdefµ\xffz")), 19);
    assert_int_equal(cprof_utf8_columns(CPROF_SLICE("aé世界")), 6);
    assert_int_equal(cprof_utf8_columns(CPROF_SLICE("e\xcc\x81")), 1); /* e and a combining acute accent */
    assert_int_equal(cprof_utf8_width(0), 0);
    assert_int_equal(cprof_utf8_width(0x200b), 0);
    assert_int_equal(cprof_utf8_width(0x1f600), 2);
    assert_int_equal(cprof_utf8_width(0xff21), 2);
    assert_int_equal(cprof_utf8_width(0xad), 1);
    assert_int_equal(cprof_utf8_width(0x10ffff), 1);
    assert_true(cprof_utf8_valid(CPROF_SLICE("")));
    assert_true(cprof_utf8_valid(CPROF_SLICE("12345678µ12345678世")));
    assert_false(cprof_utf8_valid(CPROF_SLICE("12345678µ12345678\x80")));
}

static void controls_are_shown(void **state) {
    (void)state;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    cprof_sink_escaped(
        &sink, (cprof_slice){"a\0\x1b[31m\tb\nc\x7f\xc2\x9b\xe2\x80\xae\xe2\x81\xa9\xfe€\\", 25}, false);
    assert_slice(cprof_sink_bytes(&sink),
                 "a\\x00\\x1b[31m\\x09b\\x0ac\\x7f\\u{009b}\\u{202e}\\u{2069}\\xfe€\\");
    sink.count = 0;
    cprof_sink_escaped(&sink, CPROF_SLICE("a\nb\r\n"), true);
    assert_slice(cprof_sink_bytes(&sink), "a\nb\\x0d\n");
    cprof_sink_escaped(&sink, CPROF_SLICE(""), true);
    cprof_sink_deinit(&sink);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_one_escaped_line),
        cmocka_unit_test(errors_are_cut_between_characters),
        cmocka_unit_test(memory_errors_name_the_limit),
        cmocka_unit_test(notes_and_stops),
        cmocka_unit_test(a_memory_sink_holds_all),
        cmocka_unit_test(a_memory_sink_fails_on_the_budget),
        cmocka_unit_test(columns_are_filled_by_characters),
        cmocka_unit_test(a_file_gets_every_byte_in_order),
        cmocka_unit_test(a_full_disk_is_noticed),
        cmocka_unit_test(a_closed_pipe_is_noticed),
        cmocka_unit_test(a_slow_non_blocking_pipe_gets_all),
        cmocka_unit_test(slices_compare_find_and_split),
        cmocka_unit_test(base_names),
        cmocka_unit_test(utf8_decodes_by_the_standard),
        cmocka_unit_test(utf8_encodes_what_it_decodes),
        cmocka_unit_test(utf8_counts_and_measures),
        cmocka_unit_test(controls_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
