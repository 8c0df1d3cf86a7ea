#include "report/list.h"

#include <stdlib.h>

#define MARGIN 5 /* lines shown around those that were sampled */

/* What was sampled on one line of one function. */
typedef struct place {
    cprof_slice name, file;
    int64_t line, start_line;
    int64_t flat, cum;
} place;

typedef struct places {
    CPROF_VEC(place) at;
} places;

static int compare_places(const void *left, const void *right) {
    const place *a = left, *b = right;
    int order = cprof_slice_compare(a->name, b->name);
    if (order == 0)
        order = cprof_slice_compare(a->file, b->file);
    if (order)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->start_line < b->start_line ? -1 : a->start_line > b->start_line;
}

/* The shown vertices whose function matches, in order; a name is matched once. */
static bool find_places(cprof_list *list, places *found) {
    const cprof_graph *g = list->graph;
    const cprof_env *env = list->report->view->env;
    cprof_idmap matches;
    cprof_idmap_init(&matches, cprof_env_budget(env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < g->count; i++) {
        uint32_t v = g->order[i];
        const cprof_node_info *info = cprof_graph_info(g, v);
        cprof_slice name = cprof_graph_string(g, info->name);
        uint32_t match = cprof_idmap_get(&matches, info->name);
        if (match == CPROF_NONE) {
            match = cprof_regex_match(list->report->options.symbol, name);
            ok = cprof_idmap_set(&matches, info->name, match);
        }
        place p = {name,     cprof_graph_string(g, info->file), info->line, info->start_line, g->flat[v],
                   g->cum[v]};
        if (match)
            ok = ok && cprof_vec_push(env, &found->at, p);
    }
    cprof_idmap_deinit(&matches);
    if (ok && found->at.count > 1)
        qsort(found->at.at, found->at.count, sizeof *found->at.at, compare_places);
    return ok;
}

/* From the first line of the function, or MARGIN lines before the first sample, to MARGIN after the last;
 * none (*last < *first) where no file can have the lines. */
static void line_range(const place *p, size_t count, int64_t *first, int64_t *last) {
    *first = INT64_MAX;
    *last = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t line = p[i].line, start = p[i].start_line;
        if (line < -MARGIN || line > INT64_MAX - MARGIN)
            continue;
        if (start == 0)
            start = line - MARGIN;
        *first = start < *first ? start : *first;
        *last = line + MARGIN > *last ? line + MARGIN : *last;
    }
    if (*first < 1)
        *first = 1;
}

static bool value_or_dot(cprof_report *report, int64_t value, cprof_slice *text) {
    char buffer[CPROF_LABEL_MAX];
    *text = CPROF_SLICE(".");
    if (value == 0)
        return true;
    const cprof_slice label = cprof_report_value(report, value, buffer);
    *text = cprof_report_join(report, &label, 1);
    return text->ptr != NULL;
}

/* Sums up the places of the line, from *next on. */
static bool add_amounts(cprof_report *report, const place *p, size_t count, size_t *next,
                        cprof_list_line *line) {
    bool clipped = false;
    for (; *next < count && p[*next].line == line->number; (*next)++) {
        cprof_i64_add(&line->flat, p[*next].flat, &clipped);
        cprof_i64_add(&line->cum, p[*next].cum, &clipped);
    }
    if (report->total) {
        line->flat_percent = (double)line->flat / (double)report->total * 100;
        line->cum_percent = (double)line->cum / (double)report->total * 100;
    }
    return value_or_dot(report, line->flat, &line->flat_text) &&
           value_or_dot(report, line->cum, &line->cum_text);
}

/* The lines with samples, of a file that is not there. */
static bool add_sparse_lines(cprof_list *list, const place *p, size_t count, cprof_list_file *file) {
    file->lines = cprof_arena_calloc(&list->report->arena, count, sizeof *file->lines);
    if (!file->lines)
        return false;
    for (size_t next = 0; next < count;) {
        cprof_list_line *line = &file->lines[file->count++];
        *line = (cprof_list_line){.number = p[next].line, .text = CPROF_SLICE("")};
        if (!add_amounts(list->report, p, count, &next, line))
            return false;
    }
    return true;
}

/* places: of one file, ascending; first, last: from line_range. */
static bool add_lines(cprof_list *list, const cprof_source_text *source, const place *p, size_t count,
                      int64_t first, int64_t last, cprof_list_file *file) {
    if (last > (int64_t)source->lines.count)
        last = (int64_t)source->lines.count;
    size_t room = last >= first ? (size_t)(last - first + 1) : 0;
    file->lines = cprof_arena_calloc(&list->report->arena, room + 1, sizeof *file->lines);
    if (!file->lines)
        return false;
    size_t next = 0;
    for (int64_t number = first; number <= last; number++) {
        cprof_list_line *line = &file->lines[file->count++];
        line->number = number;
        cprof_source_line(source, number, &line->text);
        while (next < count && p[next].line < number)
            next++;
        if (!add_amounts(list->report, p, count, &next, line))
            return false;
    }
    return true;
}

