#include "app/shell.h"

#include "app/nearest.h"
#include "base/arena.h"

#include <stdlib.h>

bool cprof_shell_init(cprof_shell *shell, cprof_session *session, const cprof_settings *settings,
                      cprof_error *err) {
    const cprof_env *env = session->env;
    *shell = (cprof_shell){.session = session, .settings = *settings};
    shell->settings.compact_labels = true; /* the greeting has said it */
    cprof_arena_init(&shell->line, cprof_env_budget(env));
    return cprof_strtab_init(&shell->texts, env) || cprof_error_memory(env, err);
}

void cprof_shell_deinit(cprof_shell *shell) {
    cprof_strtab_deinit(&shell->texts);
    cprof_arena_deinit(&shell->line);
}

/* --- options --- */

static bool set_option(cprof_shell *shell, const char *name, cprof_slice value, cprof_error *err) {
    cprof_str id;
    if (!cprof_strtab_add(&shell->texts, value, &id))
        return cprof_error_memory(shell->session->env, err);
    return cprof_option_set(cprof_option_find(cprof_slice_of(name)), &shell->settings,
                            cprof_strtab_get(&shell->texts, id), err);
}

static bool set_sample_index(cprof_shell *shell, cprof_slice value, cprof_error *err) {
    const cprof_profile *p = shell->session->profile;
    uint32_t row;
    return cprof_profile_find_type(p, value, &row, err) &&
           set_option(shell, "sample_index", cprof_profile_string(p, p->types[row].type), err);
}

/* "cum=true" is another way to write "sort=cum". */
static bool set_choice(cprof_shell *shell, const cprof_option *option, const char *choice, cprof_slice value,
                       cprof_error *err) {
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    for (const char *const *y = yes; *y; y++)
        if (cprof_slice_is(value, *y))
            return set_option(shell, option->name, cprof_slice_of(choice), err);
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "to choose %s, say %s=%s", choice, option->name, choice);
}

static cprof_slice without_comment(cprof_slice value) {
    size_t end = value.len;
    for (size_t i = 0; i + 3 <= value.len; i++)
        if (memcmp(value.ptr + i, "//:", 3) == 0)
            end = i;
    return cprof_slice_trim(cprof_slice_sub(value, 0, end));
}

/* *done: the line was about an option. */
static bool read_assignment(cprof_shell *shell, cprof_slice line, bool *done, cprof_error *err) {
    size_t equals = cprof_slice_find(line, '=');
    bool has_value = equals < line.len;
    cprof_slice name = cprof_slice_trim(cprof_slice_sub(line, 0, equals)), value = CPROF_SLICE("");
    if (has_value)
        value = without_comment(cprof_slice_sub(line, equals + 1, line.len));
    const char *choice;
    const cprof_option *option = cprof_option_find(name);
    *done = true;
    if (option && !option->in_shell)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s can be given on the command line only",
                               option->name);
    if (option && !has_value && option->kind != CPROF_OPTION_BOOL)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s needs a value: %s=%s", option->name,
                               option->name, option->value);
    if (option && strcmp(option->name, "sample_index") == 0)
        return set_sample_index(shell, value, err);
    if (option)
        return set_option(shell, option->name, value, err);
    option = cprof_option_find_choice(name, &choice);
    if (option)
        return set_choice(shell, option, choice, value, err);
    *done = false;
    return true;
}

/* --- shortcuts --- */

static bool read_shortcut(cprof_shell *shell, cprof_slice line, bool *done, cprof_error *err) {
    static const char *const filters[] = {"focus", "ignore", "hide", "tagfocus", "tagignore", NULL};
    const cprof_profile *p = shell->session->profile;
    *done = true;
    if (cprof_slice_is(line, ":")) {
        for (const char *const *f = filters; *f; f++)
            if (!set_option(shell, *f, CPROF_SLICE(""), err))
                return false;
        return true;
    }
    bool total = cprof_slice_starts_with(line, "total_"), mean = cprof_slice_starts_with(line, "mean_");
    cprof_slice rest = cprof_slice_sub(line, total ? 6 : mean ? 5 : 0, line.len);
    /* A type may itself be called total_something. */
    for (int prefixed = total || mean; prefixed >= 0; prefixed--)
        for (uint32_t i = 0; i < p->type_count; i++) {
            cprof_slice type = cprof_profile_string(p, p->types[i].type);
            if (!cprof_slice_equal(type, prefixed ? rest : line))
                continue;
            if (prefixed)
                shell->settings.mean = mean;
            return set_option(shell, "sample_index", type, err);
        }
    *done = false;
    return true;
}

/* --- commands --- */

enum { TOKENS_MAX = 256 };

static bool is_blank(char c) {
    return c && strchr(" \t\r\n\v\f", c);
}

