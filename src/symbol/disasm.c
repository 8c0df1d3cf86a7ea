#include "symbol/disasm.h"

#include "base/child.h"
#include "symbol/disasm_capstone.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OBJDUMP_SECONDS = 60, OUTPUT_MAX = 256 << 20 };

/* ---- running objdump -------------------------------------------------------------------------------------
 */

static bool is_tool(cprof_slice folder, char path[PATH_MAX]) {
    struct stat st;
    int n = folder.len > 0 ? snprintf(path, PATH_MAX, "%.*s/objdump", CPROF_SLICE_ARG(folder)) : PATH_MAX;
    return n < PATH_MAX && stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool find_in(const char *folders, char path[PATH_MAX]) {
    cprof_slice rest = cprof_slice_of(folders ? folders : "");
    while (rest.len > 0) {
        size_t end = cprof_slice_find(rest, ':');
        if (is_tool(cprof_slice_sub(rest, 0, end), path))
            return true;
        rest = cprof_slice_sub(rest, end + 1, rest.len);
    }
    return false;
}

/* "objdump:FOLDER" and plain folders, with commas between them; other tools' folders are none of ours. */
static bool find_named(const char *tools, char path[PATH_MAX]) {
    static const char name[] = "objdump:";
    cprof_slice rest = cprof_slice_of(tools ? tools : "");
    while (rest.len > 0) {
        size_t end = cprof_slice_find(rest, ',');
        cprof_slice part = cprof_slice_sub(rest, 0, end);
        rest = cprof_slice_sub(rest, end + 1, rest.len);
        if (cprof_slice_starts_with(part, name))
            part = cprof_slice_sub(part, sizeof name - 1, part.len);
        else if (cprof_slice_find(part, ':') < part.len)
            continue;
        if (is_tool(part, path))
            return true;
    }
    return false;
}

typedef struct request {
    const char *objdump, *file;
    uint64_t start, end;
    bool intel;
} request;

/* In the child: becomes objdump, with the sink's descriptor as its output; never returns when that works. */
static bool exec_objdump(void *context, cprof_sink *sink, cprof_error *err) {
    const request *r = context;
    char start[48], end[48];
    snprintf(start, sizeof start, "--start-address=%#llx", (unsigned long long)r->start);
    snprintf(end, sizeof end, "--stop-address=%#llx", (unsigned long long)r->end);
    /* objdump would take a name that starts with '-' for an option. */
    const char *args[] = {r->objdump,
                          "--disassemble",
                          "--demangle",
                          "--no-show-raw-insn",
                          "--line-numbers",
                          start,
                          end,
                          r->intel ? "-Mintel" : "--wide",
                          "--",
                          r->file,
                          NULL};
    int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDERR_FILENO);
    dup2(sink->fd, STDOUT_FILENO);
    unsetenv("DEBUGINFOD_URLS");
    execv(r->objdump, (char *const *)(uintptr_t)args);
    return cprof_error_set(err, CPROF_ERR_IO, -1, "objdump does not start");
}

/* ---- reading what it says --------------------------------------------------------------------------------
 */

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "  4b5760:\tmov %rax,%rbx" */
static bool read_instruction(cprof_slice line, cprof_instruction *i) {
    size_t n = 0;
    uint64_t address = 0;
    while (n < line.len && n < 16 && is_hex(line.ptr[n])) {
        char c = line.ptr[n++];
        address = address << 4 | (uint64_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    if (n == 0 || n + 1 >= line.len || line.ptr[n] != ':' ||
        (line.ptr[n + 1] != ' ' && line.ptr[n + 1] != '\t'))
        return false;
    i->address = address;
    i->text = cprof_slice_trim(cprof_slice_sub(line, n + 1, line.len));
    return i->text.len > 0;
}

/* "/src/main.go:51 (discriminator 2)" */
static bool read_file_line(cprof_slice line, cprof_instruction *i) {
    for (size_t colon = line.len; colon-- > 0;) {
        uint64_t number = 0;
        size_t at = colon + 1;
        if (line.ptr[colon] != ':')
            continue;
        while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9' && number <= INT32_MAX)
            number = number * 10 + (uint64_t)(line.ptr[at++] - '0');
        if (at == colon + 1)
            continue;
        if (number <= INT32_MAX) {
            i->file = cprof_slice_sub(line, 0, colon);
            i->line = (int64_t)number;
        }
        return true;
    }
    return false;
}

/* "main.powmod():" */
static bool read_function(cprof_slice line, cprof_instruction *i) {
    size_t end = cprof_slice_find_slice(line, CPROF_SLICE("():"));
    if (end < line.len && end > 0) {
        i->function = cprof_slice_sub(line, 0, end);
        return true;
    }
    /* "0000000000401216 <main>:" */
    size_t colon = cprof_slice_rfind(line, ':');
    if (colon == line.len)
        return false;
    size_t at = 0;
    while (at < colon && is_hex(line.ptr[at]))
        at++;
    if (at < colon && line.ptr[at] == ' ')
        at++;
    i->function = cprof_slice_sub(line, at, colon);
    return true;
}

bool cprof_disasm_parse(cprof_disasm *d, cprof_slice output, cprof_error *err) {
    const cprof_instruction nowhere = {0, CPROF_SLICE(""), CPROF_SLICE(""), CPROF_SLICE(""), 0};
    cprof_instruction now = nowhere;
    cprof_slice line;
    while (cprof_slice_next_line(&output, &line)) {
        line = cprof_slice_trim(line);
        if (read_instruction(line, &now)) {
            if (!cprof_vec_push(d->env, &d->instructions, now))
                return cprof_error_memory(d->env, err);
        } else if (!read_file_line(line, &now) && !read_function(line, &now)) {
            now = nowhere;
        }
    }
    return true;
}

static bool ask_objdump(cprof_disasm *d, request *r, cprof_error *err) {
    cprof_child_output output = {0};
    bool ok = cprof_child_exec(exec_objdump, r, "objdump",
                               (cprof_child_limits){.seconds = OBJDUMP_SECONDS, .output_max = OUTPUT_MAX},
                               d->env, &output, err);
    cprof_slice text = {"", 0};
    if (ok) {
        text = cprof_arena_copy(&d->text, (cprof_slice){output.at, output.count});
        ok = text.ptr != NULL || cprof_error_memory(d->env, err);
    }
    cprof_vec_free(d->env, &output);
    return ok && cprof_disasm_parse(d, text, err);
}

bool cprof_disasm_init(cprof_disasm *d, const char *path, uint64_t start, uint64_t end,
                       const cprof_disasm_options *options, const cprof_env *env, cprof_error *err) {
    char objdump[PATH_MAX];
    memset(d, 0, sizeof *d);
    d->env = env;
    cprof_arena_init(&d->text, cprof_env_budget(env));
    if (find_named(options->tools, objdump) || find_in(getenv("PATH"), objdump)) {
        request r = {objdump, path, start, end, options->intel};
        return ask_objdump(d, &r, err);
    }
    return cprof_disasm_capstone(d, path, start, end, options->intel, err);
}

void cprof_disasm_deinit(cprof_disasm *d) {
    cprof_vec_free(d->env, &d->instructions);
    cprof_arena_deinit(&d->text);
}
