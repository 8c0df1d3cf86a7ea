#include "tui/complete.h"

#include "app/shell.h"
#include "tui/fold.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FUNCTIONS_MAX = 500, LABELS_MAX = 10000 };

typedef struct completion {
    const cprof_session *session;
    const cprof_env *env;
    cprof_arena arena;
    CPROF_VEC(cprof_slice) found;
    size_t from;        /* where in the line it begins */
    cprof_slice start;  /* what has been typed of it */
    const char *behind; /* what follows a tag's key */
    cprof_label_units units;
} completion;

static void add(completion *c, cprof_slice text) {
    (void)cprof_vec_push(c->env, &c->found, text);
}

static bool begins(cprof_slice text, cprof_slice start) {
    return text.len >= start.len && cprof_slice_equal(cprof_slice_sub(text, 0, start.len), start);
}

/* "" without memory. */
static cprof_slice joined(completion *c, cprof_slice a, cprof_slice b) {
    char *out = cprof_arena_alloc(&c->arena, a.len + b.len + 1);
    if (!out)
        return CPROF_SLICE("");
    memcpy(out, a.ptr, a.len);
    memcpy(out + a.len, b.ptr, b.len);
    return (cprof_slice){out, a.len + b.len};
}

/* text and what follows it at once, if it begins as it should. */
static void try_text(completion *c, cprof_slice text, const char *behind) {
    if (begins(text, c->start))
        add(c, joined(c, text, cprof_slice_of(behind)));
}

static void try_name(completion *c, const char *name) {
    try_text(c, cprof_slice_of(name), "");
}

static void add_types(completion *c) {
    const cprof_profile *p = c->session->profile;
    for (uint32_t i = 0; i < p->type_count; i++)
        try_text(c, cprof_profile_string(p, p->types[i].type), "");
}

/* "mean_delay", once the first word begins so. */
static void add_prefixed_types(completion *c, cprof_slice prefix) {
    cprof_slice start = c->start;
    size_t first = c->found.count;
    if (!begins(start, prefix))
        return;
    c->start = cprof_slice_sub(start, prefix.len, start.len);
    add_types(c);
    c->start = start;
    for (size_t i = first; i < c->found.count; i++)
        c->found.at[i] = joined(c, prefix, c->found.at[i]);
}

static void add_commands(completion *c) {
    for (const cprof_command *command = cprof_commands; command->name; command++)
        if (command->kind == CPROF_COMMAND_REPORT && !command->word_only)
            try_name(c, command->name);
}

static void add_options(completion *c, const char *behind) {
    for (const cprof_option *o = cprof_options; o->name; o++)
        if (o->in_shell)
            try_text(c, cprof_slice_of(o->name), behind);
}

/* The backslashes of what was typed are no part of the name. */
static cprof_slice without_quotes(completion *c, cprof_slice text) {
    char *out = cprof_arena_alloc(&c->arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.len; i++) {
        bool quoted = text.ptr[i] == '\\' && i + 1 < text.len;
        i += quoted;
        out[n++] = quoted && text.ptr[i] == 's' ? ' ' : text.ptr[i];
    }
    return (cprof_slice){out ? out : "", n};
}

/* Of "one|^two" only "two" is to be completed. */
static void skip_patterns(completion *c) {
    size_t skip = 0;
    for (size_t i = 0; i < c->start.len; i++) {
        if (c->start.ptr[i] == '\\')
            i++;
        else if (strchr("|(^", c->start.ptr[i]))
            skip = i + 1;
    }
    c->from += skip;
    c->start = cprof_slice_sub(c->start, skip, c->start.len);
}

/* Names that begin so; where there is none, names that have it somewhere. */
static void add_functions(completion *c) {
    skip_patterns(c);
    const cprof_profile *p = c->session->profile;
    cprof_slice start = without_quotes(c, c->start);
    for (int anywhere = 0; anywhere < 2 && c->found.count == 0; anywhere++)
        for (uint32_t i = 0; i < p->functions.count && c->found.count < FUNCTIONS_MAX; i++) {
            cprof_slice name = cprof_profile_string(p, p->functions.name[i]);
            size_t at = cprof_slice_find_slice(name, start);
            if (name.len == 0 || (anywhere ? at >= name.len : !begins(name, start)))
                continue;
            cprof_slice quoted = cprof_quote_regex(&c->arena, name);
            if (quoted.ptr)
                add(c, quoted);
        }
}

