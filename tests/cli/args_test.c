#include "support.h"

#include "cli/args.h"

#include <unistd.h>

/* One command line, in words that are split at blanks. */
typedef struct line {
    char *words[16];
    int count;
    char text[256], program[8];
} line;

static void split(line *l, const char *text) {
    *l = (line){.program = "cprof", .count = 1};
    l->words[0] = l->program;
    snprintf(l->text, sizeof l->text, "%s", text);
    for (char *word = strtok(l->text, " "); word; word = strtok(NULL, " "))
        l->words[l->count++] = word;
}

static void parse(cprof_args *args, line *l, const char *text) {
    cprof_error err = CPROF_ERROR_INIT;
    split(l, text);
    if (!cprof_args_init(args, l->count, l->words, &err))
        fail_msg("%s: %s", text, err.message);
}

static void reads_both_grammars(void **state) {
    (void)state;
    static const struct {
        const char *text, *command, *argument;
        long rows;
        const char *sort, *sources, *bases;
        bool is_diff;
    } cases[] = {
        {"top f", "top", "", -1, "flat", "f", "", false},
        {"-top f", "top", "", -1, "flat", "f", "", false},
        {"--top f", "top", "", -1, "flat", "f", "", false},
        {"-top=true f", "top", "", -1, "flat", "f", "", false},
        {"top 20 f", "top", "", 20, "flat", "f", "", false},
        {"top20 f", "top", "", 20, "flat", "f", "", false},
        {"-top 20 f", "top", "", 20, "flat", "f", "", false},
        {"-top -cum -nodecount=20 f", "top", "", 20, "cum", "f", "", false},
        {"-top -cum -nodecount 20 f", "top", "", 20, "cum", "f", "", false},
        {"--top --cum --nodecount=20 f", "top", "", 20, "cum", "f", "", false},
        {"top f g -cum -nodecount 3", "top", "", 3, "cum", "f,g", "", false},
        {"-proto a b -output m.pb.gz", "proto", "", -1, "flat", "a,b", "", false},
        {"-nodecount=3 top f", "top", "", 3, "flat", "f", "", false},
        {"-sort=cum -top f", "top", "", -1, "cum", "f", "", false},
        {"-top -cum=false f", "top", "", -1, "flat", "f", "", false},
        {"peek RE f", "peek", "RE", -1, "flat", "f", "", false},
        {"peek RE 5 f", "peek", "RE", 5, "flat", "f", "", false},
        {"-peek RE f", "peek", "RE", -1, "flat", "f", "", false},
        {"-peek=RE f", "peek", "RE", -1, "flat", "f", "", false},
        {"-peek=a=b f", "peek", "a=b", -1, "flat", "f", "", false},
        {"-peek= f", "", "", -1, "flat", "f", "", false},
        {"-top=false f", "", "", -1, "flat", "f", "", false},
        {"f", "", "", -1, "flat", "f", "", false},
        {"./top", "", "", -1, "flat", "./top", "", false},
        {"top ./20", "top", "", -1, "flat", "./20", "", false},
        {"top -", "top", "", -1, "flat", "-", "", false},
        {"top -- -x", "top", "", -1, "flat", "-x", "", false},
        {"-top -base a f", "top", "", -1, "flat", "f", "a", false},
        {"-top -base=a -base=b f", "top", "", -1, "flat", "f", "b", false},
        {"-diff_base a f", "", "", -1, "flat", "f", "a", true},
        {"-top -base= f", "top", "", -1, "flat", "f", "", false},
        {"diff a b", "diff", "", -1, "flat", "b", "a", true},
        {"diff 5 a b c", "diff", "", 5, "flat", "b,c", "a", true},
        {"diff -tree a b", "tree", "", -1, "flat", "b", "a", true},
        {"merge a b", "merge", "", -1, "flat", "a,b", "", false},
        {"help top", "help", "", -1, "flat", "top", "", false},
        {"help -focus", "help", "", -1, "flat", "-focus", "", false},
        {"help --lines", "help", "", -1, "flat", "--lines", "", false},
        {"peek tree f", "peek", "tree", -1, "flat", "f", "", false},
        {"goroutines a b", "goroutines", "", -1, "flat", "b", "a", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_args args;
        line l;
        char sources[64] = "", bases[64] = "";
        parse(&args, &l, cases[i].text);
        for (size_t k = 0; k < args.sources.path_count; k++)
            snprintf(sources + strlen(sources), 32, "%s%s", k ? "," : "", args.sources.paths[k]);
        for (size_t k = 0; k < args.sources.base_count; k++)
            snprintf(bases + strlen(bases), 32, "%s%s", k ? "," : "", args.sources.bases[k]);
        assert_string_equal(args.command ? args.command->name : "", cases[i].command);
        assert_slice(args.argument, cases[i].argument);
        assert_int_equal(args.settings.nodecount, cases[i].rows);
        assert_slice(args.settings.sort, cases[i].sort);
        assert_string_equal(sources, cases[i].sources);
        assert_string_equal(bases, cases[i].bases);
        assert_int_equal(args.sources.is_diff_base, cases[i].is_diff);
        assert_false(args.help);
        cprof_args_deinit(&args);
    }
}

static void refuses_nonsense(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"-nodecuont=3 f", "did you mean -nodecount?"},
        {"tpo f", "there is no command and no file tpo; did you mean top?"},
        {"list f", "cprof list"},
        {"-nonesuch f", "unknown option -nonesuch"},
        {"---top f", "unknown option --top"},
        {"-top -tree f", "one report at a time"},
        {"top -tree f", "one report at a time"},
        {"-lines -files -top f", "-lines and -files contradict"},
        {"-top -flat -cum f", "-flat and -cum contradict"},
        {"-top", "no profile given to top"},
        {"top", "no profile given to top"},
        {"top -focus /",
         "no profile given to top: cprof top [options] [N] SOURCE… (/ was taken for the value "
         "of -focus)"},
        {"list /", "(/ was taken for RE)"},
        {"-o x -top f", "unknown option -o; did you mean -output?"},
        {"-v", "did you mean -version?"},
        {"top -20 f", "unknown option -20; for 20 rows say 20"},
        {"top -trim false f", "option -trim takes its value with \"=\": -trim=false"},
        {"top tree f", "top and tree: one report at a time"},
        {"goroutines a b c", "takes one profile or compares two, not 3"},
        {"-cum", "no profile given"},
        {"peek", "needs a regular expression"},
        {"peek RE", "no profile given to peek"},
        {"-top f -nodecount", "-nodecount needs a value"},
        {"-top -trim=maybe f", "option -trim takes true or false, not \"maybe\""},
        {"-top -top=maybe f", "option -top takes true or false"},
        {"-top -cum=maybe f", "true or false"},
        {"-top -nodecount=x f", "whole number"},
        {"-top -nodefraction=x f", "a number"},
        {"-top -granularity=x f", "option -granularity is one of functions, filefunctions"},
        {"-top -base a -diff_base b f", "cannot be given together"},
        {"-top -normalize f", "needs a base"},
        {"-top -http=:8080 f", "exclude one another"},
        {"-no_browser f", "goes with -http"},
        {"diff a", "needs two profiles"},
        {"diff -base c a b", "leave out -base"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_args args;
        cprof_error err = CPROF_ERROR_INIT;
        line l;
        split(&l, cases[i][0]);
        assert_false(cprof_args_init(&args, l.count, l.words, &err));
        assert_int_equal(err.code, CPROF_ERR_USAGE);
        if (!strstr(err.message, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], err.message);
        cprof_args_deinit(&args);
    }
}

