#include "tui/complete.h"

#include "tui/fold.h"

#include <dirent.h>
#include <stdlib.h>

enum { FUNCTIONS_MAX = 500 };

typedef struct completion {
    const cprof_session *session;
    const cprof_env *env;
    cprof_arena arena;
    CPROF_VEC(cprof_slice) found;
    cprof_slice start; /* what has been typed of it */
} completion;

static void add(completion *c, cprof_slice text) {
    (void)cprof_vec_push(c->env, &c->found, text);
}

static bool begins(cprof_slice text, cprof_slice start) {
    return text.len >= start.len && cprof_slice_equal(cprof_slice_sub(text, 0, start.len), start);
}

/* text and what follows it at once, if it begins as it should. */
static void try_text(completion *c, cprof_slice text, const char *behind) {
    if (!begins(text, c->start))
        return;
    size_t more = strlen(behind);
    char *out = cprof_arena_alloc(&c->arena, text.len + more + 1);
    if (!out)
        return;
    memcpy(out, text.ptr, text.len);
    memcpy(out + text.len, behind, more);
    add(c, (cprof_slice){out, text.len + more});
}

static void try_name(completion *c, const char *name) {
    try_text(c, cprof_slice_of(name), "");
}

static void add_types(completion *c) {
    const cprof_profile *p = c->session->profile;
    for (uint32_t i = 0; i < p->type_count; i++)
        try_text(c, cprof_profile_string(p, p->types[i].type), "");
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

/* Names that begin so; where there is none, names that have it somewhere. */
static void add_functions(completion *c) {
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

static void add_tags(completion *c, const char *behind) {
    const cprof_profile *p = c->session->profile;
    for (uint32_t set = 0; set < p->label_sets.count; set++)
        for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
            cprof_slice key = cprof_profile_string(p, p->label_sets.labels[i].key);
            if (c->found.count < 10000)
                try_text(c, key, behind);
        }
}

static void add_files(completion *c) {
    size_t slash = cprof_slice_rfind(c->start, '/');
    bool has_folder = slash < c->start.len;
    cprof_slice folder = cprof_slice_sub(c->start, 0, has_folder ? slash + 1 : 0);
    char *path = strndup(has_folder ? folder.ptr : ".", has_folder ? folder.len : 1);
    DIR *listing = path ? opendir(path) : NULL;
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        size_t n = strlen(entry->d_name);
        char *out = entry->d_name[0] != '.' ? cprof_arena_alloc(&c->arena, folder.len + n + 1) : NULL;
        if (!out)
            continue;
        if (folder.len)
            memcpy(out, folder.ptr, folder.len);
        memcpy(out + folder.len, entry->d_name, n);
        try_text(c, (cprof_slice){out, folder.len + n}, entry->d_type == DT_DIR ? "/" : "");
    }
    if (listing)
        closedir(listing);
    free(path);
}

static void add_values(completion *c, cprof_slice name) {
    const cprof_option *o = cprof_option_find(name);
    if (!o)
        return;
    for (const char *const *choice = o->choices; choice && *choice; choice++)
        try_name(c, *choice);
    if (o->kind == CPROF_OPTION_BOOL) {
        try_name(c, "true");
        try_name(c, "false");
    } else if (strcmp(o->name, "sample_index") == 0) {
        add_types(c);
    } else if (strcmp(o->name, "output") == 0) {
        add_files(c);
    } else if (strncmp(o->name, "tag", 3) == 0) {
        add_tags(c, strcmp(o->name, "tagfocus") == 0 || strcmp(o->name, "tagignore") == 0 ? "=" : "");
    } else if (o->group == CPROF_GROUP_FILTERS) {
        add_functions(c);
    }
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
    add_commands(c);
    add_options(c, "=");
    add_types(c);
    try_name(c, "help");
    try_name(c, "quit");
    try_name(c, "o");
}

void cprof_complete(cprof_prompt *prompt, const cprof_session *session) {
    cprof_slice line = cprof_slice_sub(cprof_prompt_line(prompt), 0, prompt->at);
    size_t from = line.len;
    while (from > 0 && line.ptr[from - 1] != ' ')
        from--;
    cprof_slice before = cprof_slice_trim(cprof_slice_sub(line, 0, from));
    cprof_slice word = cprof_slice_sub(line, from, line.len);
    size_t equals = cprof_slice_find(word, '=');
    completion c = {.session = session, .env = session->env, .start = word};
    cprof_arena_init(&c.arena, cprof_env_budget(c.env));
    if (before.len == 0 && equals < word.len) {
        from += equals + 1;
        c.start = cprof_slice_sub(word, equals + 1, word.len);
        add_values(&c, cprof_slice_sub(word, 0, equals));
    } else if (before.len == 0) {
        add_first(&c);
    } else if (cprof_slice_is(before, "help")) {
        add_commands(&c);
        add_options(&c, "");
    } else if (cprof_slice_ends_with(before, ">") || (word.len && word.ptr[0] == '>')) {
        bool joined = word.len && word.ptr[0] == '>';
        from += joined;
        c.start = cprof_slice_sub(word, joined, word.len);
        add_files(&c);
    } else if (cprof_slice_starts_with(before, "tags")) {
        add_tags(&c, "=");
    } else {
        bool ignored = word.len && word.ptr[0] == '-';
        from += ignored;
        c.start = cprof_slice_sub(word, ignored, word.len);
        add_functions(&c);
    }
    sort(&c);
    cprof_prompt_offer(prompt, from, c.found.at, c.found.count);
    cprof_vec_free(c.env, &c.found);
    cprof_arena_deinit(&c.arena);
}
