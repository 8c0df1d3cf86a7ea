/* The program, with one allocation after the other failing: it does what was asked for all the same, or ends
 * in one line that says so, with exit status 1.  Nothing crashes; under the address sanitizer nothing leaks.
 *
 * usage: allocations_test TESTDATA
 *
 * Without sanitizers every allocation of the process can fail, those of libraries too; with them those that
 * the linker turns to us (--wrap): the library's own.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SECONDS = 60, /* that one run may take */
    RUNS =
        WRAPPED ? 60 : 250, /* of a command, at most, each twice: then only every so many allocations fail */
    WORDS = 8,
    TEXT = 1 << 16
};

/* --- allocations that fail --- */

#if WRAPPED
#define OURS(name)   __wrap_##name
#define THEIRS(name) __real_##name
#else
#define OURS(name)   name
#define THEIRS(name) __libc_##name
#endif

#define SEEN __attribute__((visibility("default"))) /* by shared libraries */

SEEN void *OURS(malloc)(size_t size);
SEEN void *OURS(calloc)(size_t count, size_t size);
SEEN void *OURS(realloc)(void *old, size_t size);
void *THEIRS(malloc)(size_t size);
void *THEIRS(calloc)(size_t count, size_t size);
void *THEIRS(realloc)(void *old, size_t size);

static atomic_ulong made;   /* allocations so far */
static unsigned long first; /* the first that fails; 0: none */
static bool go_on;          /* all behind it fail too */

static bool fails(void) {
    unsigned long n = atomic_fetch_add(&made, 1) + 1;
    if (first == 0 || (go_on ? n < first : n != first))
        return false;
    errno = ENOMEM;
    return true;
}

void *OURS(malloc)(size_t size) {
    return fails() ? NULL : THEIRS(malloc)(size);
}

void *OURS(calloc)(size_t count, size_t size) {
    return fails() ? NULL : THEIRS(calloc)(count, size);
}

void *OURS(realloc)(void *old, size_t size) {
    return fails() ? NULL : THEIRS(realloc)(old, size);
}

#if WRAPPED
char *OURS(strdup)(const char *text);
char *OURS(strndup)(const char *text, size_t size);
char *THEIRS(strdup)(const char *text);
char *THEIRS(strndup)(const char *text, size_t size);
const char *__asan_default_options(void);

char *OURS(strdup)(const char *text) {
    return fails() ? NULL : THEIRS(strdup)(text);
}

char *OURS(strndup)(const char *text, size_t size) {
    return fails() ? NULL : THEIRS(strndup)(text, size);
}

/* What the program itself exits with is told apart from what the sanitizers found. */
const char *__asan_default_options(void) {
    return "exitcode=99";
}
#endif

/* --- runs --- */

typedef struct answer {
    int status; /* of waitpid */
    unsigned long made;
    char out[TEXT], said[TEXT];
} answer;

static void die(const char *what) {
    perror(what);
    exit(2);
}

static int scratch_file(void) {
    int fd = memfd_create("answer", MFD_CLOEXEC);
    if (fd < 0)
        die("memfd_create");
    return fd;
}

static void read_back(int fd, char text[TEXT]) {
    ssize_t n = pread(fd, text, TEXT - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
}

static void run(char *const *words, int count, unsigned long fail_from, bool all, answer *a) {
    static const cprof_front_ends none = {0};
    unsigned long *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int out = scratch_file(), said = scratch_file();
    if (shared == MAP_FAILED)
        die("mmap");
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        char *argv[WORDS + 2] = {(char[]){"cprof"}};
        memcpy(argv + 1, words, (size_t)count * sizeof *words);
        alarm(SECONDS);
        dup2(out, STDOUT_FILENO);
        dup2(said, STDERR_FILENO);
        atomic_store(&made, 0);
        go_on = all;
        first = fail_from;
        int status = cprof_cli_main(count + 1, argv, &none);
        first = 0;
        *shared = atomic_load(&made);
        exit(status);
    }
    if (waitpid(pid, &a->status, 0) != pid)
        die("waitpid");
    a->made = *shared;
    munmap(shared, sizeof *shared);
    read_back(out, a->out);
    read_back(said, a->said);
}