static void asks_for_help(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"-h", ""},        {"-help", ""},           {"--help", ""},
        {"top -h", "top"}, {"peek --help", "peek"}, {"-tree -h f", "tree"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_args args;
        line l;
        parse(&args, &l, cases[i][0]);
        assert_true(args.help);
        assert_string_equal(args.command ? args.command->name : "", cases[i][1]);
        cprof_args_deinit(&args);
    }
}

static void chooses_sample_types(void **state) {
    (void)state;
    static const struct {
        const char *text, *type;
        bool mean;
        size_t notes;
    } cases[] = {
        {"-top f", "", false, 0},
        {"-top -inuse_space f", "inuse_space", false, 0},
        {"-top -total_delay f", "delay", false, 0},
        {"-top -mean_delay f", "delay", true, 0},
        {"-top -contentions f", "contentions", false, 0},
        {"-top -alloc_space -sample_index=cpu f", "cpu", false, 1},
        {"-top -mean_delay -inuse_space f", "inuse_space", true, 1},
        {"-top -base a -base b f", "", false, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cprof_args args;
        line l;
        parse(&args, &l, cases[i].text);
        assert_slice(args.settings.sample_index, cases[i].type);
        assert_int_equal(args.settings.mean, cases[i].mean);
        assert_int_equal(args.note_count, cases[i].notes);
        cprof_args_deinit(&args);
    }
}

/* In the flags' grammar a file is a file, whatever its name. */
static void files_come_before_words(void **state) {
    (void)state;
    char folder[] = "/tmp/cprof-args-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    fclose(fopen("20", "w"));
    fclose(fopen("tree", "w"));
    cprof_args args;
    line l;
    parse(&args, &l, "-top 20 f");
    assert_int_equal(args.settings.nodecount, -1);
    assert_int_equal(args.sources.path_count, 2);
    cprof_args_deinit(&args);
    parse(&args, &l, "top 20 f");
    assert_int_equal(args.settings.nodecount, 20);
    cprof_args_deinit(&args);
    parse(&args, &l, "-cum tree f");
    assert_null(args.command);
    cprof_args_deinit(&args);
    parse(&args, &l, "tree f");
    assert_string_equal(args.command->name, "tree");
    cprof_args_deinit(&args);
    assert_true(unlink("20") == 0 && unlink("tree") == 0);
    assert_true(chdir("/") == 0 && rmdir(folder) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_both_grammars),     cmocka_unit_test(refuses_nonsense),
        cmocka_unit_test(asks_for_help),           cmocka_unit_test(chooses_sample_types),
        cmocka_unit_test(files_come_before_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