/* Calls see for each label that differs from the former ones by its key, or of one key by its value. */
static void each_label(completion *c, cprof_slice key, void (*see)(completion *c, const cprof_label *label)) {
    const cprof_profile *p = c->session->profile;
    const cprof_label_sets *sets = &p->label_sets;
    cprof_str wanted = 0;
    if (sets->count == 0 || (key.len && !cprof_strtab_find(&p->strings, key, &wanted)))
        return;
    size_t words = cprof_strtab_count(&p->strings) / 64 + 1;
    uint64_t *seen = cprof_arena_calloc(&c->arena, words, sizeof *seen);
    for (uint32_t i = 0; seen && i < sets->first[sets->count] && c->found.count < LABELS_MAX; i++) {
        const cprof_label *label = &sets->labels[i];
        cprof_str id = key.len && !label->is_number ? label->text : label->key;
        if (key.len && label->key != wanted)
            continue;
        if (key.len && label->is_number)
            see(c, label); /* too many to know: equal ones go when they are sorted */
        else if (!(seen[id >> 6] >> (id & 63) & 1))
            see(c, label);
        seen[id >> 6] |= UINT64_C(1) << (id & 63);
    }
}

static void see_key(completion *c, const cprof_label *label) {
    try_text(c, cprof_profile_string(c->session->profile, label->key), c->behind);
}

/* The value as a tag filter takes it: a pattern, or a number with its unit. */
static void see_value(completion *c, const cprof_label *label) {
    const cprof_profile *p = c->session->profile;
    cprof_slice unit = cprof_label_units_get(&c->units, label->key);
    char number[32];
    int n = snprintf(number, sizeof number, "%" PRId64, label->number);
    cprof_slice value = label->is_number ? joined(c, (cprof_slice){number, (size_t)n}, unit)
                                         : cprof_quote_regex(&c->arena, cprof_profile_string(p, label->text));
    if (value.ptr && value.len)
        try_text(c, value, "");
}

static void add_tag_keys(completion *c, const char *behind) {
    c->behind = behind;
    each_label(c, CPROF_SLICE(""), see_key);
}

/* "key", then "key=value". */
static void add_tag_filter(completion *c) {
    size_t equals = cprof_slice_find(c->start, '=');
    if (equals == c->start.len) {
        add_tag_keys(c, "=");
        return;
    }
    cprof_slice key = cprof_slice_sub(c->start, 0, equals);
    c->from += equals + 1;
    c->start = cprof_slice_sub(c->start, equals + 1, c->start.len);
    if (cprof_label_units_init(&c->units, c->session->profile, NULL))
        each_label(c, key, see_value);
    cprof_label_units_deinit(&c->units, c->session->profile);
}

/* Of a list only what is behind its last comma. */
static void add_tag_list(completion *c) {
    size_t comma = cprof_slice_rfind(c->start, ',');
    if (comma < c->start.len) {
        c->from += comma + 1;
        c->start = cprof_slice_sub(c->start, comma + 1, c->start.len);
    }
    add_tag_keys(c, "");
}

static void add_tag_names(completion *c) {
    add_tag_keys(c, "");
}