static size_t split(cprof_slice line, cprof_slice tokens[TOKENS_MAX]) {
    size_t count = 0, i = 0;
    while (count < TOKENS_MAX) {
        while (i < line.len && is_blank(line.ptr[i]))
            i++;
        size_t start = i;
        while (i < line.len && !is_blank(line.ptr[i]))
            i++;
        if (i == start)
            break;
        tokens[count++] = cprof_slice_sub(line, start, i);
    }
    return count;
}

static bool parse_count(cprof_slice token, long *count) {
    char buffer[16], *end;
    if (token.len == 0 || token.len >= sizeof buffer)
        return false;
    memcpy(buffer, token.ptr, token.len);
    buffer[token.len] = 0;
    long n = strtol(buffer, &end, 10);
    if (*end != 0 || end == buffer || n < INT32_MIN || n > INT32_MAX)
        return false;
    *count = n;
    return true;
}

static const cprof_command *shell_command(cprof_slice name) {
    const cprof_command *command = cprof_command_find(name);
    return command && command->kind == CPROF_COMMAND_REPORT && !command->word_only ? command : NULL;
}

static bool unknown_command(cprof_slice name, const cprof_slice *next, cprof_error *err) {
    int len = (int)(name.len > 80 ? 80 : name.len);
    const cprof_option *option = cprof_option_find(name);
    if (option && option->in_shell)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "did you mean: %s=%.*s", option->name,
                               next ? (int)next->len : 5, next ? next->ptr : "VALUE");
    cprof_nearest nearest = cprof_nearest_start(name);
    for (const cprof_command *c = cprof_commands; c->name; c++)
        if (c->kind == CPROF_COMMAND_REPORT && !c->word_only)
            cprof_nearest_try(&nearest, c->name);
    for (const cprof_option *o = cprof_options; o->name; o++)
        if (o->in_shell)
            cprof_nearest_try(&nearest, o->name);
    const char *meant = cprof_nearest_name(&nearest);
    if (meant)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "unknown command \"%.*s\"; did you mean %s?", len,
                               name.ptr, meant);
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "unknown command \"%.*s\"; \"help\" lists them", len,
                           name.ptr);
}

/* "top10": the name, and the digits behind it. */
static const cprof_command *find_command(cprof_slice *name, long *count) {
    const cprof_command *command = shell_command(*name);
    size_t digits = name->len;
    while (digits > 0 && name->ptr[digits - 1] >= '0' && name->ptr[digits - 1] <= '9')
        digits--;
    if (command || digits == name->len || digits == 0)
        return command;
    cprof_slice tail = cprof_slice_sub(*name, digits, name->len);
    name->len = digits;
    return parse_count(tail, count) ? shell_command(*name) : NULL;
}

/* One expression more: any of them may match. */
static bool add_pattern(cprof_shell *shell, cprof_slice *patterns, cprof_slice more, cprof_error *err) {
    if (patterns->len == 0 || more.len == 0) {
        *patterns = patterns->len ? *patterns : more;
        return true;
    }
    char *joined = cprof_arena_alloc(&shell->line, patterns->len + 1 + more.len);
    if (!joined)
        return cprof_error_memory(shell->session->env, err);
    memcpy(joined, patterns->ptr, patterns->len);
    joined[patterns->len] = '|';
    memcpy(joined + patterns->len + 1, more.ptr, more.len);
    *patterns = (cprof_slice){joined, patterns->len + 1 + more.len};
    return true;
}

/* Whether the line has a backslash and a blank at that place: a blank that parts nothing. */
static bool is_kept_blank(cprof_slice line, size_t at) {
    return line.ptr[at] == '\\' && at + 1 < line.len && is_blank(line.ptr[at + 1]);
}

size_t cprof_shell_file_end(cprof_slice line, size_t at) {
    char quote = at < line.len && (line.ptr[at] == '"' || line.ptr[at] == '\'') ? line.ptr[at] : 0;
    const char *end = quote ? memchr(line.ptr + at + 1, quote, line.len - at - 1) : NULL;
    if (end)
        return (size_t)(end - line.ptr) + 1;
    while (at < line.len && !is_blank(line.ptr[at]))
        at += 1 + is_kept_blank(line, at);
    return at;
}

/* The name of a file that begins there; *end: what is behind it. */
static bool read_file(cprof_shell *shell, cprof_slice line, size_t at, size_t *end, cprof_slice *name,
                      cprof_error *err) {
    while (at < line.len && is_blank(line.ptr[at]))
        at++;
    *end = cprof_shell_file_end(line, at);
    if (*end == at)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "a file's name is missing after >");
    char *out = cprof_arena_alloc(&shell->line, *end - at);
    size_t n = 0;
    if (!out)
        return cprof_error_memory(shell->session->env, err);
    bool quoted = *end - at > 1 && strchr("\"'", line.ptr[at]) && line.ptr[*end - 1] == line.ptr[at];
    for (size_t i = at + quoted; i < *end - quoted; i++) {
        i += !quoted && is_kept_blank(line, i);
        out[n++] = line.ptr[i];
    }
    *name = (cprof_slice){out, n};
    return true;
}