/* Looks for the file and takes what is shown of it. */
static bool add_source(cprof_list *list, const place *p, size_t count, cprof_list_file *file,
                       cprof_error *err) {
    int64_t first, last;
    line_range(p, count, &first, &last);
    bool looks = last >= first || list->sparse; /* else only what is known of the file is shown */
    const cprof_source_text *source = looks ? cprof_source_search_get(list->sources, p->file, err)
                                            : cprof_source_search_known(list->sources, p->file);
    if (!source)
        return !looks;
    file->path = source->path;
    file->error = source->path.ptr ? CPROF_SLICE("") : source->error;
    bool ok = source->path.ptr ? add_lines(list, source, p, count, first, last, file)
                               : !list->sparse || add_sparse_lines(list, p, count, file);
    return ok || cprof_error_memory(list->report->view->env, err);
}

static bool add_file(cprof_list *list, const place *p, size_t count, cprof_list_file *file,
                     cprof_error *err) {
    cprof_report *report = list->report;
    int64_t flat = 0, cum = 0;
    bool clipped = false;
    for (size_t i = 0; i < count; i++) {
        cprof_i64_add(&flat, p[i].flat, &clipped);
        cprof_i64_add(&cum, p[i].cum, &clipped);
    }
    file->file = p->file;
    if (!cprof_report_amount(report, flat, report->total, &file->flat) ||
        !cprof_report_amount(report, cum, report->total, &file->cum))
        return cprof_error_memory(report->view->env, err);
    return add_source(list, p, count, file, err);
}

/* How many of the places from p on are in its function (and file). */
static size_t same_run(const place *p, size_t count, bool file_too) {
    size_t n = 1;
    while (n < count && cprof_slice_equal(p[n].name, p->name) &&
           (!file_too || cprof_slice_equal(p[n].file, p->file)))
        n++;
    return n;
}

static bool add_function(cprof_list *list, const place *p, size_t count, cprof_error *err) {
    cprof_list_function *function = &list->functions[list->count++];
    function->name = p->name;
    function->files = cprof_arena_calloc(&list->report->arena, count, sizeof *function->files);
    if (!function->files)
        return cprof_error_memory(list->report->view->env, err);
    for (size_t i = 0, n; i < count; i += n) {
        n = same_run(p + i, count - i, true);
        if (p[i].file.len && !add_file(list, p + i, n, &function->files[function->file_count++], err))
            return false;
    }
    return true;
}

static bool add_functions(cprof_list *list, const places *found, cprof_error *err) {
    cprof_report *report = list->report;
    cprof_slice pattern = cprof_regex_pattern(report->options.symbol);
    char total[CPROF_LABEL_MAX];
    if (found->at.count == 0)
        return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "no matches found for regexp: %.*s",
                               CPROF_SLICE_ARG(pattern));
    const cprof_slice label = cprof_report_value(report, report->total, total);
    list->total = cprof_report_join(report, &label, 1);
    list->functions = cprof_arena_calloc(&report->arena, found->at.count, sizeof *list->functions);
    if (!list->total.ptr || !list->functions)
        return cprof_error_memory(report->view->env, err);
    for (size_t i = 0, n; i < found->at.count; i += n) {
        n = same_run(found->at.at + i, found->at.count - i, false);
        if (!add_function(list, found->at.at + i, n, err))
            return false;
    }
    return true;
}

static bool init(cprof_list *list, cprof_report *report, bool sparse, cprof_error *err) {
    const cprof_report_options *o = &report->options;
    const cprof_env *env = report->view->env;
    cprof_graph_options options = {
        .nodes = {.keep_objfile = true, .trim_path = o->trim_path, .source_path = o->source_path},
        .drop_negative = o->drop_negative,
        .unordered = true,
    };
    places found = {0};
    *list = (cprof_list){.report = report, .sparse = sparse};
    list->graph = cprof_graph_new(report->view, &options, err);
    list->sources = list->graph ? cprof_source_search_new(o->source_path, o->trim_path, env, err) : NULL;
    bool ok = list->sources && (find_places(list, &found) || cprof_error_memory(env, err)) &&
              add_functions(list, &found, err);
    cprof_vec_free(env, &found.at);
    return ok;
}

bool cprof_list_init(cprof_list *list, cprof_report *report, cprof_error *err) {
    return init(list, report, false, err);
}

bool cprof_list_init_sparse(cprof_list *list, cprof_report *report, cprof_error *err) {
    return init(list, report, true, err);
}

void cprof_list_deinit(cprof_list *list) {
    cprof_source_search_free(list->sources);
    cprof_graph_free(list->graph);
    list->sources = NULL;
    list->graph = NULL;
}