static bool is_folder(DIR *listing, const struct dirent *entry) {
    struct stat st;
    if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(dirfd(listing), entry->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* Files whose names begin with a dot have to be asked for by it. */
static void add_files(completion *c) {
    size_t slash = cprof_slice_rfind(c->start, '/');
    bool has_folder = slash < c->start.len;
    bool hidden =
        cprof_slice_starts_with(cprof_slice_sub(c->start, has_folder ? slash + 1 : 0, c->start.len), ".");
    cprof_slice folder = cprof_slice_sub(c->start, 0, has_folder ? slash + 1 : 0);
    char *path = strndup(has_folder ? folder.ptr : ".", has_folder ? folder.len : 1);
    DIR *listing = path ? opendir(path) : NULL;
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        size_t n = strlen(entry->d_name);
        bool wanted = entry->d_name[0] != '.' || hidden;
        char *out = wanted ? cprof_arena_alloc(&c->arena, folder.len + n + 1) : NULL;
        if (!out)
            continue;
        if (folder.len)
            memcpy(out, folder.ptr, folder.len);
        memcpy(out + folder.len, entry->d_name, n);
        try_text(c, (cprof_slice){out, folder.len + n}, is_folder(listing, entry) ? "/" : "");
    }
    if (listing)
        closedir(listing);
    free(path);
}

/* Backslashes in front of these characters taken away, or put there. */
static cprof_slice unquoted(completion *c, cprof_slice text, const char *special) {
    char *out = cprof_arena_alloc(&c->arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.len; i++) {
        i += text.ptr[i] == '\\' && i + 1 < text.len && strchr(special, text.ptr[i + 1]);
        out[n++] = text.ptr[i];
    }
    return (cprof_slice){out ? out : "", n};
}

static cprof_slice quoted(completion *c, cprof_slice text, const char *special) {
    char *out = cprof_arena_alloc(&c->arena, 2 * text.len + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.len; i++) {
        if (strchr(special, text.ptr[i]))
            out[n++] = '\\';
        out[n++] = text.ptr[i];
    }
    return (cprof_slice){out ? out : "", n};
}

/* Files whose names are written as `special` wants them. */
static void add_quoted_files(completion *c, const char *special) {
    c->start = unquoted(c, c->start, special);
    add_files(c);
    for (size_t i = 0; i < c->found.count; i++)
        c->found.at[i] = quoted(c, c->found.at[i], special);
}

/* Behind >, from byte `at` on. */
static void add_output(completion *c, cprof_slice line, size_t at) {
    char quote[2] = {at < line.len ? line.ptr[at] : 0, 0};
    bool open = *quote == '"' || *quote == '\'';
    c->from = at + open;
    c->start = cprof_slice_sub(line, c->from, line.len);
    if (!open) {
        add_quoted_files(c, " ");
        return;
    }
    add_files(c);
    for (size_t i = 0; i < c->found.count; i++)
        if (!cprof_slice_ends_with(c->found.at[i], "/"))
            c->found.at[i] = joined(c, c->found.at[i], cprof_slice_of(quote));
}

/* Where the file behind > begins that the line ends in; line.len + 1: it ends in something else.  *piped: in
 * what a shell will read. */
static size_t output_start(cprof_slice line, bool *piped) {
    *piped = false;
    for (size_t i = 0; i < line.len; i++) {
        bool first = i > 0 && line.ptr[i - 1] == ' '; /* of a word */
        if (first && line.ptr[i] == '|') {
            *piped = true;
            break;
        }
        if (!first || line.ptr[i] != '>')
            continue;
        for (i++; i < line.len && line.ptr[i] == ' ';)
            i++;
        size_t start = i;
        bool open = i < line.len && strchr("\"'", line.ptr[i]) &&
                    !memchr(line.ptr + i + 1, line.ptr[i], line.len - i - 1);
        i = cprof_shell_file_end(line, i);
        if (open || i == line.len)
            return start; /* with a quote that is still to be closed, to the end */
    }
    return line.len + 1;
}

static void add_units(completion *c) {
    static const char *const units[] = {"auto", "minimum", "ns", "us", "ms", "s",  "min",
                                        "hrs",  "B",       "kB", "MB", "GB", "TB", NULL};
    for (const char *const *unit = units; *unit; unit++)
        try_name(c, *unit);
}

static void add_values(completion *c, const cprof_option *o) {
    static const struct {
        const char *option;
        void (*add)(completion *c);
    } kinds[] = {{"sample_index", add_types}, {"output", add_files},        {"source_path", add_files},
                 {"trim_path", add_files},    {"tagfocus", add_tag_filter}, {"tagignore", add_tag_filter},
                 {"tagshow", add_tag_names},  {"taghide", add_tag_names},   {"tagroot", add_tag_list},
                 {"tagleaf", add_tag_list},   {"unit", add_units}};
    for (const char *const *choice = o->choices; choice && *choice; choice++)
        try_name(c, *choice);
    if (o->kind == CPROF_OPTION_BOOL) {
        try_name(c, "true");
        try_name(c, "false");
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(o->name, kinds[i].option) == 0) {
            kinds[i].add(c);
            return;
        }
    if (o->group == CPROF_GROUP_FILTERS)
        add_functions(c);
}

static int compare(const void *a, const void *b) {
    return cprof_slice_compare(*(const cprof_slice *)a, *(const cprof_slice *)b);
}

static void sort(completion *c) {
    size_t kept = 0;
    if (c->found.count > 1)
        qsort(c->found.at, c->found.count, sizeof *c->found.at, compare);
    for (size_t i = 0; i < c->found.count; i++)
        if (kept == 0 || !cprof_slice_equal(c->found.at[kept - 1], c->found.at[i]))
            c->found.at[kept++] = c->found.at[i];
    c->found.count = kept;
}

/* The first word of the line: a command, an option, a sample type. */
static void add_first(completion *c) {
    static const char *const words[] = {"help", "quit", "exit", "o", "options", NULL};
    add_commands(c);
    add_options(c, "=");
    add_types(c);
    add_prefixed_types(c, CPROF_SLICE("mean_"));
    add_prefixed_types(c, CPROF_SLICE("total_"));
    for (const char *const *word = words; *word; word++)
        try_name(c, *word);
}

/* What may stand behind a command: a function, "-" and a function, "-cum"; tags behind tags. */
static void add_argument(completion *c, cprof_slice command) {
    try_name(c, "-cum");
    if (c->start.len && c->start.ptr[0] == '-') {
        if (c->found.count > 0)
            return;
        c->from++;
        c->start = cprof_slice_sub(c->start, 1, c->start.len);
    } else {
        c->found.count = 0; /* a function is more likely */
    }
    if (cprof_slice_is(command, "tags"))
        add_tag_filter(c);
    else
        add_functions(c);
}

/* The option that the line sets; NULL: it is about something else. */
static const cprof_option *assigned(cprof_slice line, size_t *value) {
    size_t equals = cprof_slice_find(line, '=');
    const cprof_option *o = cprof_option_find(cprof_slice_trim(cprof_slice_sub(line, 0, equals)));
    if (equals == line.len || !o || !o->in_shell)
        return NULL;
    *value = equals + 1;
    while (*value < line.len && line.ptr[*value] == ' ')
        ++*value;
    return o;
}

static void find_all(completion *c, cprof_slice line) {
    size_t value;
    const cprof_option *option = assigned(line, &value);
    if (option) {
        c->from = value;
        c->start = cprof_slice_sub(line, value, line.len);
        add_values(c, option);
        return;
    }
    bool piped;
    size_t output = output_start(line, &piped);
    if (output <= line.len) {
        add_output(c, line, output);
        return;
    }
    c->from = line.len;
    while (c->from > 0 &&
           (line.ptr[c->from - 1] != ' ' || (piped && c->from > 1 && line.ptr[c->from - 2] == '\\')))
        c->from--;
    c->start = cprof_slice_sub(line, c->from, line.len);
    cprof_slice before = cprof_slice_trim(cprof_slice_sub(line, 0, c->from));
    cprof_slice command = cprof_slice_sub(before, 0, cprof_slice_find(before, ' '));
    if (before.len == 0) {
        add_first(c);
    } else if (cprof_slice_is(before, "help")) {
        add_commands(c);
        add_options(c, "");
    } else if (piped) {
        add_quoted_files(c, " \t\"'\\$&;|<>()*?[]#~`!{}");
    } else {
        add_argument(c, command);
    }
}

void cprof_complete(cprof_prompt *prompt, const cprof_session *session) {
    completion c = {.session = session, .env = session->env};
    cprof_arena_init(&c.arena, cprof_env_budget(c.env));
    find_all(&c, cprof_slice_sub(cprof_prompt_line(prompt), 0, prompt->at));
    sort(&c);
    cprof_prompt_offer(prompt, c.from, c.found.at, c.found.count);
    cprof_vec_free(c.env, &c.found);
    cprof_arena_deinit(&c.arena);
}