/* What may stand behind a command: rows, order, expressions, where to. */
static bool read_arguments(cprof_shell *shell, const cprof_slice *tokens, size_t count, cprof_slice line,
                           cprof_shell_action *action, cprof_error *err) {
    cprof_settings *s = &action->request.settings;
    cprof_slice focus = {"", 0}, ignore = {"", 0};
    for (size_t i = 0; i < count; i++) {
        cprof_slice t = tokens[i];
        if (parse_count(t, &s->nodecount))
            continue;
        if (t.ptr[0] == '>') {
            size_t end;
            if (!read_file(shell, line, (size_t)(t.ptr - line.ptr) + 1, &end, &s->output, err))
                return false;
            while (i + 1 < count && tokens[i + 1].ptr < line.ptr + end)
                i++;
        } else if (t.ptr[0] == '|') {
            size_t at = (size_t)(t.ptr - line.ptr) + 1;
            cprof_slice rest = cprof_slice_trim(cprof_slice_sub(line, at, line.len));
            if (rest.len == 0)
                return cprof_error_set(err, CPROF_ERR_USAGE, -1, "a program's name is missing after |");
            action->pipe = cprof_arena_copy(&shell->line, rest).ptr;
            if (!action->pipe)
                return cprof_error_memory(shell->session->env, err);
            break;
        } else if (cprof_slice_is(t, "-cum") || cprof_slice_is(t, "--cum")) {
            s->sort = CPROF_SLICE("cum");
        } else if (!add_pattern(shell, t.ptr[0] == '-' ? &ignore : &focus,
                                t.ptr[0] == '-' ? cprof_slice_sub(t, 1, t.len) : t, err)) {
            return false;
        }
    }
    bool tags = strcmp(action->request.command->name, "tags") == 0;
    if (focus.len)
        *(tags ? &s->tagfocus : &s->focus) = focus;
    if (ignore.len)
        *(tags ? &s->tagignore : &s->ignore) = ignore;
    return true;
}

static bool read_command(cprof_shell *shell, cprof_slice line, cprof_slice *tokens, size_t count,
                         cprof_shell_action *action, cprof_error *err) {
    cprof_request *request = &action->request;
    *request = (cprof_request){.settings = shell->settings, .argument = CPROF_SLICE("")};
    cprof_slice name = tokens[0];
    long rows = 0;
    request->command = find_command(&name, &rows);
    if (!request->command)
        return unknown_command(name, count > 1 ? &tokens[1] : NULL, err);
    bool has_rows = name.len < tokens[0].len;
    size_t next = 1;
    if (request->command->takes_regex && has_rows) {
        /* The digits of "list10" are its argument. */
        request->argument = cprof_slice_sub(tokens[0], name.len, tokens[0].len);
        has_rows = false;
    } else if (request->command->takes_regex) {
        if (count < 2)
            return cprof_error_set(err, CPROF_ERR_USAGE, -1, "command %s requires an argument: %s RE",
                                   request->command->name, request->command->name);
        request->argument = tokens[next++];
    }
    if (has_rows)
        request->settings.nodecount = rows;
    if (!read_arguments(shell, tokens + next, count - next, line, action, err))
        return false;
    if (request->settings.nodecount == -1 && request->command->shell_nodes)
        request->settings.nodecount = request->command->shell_nodes;
    action->kind = CPROF_SHELL_RUN;
    return true;
}

bool cprof_shell_read(cprof_shell *shell, cprof_slice text, cprof_shell_action *action, cprof_error *err) {
    static const struct {
        const char *word;
        cprof_shell_kind kind;
    } words[] = {{"o", CPROF_SHELL_OPTIONS}, {"options", CPROF_SHELL_OPTIONS}, {"help", CPROF_SHELL_HELP},
                 {"q", CPROF_SHELL_QUIT},    {"quit", CPROF_SHELL_QUIT},       {"exit", CPROF_SHELL_QUIT}};
    *action = (cprof_shell_action){.kind = CPROF_SHELL_NOTHING, .topic = CPROF_SLICE("")};
    cprof_arena_deinit(&shell->line);
    cprof_arena_init(&shell->line, cprof_env_budget(shell->session->env));
    cprof_slice line = cprof_arena_copy(&shell->line, cprof_slice_trim(text));
    if (!line.ptr)
        return cprof_error_memory(shell->session->env, err);
    bool done;
    if (!read_shortcut(shell, line, &done, err))
        return false;
    if (!done && !read_assignment(shell, line, &done, err))
        return false;
    if (done)
        return true;
    cprof_slice tokens[TOKENS_MAX];
    size_t count = split(line, tokens);
    if (count == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cprof_slice_is(tokens[0], words[i].word)) {
            action->kind = words[i].kind;
            action->topic = cprof_slice_trim(cprof_slice_sub(line, tokens[0].len, line.len));
            return true;
        }
    return read_command(shell, line, tokens, count, action, err);
}
