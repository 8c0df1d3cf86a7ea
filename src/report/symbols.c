#include "report/symbols.h"

#include "base/child.h"
#include "symbol/binary.h"
#include "symbol/demangle.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum { READ_SECONDS = 60 };

typedef struct symbol {
    uint64_t start, end;
    cprof_slice name;
} symbol;

typedef struct finder {
    cprof_symbol_set *set;
    cprof_report *report;
    const cprof_graph *graph;
    const cprof_env *env;
    cprof_regex *pattern;
    cprof_child_output output; /* of one binary's child */
    CPROF_VEC(symbol) symbols; /* of one binary, by address */
    CPROF_VEC(uint32_t) nodes; /* all vertices that are shown, by address */
    cprof_idmap files;         /* binaries with a node that the pattern matches, as keys */
    const char *path;
    uint64_t base;
} finder;

static bool no_memory(const finder *f, cprof_error *err) {
    return cprof_error_memory(f->env, err);
}

/* "0x4b5760", "4937568": a pattern that is a number means the function there. */
static void read_address(cprof_symbol_set *set, cprof_slice pattern) {
    char text[32], *end;
    if (pattern.len == 0 || pattern.len >= sizeof text || !isdigit((unsigned char)pattern.ptr[0]))
        return;
    memcpy(text, pattern.ptr, pattern.len);
    text[pattern.len] = 0;
    errno = 0;
    set->address = strtoull(text, &end, 0);
    set->by_address = *end == 0 && errno == 0;
}

static bool collect_nodes(finder *f, cprof_error *err) {
    const cprof_graph *g = f->graph;
    for (uint32_t i = 0; i < g->count; i++)
        if (!cprof_vec_push(f->env, &f->nodes, g->order[i]))
            return no_memory(f, err);
    return true;
}

static int by_address(const void *a, const void *b, void *graph) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint64_t p = cprof_graph_info(graph, x)->address, q = cprof_graph_info(graph, y)->address;
    if (p != q)
        return p < q ? -1 : 1;
    return cprof_node_compare(&((const cprof_graph *)graph)->table, cprof_graph_node(graph, x),
                              cprof_graph_node(graph, y));
}

/* Fills f->files. */
static bool find_files(finder *f, cprof_error *err) {
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(f->env));
    bool ok = true;
    for (size_t i = 0; ok && i < f->nodes.count; i++) {
        uint32_t node = cprof_graph_node(f->graph, f->nodes.at[i]);
        cprof_str file = cprof_graph_info(f->graph, f->nodes.at[i])->objfile;
        if (cprof_idmap_get(&f->files, file) != CPROF_NONE)
            continue;
        cprof_slice name = cprof_node_name_copy(&f->graph->table, node, &scratch);
        ok = name.ptr && (!cprof_regex_match(f->pattern, name) || cprof_idmap_set(&f->files, file, 0));
    }
    cprof_arena_deinit(&scratch);
    return ok || no_memory(f, err);
}

/* The symbol table of a mapping's binary; false only without memory or when it was stopped. */
static bool read_symbols(finder *f, const cprof_mapping *m, uint32_t location, cprof_error *err) {
    cprof_error why = CPROF_ERROR_INIT;
    cprof_binary_job job = {f->report->view->profile, m, f->path, &location, location != CPROF_NONE, false};
    f->symbols.count = 0;
    f->output.count = 0;
    if (!cprof_child_run(cprof_binary_read_symbols, &job, "reading symbols",
                         cprof_binary_limits(READ_SECONDS, f->env), f->env, &f->output, &why)) {
        cprof_note(f->env, "%s", why.message);
        return why.code != CPROF_ERR_MEMORY && why.code != CPROF_ERR_STOPPED;
    }
    cprof_binary_answer answer = {f->output.at, f->output.at + f->output.count, false};
    cprof_binary_take(&answer, &f->base, sizeof f->base);
    while (!answer.broken && answer.at < answer.end) {
        symbol s;
        cprof_binary_take(&answer, &s.start, sizeof s.start);
        cprof_binary_take(&answer, &s.end, sizeof s.end);
        s.name = cprof_binary_take_slice(&answer);
        if (!answer.broken && !cprof_vec_push(f->env, &f->symbols, s))
            return no_memory(f, err);
    }
    return true;
}

/* The form of the name that the pattern matches: as it is, or demangled more or less fully; ptr NULL: none.
 */
static cprof_slice matching_form(finder *f, cprof_slice name) {
    static const cprof_demangle_mode modes[] = {CPROF_DEMANGLE_NONE, CPROF_DEMANGLE_FULL,
                                                CPROF_DEMANGLE_TEMPLATES, CPROF_DEMANGLE_SIMPLE};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        cprof_slice form = cprof_demangle_name(name, modes[i], &f->report->arena);
        if (form.ptr && cprof_regex_match(f->pattern, form))
            return cprof_arena_copy(&f->report->arena, form);
    }
    return (cprof_slice){NULL, 0};
}