/* The last line of what was said; remarks may stand before it. */
static const char *last_line(const char *said) {
    const char *line = said;
    for (const char *end; (end = strchr(line, '\n')) && end[1];)
        line = end + 1;
    return line;
}

/* What is wrong with an answer, or NULL. */
static const char *judge(const answer *a, const answer *good) {
    const char *last = last_line(a->said);
    bool exited = WIFEXITED(a->status);
    if (exited && WEXITSTATUS(a->status) == 0)
        return strcmp(a->out, good->out) != 0 ? "exit status 0, and yet another answer" : NULL;
    if (!exited || WEXITSTATUS(a->status) != 1)
        return "neither done nor failed";
    if (strncmp(a->out, good->out, strlen(a->out)) != 0)
        return "it began another answer";
    if (strncmp(last, "cprof: ", 7) != 0 || !strchr(last, '\n') || strstr(a->said, "cprof: ") != last)
        return "it did not end in one line of the program's";
    return strcasestr(last, "memory") ? NULL : "the line does not speak of memory";
}

static int check(const char *line, answer *good, answer *a) {
    char *words[WORDS], copy[512];
    int count = 0, wrong = 0;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *rest, *word = strtok_r(copy, " ", &rest); word && count < WORDS;
         word = strtok_r(NULL, " ", &rest))
        words[count++] = word;
    run(words, count, 0, false, good);
    if (good->status != 0 || !good->out[0]) {
        printf("%s: %x %s\n", line, (unsigned)good->status, good->said);
        return 1;
    }
    unsigned long step = good->made / RUNS + 1;
    int failed = 0;
    for (unsigned long n = 1; n <= good->made; n += step) {
        for (int all = 0; all < 2; all++) {
            run(words, count, n, all, a);
            const char *what = judge(a, good);
            failed += a->status != 0;
            if (what && ++wrong <= 5)
                printf("%s: %s %lu of %lu: %s (status %x)\n%s\n", line, all ? "from" : "only", n, good->made,
                       what, (unsigned)a->status, a->said);
        }
    }
    printf("%s: %lu allocations, every %lu, %d failed runs, %d wrong\n", line, good->made, step, failed,
           wrong);
    return wrong + (failed == 0);
}

int main(int argc, char **argv) {
    static const char *const lines[] = {
        "top -symbolize=none proto/names.pb.gz",
        "tree -symbolize=none -focus a|m proto/recursion.pb.gz",
        "dot -symbolize=none proto/recursion.pb.gz",
        "proto -symbolize=none proto/recursion.pb.gz",
        "proto -symbolize=none proto/negative.pb.gz proto/duplicates-zeros.pb.gz",
        "tags -symbolize=none -tagfocus :1gb proto/numlabels.pb.gz",
        "diff -symbolize=none -hide ^x$ proto/negative.pb.gz proto/duplicates-zeros.pb.gz",
        "list -symbolize=none . proto/recursion.pb.gz",
        "traces -symbolize=none go/threadcreate.debug1.txt",
        "flame -json -symbolize=none proto/recursion.pb.gz",
        "raw -tagroot bytes -symbolize=none proto/numlabels.pb.gz",
        "callgrind -call_tree -symbolize=none proto/inlines-columns.pb.gz",
        "goroutines go/goroutine.debug2.txt",
        "top -symbolize=none producers/kv.cpuprofile",
        "top -symbolize=none producers/otlp.pb",
        "top -csv -symbolize=none producers/gperftools.heap",
        "weblist -symbolize=none . proto/recursion.pb.gz",
        "info proto/names.pb.gz",
        "help options",
        "completion zsh",
    };
    static answer good, a;
    int wrong = 0;
    if (argc != 2 || chdir(argv[1]) != 0)
        die("usage: allocations_test TESTDATA");
    setenv("TZ", "UTC", 1);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        wrong += check(lines[i], &good, &a);
    return wrong ? 1 : 0;
}
