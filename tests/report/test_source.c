#include "support.h"

#include "report/source.h"

#include <sys/stat.h>
#include <unistd.h>

/* A folder with sources, in which every test runs. */
typedef struct folder {
    char path[64];
    char outside[96];
} folder;

static void put(const char *dir, const char *name, const char *text, size_t size) {
    char path[256], *slash;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    for (slash = path + strlen(dir); (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, size, f), size);
    fclose(f);
}
#define PUT(dir, name, text) put(dir, name, text, sizeof text - 1)

static int setup(void **state) {
    folder *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->path, sizeof f->path, "/tmp/cprof-source-XXXXXX");
    assert_non_null(mkdtemp(f->path));
    assert_int_equal(chdir(f->path), 0);
    assert_non_null(getcwd(f->path, sizeof f->path - 1));
    PUT(f->path, "base/pkg/a.go", "one\r\ntwo\nthree");
    PUT(f->path, "base/secret", "words\n");
    PUT(f->path, "outside.go", "x\n");
    PUT(f->path, "notes", "private\n");
    PUT(f->path, "base/binary.go", "a\0b\n");
    PUT(f->path, "go/src/net/http/server.go", "package http\n");
    PUT(f->path, "mod/example.com/!big!name/lib@v1.2.3/Dir/f.go", "package lib\n");
    assert_int_equal(mkfifo("base/pipe.go", 0600), 0);
    assert_int_equal(mkdir("base/dir.go", 0700), 0);
    char path[96];
    snprintf(path, sizeof path, "%s/go", f->path);
    setenv("GOROOT", path, 1);
    snprintf(path, sizeof path, "%s/mod", f->path);
    setenv("GOMODCACHE", path, 1);
    unsetenv("GOPATH");
    *state = f;
    return 0;
}

static int teardown(void **state) {
    folder *f = *state;
    char command[128];
    assert_int_equal(chdir(".."), 0);
    snprintf(command, sizeof command, "rm -r '%s'", f->path);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

/* The first line of the file that the name leads to; the error where there is none. */
static void assert_first(const char *source_path, const char *trim_path, const char *name,
                         const char *expected) {
    cprof_source_search *s =
        cprof_source_search_new(cprof_slice_of(source_path), cprof_slice_of(trim_path), NULL, NULL);
    assert_non_null(s);
    const cprof_source_text *text = cprof_source_search_get(s, cprof_slice_of(name), NULL);
    assert_non_null(text);
    cprof_slice line = text->error;
    if (text->path.ptr)
        assert_true(cprof_source_line(text, 1, &line));
    assert_slice(line, expected);
    cprof_source_search_free(s);
}

static void lines(void **state) {
    (void)state;
    cprof_slice line;
    cprof_source_search *s = cprof_source_search_new(CPROF_SLICE("base"), CPROF_SLICE(""), NULL, NULL);
    const cprof_source_text *text = cprof_source_search_get(s, CPROF_SLICE("pkg/a.go"), NULL);
    assert_slice(text->path, "base/pkg/a.go");
    assert_true(cprof_source_line(text, 1, &line));
    assert_slice(line, "one");
    assert_true(cprof_source_line(text, 3, &line));
    assert_slice(line, "three");
    assert_false(cprof_source_line(text, 0, &line));
    assert_false(cprof_source_line(text, 4, &line));
    assert_ptr_equal(cprof_source_search_get(s, CPROF_SLICE("pkg/a.go"), NULL), text);
    cprof_source_search_free(s);
}

static void places(void **state) {
    const folder *f = *state;
    char path[160];
    assert_first("base", "", "pkg/a.go", "one");
    assert_first("nowhere:base", "", "pkg/./a.go", "one");
    assert_first("", "", "base/pkg/a.go", "one");
    snprintf(path, sizeof path, "%s/base/pkg", f->path);
    assert_first(path, "", "outside.go", "x"); /* parents */
    assert_first("base", "/build", "/build/pkg/a.go", "one");
    assert_first("base", "", "/elsewhere/base/pkg/a.go", "one");
    snprintf(path, sizeof path, "%s/base/pkg/a.go", f->path);
    assert_first("nowhere", "/x", path, "one");
}

static void go_places(void **state) {
    (void)state;
    assert_first("base", "", "net/http/server.go", "package http");
    assert_first("base", "", "/usr/lib/go-9/src/net/http/server.go", "package http");
    assert_first("base", "", "example.com/BigName/lib@v1.2.3/Dir/f.go", "package lib");
    assert_first("base", "", "/opt/go/pkg/mod/example.com/!big!name/lib@v1.2.3/Dir/f.go", "package lib");
}

static void nothing_leads_out(void **state) {
    const folder *f = *state;
    char path[160];
    assert_first("base", "", "../outside.go",
                 "not opened, as it leads out of the search path: ../outside.go");
    assert_first("base", "", "pkg/../../outside.go",
                 "not opened, as it leads out of the search path: pkg/../../outside.go");
    snprintf(path, sizeof path, "%s/notes", f->path);
    char expected[256];
    snprintf(expected, sizeof expected, "not opened, as it does not look like source: %s", path);
    assert_first("nowhere", "/x", path, expected);
    assert_first("base", "/x", "/etc/passwd", "not opened, as it does not look like source: /etc/passwd");
    /* In a parent of what was searched it must look like source too. */
    assert_first("base/pkg", "", "secret", "could not find file secret on path base/pkg");
    assert_first("base", "", "secret", "words");
    assert_first("base", "", "net/../../../outside.go",
                 "not opened, as it leads out of the search path: net/../../../outside.go");
    assert_first("base", "", "x@v1/../../../outside.go",
                 "not opened, as it leads out of the search path: x@v1/../../../outside.go");
}

static void only_regular_text_files(void **state) {
    (void)state;
    assert_first("base", "", "binary.go", "base/binary.go: not a text file");
    assert_first("base", "", "pipe.go", "base/pipe.go: not a regular file");
    assert_first("base", "", "dir.go", "base/dir.go: not a regular file");
    assert_int_equal(truncate("base/pkg/a.go", 65 << 20), 0);
    assert_first("base", "", "pkg/a.go", "base/pkg/a.go: too big for a source file");
    PUT(".", "base/pkg/a.go", "one\r\ntwo\nthree");
}

static void missing_files(void **state) {
    (void)state;
    assert_first("base", "", "no/such.go", "could not find file no/such.go on path base");
    assert_first("base", "", "/no/such.go", "open /no/such.go: no such file or directory");
}

static void note(void *context, const char *message) {
    assert_non_null(strstr(message, "looked in base and above"));
    ++*(int *)context;
}

static void places_are_said_once(void **state) {
    (void)state;
    int notes = 0;
    cprof_env env = {.note = note, .note_context = &notes};
    cprof_source_search *s = cprof_source_search_new(CPROF_SLICE("base"), CPROF_SLICE(""), &env, NULL);
    assert_non_null(cprof_source_search_get(s, CPROF_SLICE("a/missing.go"), NULL));
    assert_non_null(cprof_source_search_get(s, CPROF_SLICE("b/missing.go"), NULL));
    cprof_source_search_free(s);
    assert_int_equal(notes, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(places),
        cmocka_unit_test(go_places),
        cmocka_unit_test(nothing_leads_out),
        cmocka_unit_test(only_regular_text_files),
        cmocka_unit_test(missing_files),
        cmocka_unit_test(places_are_said_once),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