/* The names by which symbols [from, to), all at one address, are meant. */
static bool choose_names(finder *f, size_t from, size_t to, cprof_symbol_match *match, cprof_error *err) {
    const symbol *first = &f->symbols.at[from];
    bool here = f->set->by_address && f->set->address - f->base >= first->start &&
                f->set->address - f->base < first->end;
    cprof_slice *names = cprof_arena_calloc(&f->report->arena, to - from, sizeof *names);
    if (!names)
        return no_memory(f, err);
    match->names = names;
    for (size_t i = from; i < to; i++) {
        if (here) {
            names[match->name_count++] = cprof_arena_copy(&f->report->arena, f->symbols.at[i].name);
            continue;
        }
        cprof_slice form = matching_form(f, f->symbols.at[i].name);
        if (form.ptr) {
            names[match->name_count++] = form;
            return true;
        }
    }
    f->set->address_found |= here;
    return true;
}

/* The first of the nodes, by address, that is at or behind the given one. */
static size_t first_node_from(const finder *f, uint64_t address) {
    size_t low = 0;
    for (size_t high = f->nodes.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (cprof_graph_info(f->graph, f->nodes.at[middle])->address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool add_match(finder *f, size_t from, size_t to, cprof_error *err) {
    const symbol *first = &f->symbols.at[from];
    cprof_symbol_match match = {
        .path = f->path, .start = first->start, .end = first->end - 1, .base = f->base};
    size_t low = first_node_from(f, match.start + f->base), high = first_node_from(f, match.end + f->base);
    if (low >= high && !f->set->by_address)
        return true;
    if (!choose_names(f, from, to, &match, err))
        return false;
    if (low >= high || match.name_count == 0)
        return true;
    match.node_count = (uint32_t)(high - low);
    match.nodes = cprof_arena_alloc(&f->report->arena, match.node_count * sizeof *match.nodes);
    if (!match.nodes)
        return no_memory(f, err);
    memcpy(match.nodes, f->nodes.at + low, match.node_count * sizeof *match.nodes);
    return cprof_vec_push(f->env, &f->set->matches, match) || no_memory(f, err);
}

static bool match_symbols(finder *f, cprof_error *err) {
    for (size_t from = 0, to; from < f->symbols.count; from = to) {
        for (to = from + 1; to < f->symbols.count && f->symbols.at[to].start == f->symbols.at[from].start;)
            to++;
        if (!add_match(f, from, to, err))
            return false;
    }
    return true;
}

static bool match_mapping(finder *f, uint32_t row, cprof_error *err) {
    const cprof_profile *p = f->report->view->profile;
    const cprof_mapping *m = &p->mappings[row];
    cprof_slice file = cprof_profile_string(p, m->file);
    bool covers = f->set->by_address && m->start <= f->set->address && f->set->address <= m->limit;
    if (file.len == 0 || memchr(file.ptr, 0, file.len) ||
        (!covers && cprof_idmap_get(&f->files, m->file) == CPROF_NONE))
        return true;
    uint32_t location = 0;
    while (location < p->locations.count && p->locations.mapping[location] != row)
        location++;
    f->path = file.ptr;
    f->base = 0;
    return read_symbols(f, m, location < p->locations.count ? location : CPROF_NONE, err) &&
           match_symbols(f, err);
}

static int by_name(const void *a, const void *b) {
    const cprof_symbol_match *x = a, *y = b;
    int order = cprof_slice_compare(x->names[0], y->names[0]);
    if (order != 0)
        return order;
    return x->start < y->start ? -1 : x->start > y->start;
}

bool cprof_symbol_set_init(cprof_symbol_set *set, cprof_report *report, const cprof_graph *graph,
                           cprof_error *err) {
    finder f = {.set = set, .report = report, .graph = graph, .env = report->view->env};
    *set = (cprof_symbol_set){.env = f.env};
    f.pattern = report->options.symbol;
    cprof_idmap_init(&f.files, cprof_env_budget(f.env));
    read_address(set, cprof_regex_pattern(f.pattern));
    bool ok = collect_nodes(&f, err);
    if (ok && f.nodes.count > 0)
        qsort_r(f.nodes.at, f.nodes.count, sizeof *f.nodes.at, by_address, (void *)(uintptr_t)graph);
    ok = ok && find_files(&f, err);
    for (uint32_t i = 0; ok && i < report->view->profile->mapping_count; i++)
        ok = match_mapping(&f, i, err);
    if (ok && set->matches.count > 0)
        qsort(set->matches.at, set->matches.count, sizeof *set->matches.at, by_name);
    cprof_vec_free(f.env, &f.symbols);
    cprof_vec_free(f.env, &f.nodes);
    cprof_vec_free(f.env, &f.output);
    cprof_idmap_deinit(&f.files);
    return ok;
}

void cprof_symbol_set_deinit(cprof_symbol_set *set) {
    cprof_vec_free(set->env, &set->matches);
}
