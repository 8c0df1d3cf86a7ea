#include "support.h"

#include "app/output.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/cprof-output-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlink(entry->d_name);
    if (dir)
        closedir(dir);
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int files(void) {
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return n;
}

static void assert_file(const char *path, const char *expected) {
    char text[64] = "";
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    assert_int_equal(n, strlen(expected));
    assert_string_equal(text, expected);
}

static void write_file(const char *path, const char *text) {
    cprof_output output;
    assert_true(cprof_output_open(&output, path, NULL, NULL));
    cprof_sink_puts(&output.sink, text);
    assert_true(cprof_output_commit(&output, NULL));
}

static void appears_when_it_is_whole(void **state) {
    (void)state;
    cprof_output output;
    assert_true(cprof_output_open(&output, "new", NULL, NULL));
    cprof_sink_puts(&output.sink, "hello\n");
    assert_int_equal(access("new", F_OK), -1);
    assert_true(cprof_output_commit(&output, NULL));
    assert_file("new", "hello\n");
    assert_int_equal(files(), 1);
}

static void replaces_in_one_step(void **state) {
    (void)state;
    write_file("file", "old");
    assert_int_equal(chmod("file", 0640), 0);
    cprof_output output;
    assert_true(cprof_output_open(&output, "file", NULL, NULL));
    cprof_sink_puts(&output.sink, "new");
    assert_file("file", "old");
    assert_true(cprof_output_commit(&output, NULL));
    assert_file("file", "new");
    struct stat st;
    assert_int_equal(stat("file", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(files(), 1);
}

static void giving_up_leaves_no_trace(void **state) {
    (void)state;
    write_file("file", "old");
    cprof_output output;
    assert_true(cprof_output_open(&output, "file", NULL, NULL));
    cprof_sink_puts(&output.sink, "half of the n");
    cprof_output_abandon(&output);
    assert_file("file", "old");
    assert_int_equal(files(), 1);
}

static void a_failed_write_leaves_no_trace(void **state) {
    (void)state;
    write_file("file", "old");
    cprof_output output;
    cprof_error err = CPROF_ERROR_INIT;
    assert_true(cprof_output_open(&output, "file", NULL, NULL));
    cprof_sink_puts(&output.sink, "new");
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0 && dup2(full, output.fd) == output.fd);
    close(full);
    assert_false(cprof_output_commit(&output, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_file("file", "old");
    assert_int_equal(files(), 1);
}

static void follows_links(void **state) {
    (void)state;
    write_file("file", "old");
    assert_int_equal(symlink("file", "link"), 0);
    write_file("link", "new");
    assert_file("file", "new");
    struct stat st;
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

static void writes_devices_as_they_are(void **state) {
    (void)state;
    write_file("/dev/null", "nothing");
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    assert_int_equal(files(), 0);
}

static void says_why_it_cannot(void **state) {
    (void)state;
    cprof_output output;
    cprof_error err = CPROF_ERROR_INIT;
    assert_false(cprof_output_open(&output, "no/such/folder", NULL, &err));
    assert_string_equal(err.message, "no/such/folder: No such file or directory");
    assert_false(cprof_output_open(&output, folder, NULL, &err));
    assert_non_null(strstr(err.message, "is a directory"));
}

static void takes_the_first_free_name(void **state) {
    (void)state;
    write_file("profile001.pb.gz", "mine");
    cprof_output output;
    char *path;
    assert_true(cprof_output_open_new(&output, "", "profile", ".pb.gz", &path, NULL));
    assert_string_equal(path, "profile002.pb.gz");
    cprof_sink_puts(&output.sink, "report");
    assert_true(cprof_output_commit(&output, NULL));
    free(path);
    assert_file("profile001.pb.gz", "mine");
    assert_file("profile002.pb.gz", "report");
    assert_true(cprof_output_open_new(&output, folder, "profile", ".pb.gz", &path, NULL));
    assert_non_null(strstr(path, "/profile003.pb.gz"));
    free(path);
    cprof_output_abandon(&output);
    assert_int_equal(files(), 2);
}

static void a_pipe_that_nobody_reads_can_be_left(void **state) {
    (void)state;
    atomic_bool stop = true;
    cprof_env env = {.stop = &stop};
    cprof_error err = CPROF_ERROR_INIT;
    cprof_output output;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_false(cprof_output_open(&output, "fifo", &env, &err));
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
}

static void a_pipe_that_is_full_can_be_left(void **state) {
    (void)state;
    atomic_bool stop = false;
    cprof_env env = {.stop = &stop};
    cprof_error err = CPROF_ERROR_INIT;
    cprof_output output;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(cprof_output_open(&output, "fifo", &env, NULL));
    atomic_store(&stop, true);
    char *much = calloc(1, 4 << 20); /* more than a pipe holds */
    assert_non_null(much);
    cprof_sink_write(&output.sink, much, 4 << 20);
    free(much);
    assert_false(cprof_output_commit(&output, &err));
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
    close(reader);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(appears_when_it_is_whole),
        TEST(replaces_in_one_step),
        TEST(giving_up_leaves_no_trace),
        TEST(a_failed_write_leaves_no_trace),
        TEST(follows_links),
        TEST(writes_devices_as_they_are),
        TEST(a_pipe_that_nobody_reads_can_be_left),
        TEST(a_pipe_that_is_full_can_be_left),
        TEST(says_why_it_cannot),
        TEST(takes_the_first_free_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
