#include "support.h"

#include "tui/complete.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/cprof-complete-XXXXXX";
static cprof_session *session;
static cprof_history history;
static cprof_prompt prompt;

static int start(void **state) {
    (void)state;
    static const cprof_env env;
    const char *paths[] = {CPROF_TESTDATA "/go/cpu.pb.gz"};
    cprof_sources sources = {.paths = paths, .path_count = 1};
    cprof_settings settings = cprof_settings_default();
    session = cprof_session_new(&sources, &settings, &env, NULL);
    return session && mkdtemp(folder) && chdir(folder) == 0 && mkdir("reports", 0700) == 0 ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    cprof_session_free(session);
    return rmdir("reports") == 0 && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static int start_line(void **state) {
    (void)state;
    cprof_history_init(&history, NULL, NULL);
    cprof_prompt_init(&prompt, &history, NULL);
    return 0;
}

static int end_line(void **state) {
    (void)state;
    cprof_prompt_deinit(&prompt);
    cprof_history_deinit(&history);
    return 0;
}

/* Types the line, asks for completion, and looks at the line and the menu ("a b c"; "": there is none). */
static void completes(const char *line, const char *expected, const char *menu) {
    cprof_sink shown;
    cprof_prompt_set(&prompt, cprof_slice_of(line));
    cprof_complete(&prompt, session);
    assert_slice(cprof_prompt_line(&prompt), expected);
    cprof_sink_init_memory(&shown, NULL);
    for (size_t i = 0; i < prompt.menu.count; i++) {
        cprof_sink_puts(&shown, i ? " " : "");
        cprof_sink_slice(&shown, prompt.menu.at[i]);
    }
    assert_slice(cprof_sink_bytes(&shown), menu);
    cprof_sink_deinit(&shown);
}

static void commands_options_and_types(void **state) {
    (void)state;
    completes("calg", "calg", "");
    completes("callgr", "callgrind ", "");
    completes("weblist", "weblist ", "");
    completes("to", "top", "top topproto");
    completes("tagf", "tagfocus=", "");
    completes("sampl", "sample", "sample_index= samples");
    completes("mean_c", "mean_cpu ", "");
    completes("total_", "total_", "total_cpu total_samples");
    completes("exi", "exit ", "");
    completes("help call", "help call", "call_tree callgrind");
}

static void values_of_options(void **state) {
    (void)state;
    completes("granularity=l", "granularity=lines ", "");
    completes("granularity=f", "granularity=f", "filefunctions files functions");
    completes("granularity = l", "granularity = lines ", "");
    completes("sort=", "sort=", "cum flat");
    completes("mean=t", "mean=true ", "");
    completes("sample_index=c", "sample_index=cpu ", "");
    completes("unit=mi", "unit=min", "min minimum");
    completes("nodecount=", "nodecount=", "");
}

static void functions_where_patterns_are_expected(void **state) {
    (void)state;
    completes("list runtime.memclrNoHeapPointersC", "list runtime\\.memclrNoHeapPointersChunked ", "");
    completes("peek memclrNoHeapPointersC", "peek runtime\\.memclrNoHeapPointersChunked ",
              ""); /* in the middle, too */
    completes("focus=runtime.memclrNoHeapPointersC", "focus=runtime\\.memclrNoHeapPointersChunked ", "");
    completes("hide=main|^runtime.memclrNoHeapPointersC", "hide=main|^runtime\\.memclrNoHeapPointersChunked ",
              "");
    completes("top 5 -runtime.memclrNoHeapPointersC", "top 5 -runtime\\.memclrNoHeapPointersChunked ", "");
    completes("top -c", "top -cum ", "");
}

static void tags_and_their_values(void **state) {
    (void)state;
    completes("tagfocus=te", "tagfocus=tenant=", "");
    completes("tagfocus=", "tagfocus=", "endpoint= method= stage= tenant=");
    completes("tagfocus=tenant=", "tagfocus=tenant=", "acme globex initech umbrella");
    completes("tagignore=tenant=a", "tagignore=tenant=acme ", "");
    completes("tagfocus=endpoint=", "tagfocus=endpoint=/order ", "");
    completes("tagfocus=nothing=", "tagfocus=nothing=", "");
    completes("tagshow=en", "tagshow=endpoint ", "");
    completes("tagroot=tenant,st", "tagroot=tenant,stage ", "");
    completes("tags m", "tags method=", "");
    completes("tags -method=", "tags -method=POST ", "");
}

static void numbers_have_units(void **state) {
    (void)state;
    static const cprof_env env;
    const char *paths[] = {CPROF_TESTDATA "/go/heap.small.pb.gz"};
    cprof_sources sources = {.paths = paths, .path_count = 1};
    cprof_settings settings = cprof_settings_default();
    cprof_session *cpu = session;
    session = cprof_session_new(&sources, &settings, &env, NULL);
    assert_non_null(session);
    completes("tagfocus=bytes=288", "tagfocus=bytes=288bytes ", "");
    cprof_session_free(session);
    session = cpu;
}

static void files_behind_where_they_go(void **state) {
    (void)state;
    close(open("report.txt", O_CREAT | O_WRONLY, 0600));
    completes("top >repor", "top >report", "report.txt reports/");
    completes("top > report.", "top > report.txt ", "");
    completes("top >reports", "top >reports/", "");
    completes("output=report.", "output=report.txt ", "");
    completes("source_path=reports", "source_path=reports/", "");
    completes("top | grep x report.", "top | grep x report.txt ", "");
    unlink("report.txt");
}

static void files_with_spaces_and_dots(void **state) {
    (void)state;
    close(open("my report.txt", O_CREAT | O_WRONLY, 0600));
    close(open("my rest", O_CREAT | O_WRONLY, 0600));
    close(open(".hidden", O_CREAT | O_WRONLY, 0600));
    assert_int_equal(symlink("reports", "linked"), 0);
    completes("top >my", "top >my\\ re", "my\\ report.txt my\\ rest");
    completes("top 5 > my\\ rep", "top 5 > my\\ report.txt ", "");
    completes("top >\"my rep", "top >\"my report.txt\" ", "");
    completes("top >'my r", "top >'my re", "my report.txt' my rest'");
    completes("top >\"my rest\" memclrNoHeapPointersC", /* no file any more */
              "top >\"my rest\" runtime\\.memclrNoHeapPointersChunked ", "");
    completes("top | grep x my\\ rep", "top | grep x my\\ report.txt ", "");
    completes("output=my rep", "output=my report.txt ", "");
    completes("top >.h", "top >.hidden ", "");
    completes("top >lin", "top >linked/", "");
    unlink("linked");
    unlink(".hidden");
    unlink("my rest");
    unlink("my report.txt");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start_line, end_line)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(commands_options_and_types),
        TEST(values_of_options),
        TEST(functions_where_patterns_are_expected),
        TEST(tags_and_their_values),
        TEST(numbers_have_units),
        TEST(files_behind_where_they_go),
        TEST(files_with_spaces_and_dots),
    };
    return cmocka_run_group_tests(tests, start, end);
}
