/* Listings: source and machine code, line by line with what each weighs. */
#include "tui/fold.h"

#include "app/reports.h"
#include "report/disasm.h"
#include "report/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Rows of a listing from which on no other function is begun. */
enum { LINES_MAX = 50000 };

/* --- heat --- */

static double size_of(const cprof_share *share) {
    return fabs((double)share->value);
}

static double part_of(double size, double most) {
    return most > 0 ? size / most : 0;
}

static cprof_heat heat_of(double part) {
    return part == 0     ? CPROF_HEAT_NONE
           : part >= 0.5 ? CPROF_HEAT_HOT
           : part >= 0.1 ? CPROF_HEAT_WARM
                         : CPROF_HEAT_LOW;
}

/* What the lines from row `first` on weigh, against the heaviest of them.  A line is hot for its flat or for
 * its cum; bars show both on one scale, but for instructions: few of them are calls, and those would leave
 * the others no room. */
static void warm(cprof_fold *fold, size_t first, bool is_code) {
    double flat = 0, cum = 0;
    for (size_t i = first; i < fold->rows.count; i++) {
        const cprof_fold_row *row = &fold->rows.at[i];
        if (row->part != CPROF_PART_LINE)
            continue;
        int columns = snprintf(NULL, 0, is_code ? CPROF_ADDRESS_FORMAT : CPROF_LINE_FORMAT, row->number);
        fold->number_columns = columns > fold->number_columns ? columns : fold->number_columns;
        flat = fmax(flat, size_of(&row->flat));
        cum = fmax(cum, size_of(&row->cum));
    }
    double scale = is_code && flat > 0 ? flat : fmax(flat, cum);
    for (size_t i = first; i < fold->rows.count; i++) {
        cprof_fold_row *row = &fold->rows.at[i];
        if (row->part != CPROF_PART_LINE)
            continue;
        row->heat = heat_of(fmax(part_of(size_of(&row->flat), flat), part_of(size_of(&row->cum), cum)));
        row->flat_share = (float)part_of(size_of(&row->flat), scale);
        row->cum_share = is_code ? row->flat_share : (float)part_of(size_of(&row->cum), scale);
    }
}

/* --- source --- */

/* With spaces up to each fourth column for its tabs: Go's sources are narrow enough then. */
static bool keep_source(cprof_fold *fold, cprof_slice line, cprof_slice *kept) {
    enum { TAB = 4 };
    size_t tabs = 0, n = 0;
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    for (size_t i = 0; i < line.len; i++)
        tabs += line.ptr[i] == '\t';
    char *out = cprof_arena_alloc(&fold->arena, line.len + tabs * (TAB - 1) + 1);
    if (!out)
        return false;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '\t')
            do
                out[n++] = ' ';
            while (n % TAB);
        else
            out[n++] = line.ptr[i];
    *kept = (cprof_slice){out, n};
    return true;
}

static bool add_source_line(cprof_fold *fold, const cprof_list_line *line, cprof_slice function,
                            cprof_error *err) {
    cprof_fold_row row = {.part = CPROF_PART_LINE,
                          .caller = CPROF_NONE,
                          .function = function,
                          .number = (uint64_t)line->number,
                          .flat = {.value = line->flat},
                          .cum = {.value = line->cum}};
    bool ok = cprof_fold_keep(fold, line->flat_text, &row.flat.text) &&
              cprof_fold_keep(fold, line->cum_text, &row.cum.text) &&
              keep_source(fold, line->text, &row.name);
    return ok ? cprof_fold_add(fold, row, err) : cprof_error_memory(fold->env, err);
}

/* Why there is no text, and what helps. */
static bool add_missing(cprof_fold *fold, const cprof_list_file *file, cprof_error *err) {
    return cprof_fold_add_note(fold, file->error, err) &&
           cprof_fold_add_note(fold,
                               CPROF_SLICE("It was looked for there and in the folders above, in $GOROOT and "
                                           "in Go's module cache. source_path=FOLDER at the prompt names "
                                           "another folder, trim_path=PREFIX what to leave out of the name. "
                                           "These are the lines with samples:"),
                               err);
}

static bool add_source_file(cprof_fold *fold, const cprof_list_file *file, cprof_slice function,
                            cprof_error *err) {
    cprof_fold_row heading = {
        .part = CPROF_PART_HEADING, .caller = CPROF_NONE, .name = function, .function = function};
    if (!cprof_fold_keep(fold, file->path.ptr ? file->path : file->file, &heading.place) ||
        !cprof_fold_keep_amount(fold, &file->flat, &heading.flat) ||
        !cprof_fold_keep_amount(fold, &file->cum, &heading.cum))
        return cprof_error_memory(fold->env, err);
    if (!cprof_fold_add(fold, heading, err) || (!file->path.ptr && !add_missing(fold, file, err)))
        return false;
    size_t first = fold->rows.count;
    for (uint32_t i = 0; i < file->count; i++)
        if (!add_source_line(fold, &file->lines[i], function, err))
            return false;
    warm(fold, first, false);
    return true;
}

static bool add_source_function(cprof_fold *fold, const cprof_list_function *function, cprof_error *err) {
    cprof_slice name;
    if (!cprof_fold_keep(fold, function->name, &name))
        return cprof_error_memory(fold->env, err);
    for (uint32_t i = 0; i < function->file_count; i++)
        if (!add_source_file(fold, &function->files[i], name, err))
            return false;
    if (function->file_count > 0)
        return true;
    cprof_fold_row heading = {.part = CPROF_PART_HEADING,
                              .caller = CPROF_NONE,
                              .name = name,
                              .function = name,
                              .place = CPROF_SLICE("")};
    return cprof_fold_add(fold, heading, err) &&
           cprof_fold_add_note(fold, CPROF_SLICE("The profile does not say which file the function is in."),
                               err);
}

/* What does not fit is counted. */
static bool add_left_out(cprof_fold *fold, size_t count, cprof_error *err) {
    char text[120];
    snprintf(text, sizeof text, "… and %zu more function%s: a narrower pattern shows them", count,
             count == 1 ? "" : "s");
    return count == 0 || cprof_fold_add_note(fold, cprof_slice_of(text), err);
}

bool cprof_fold_source(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_list list;
    (void)sink;
    bool ok =
        cprof_list_init_sparse(&list, job->report, err) && cprof_fold_keep_total(fold, job->report, err);
    uint32_t i = 0;
    for (; ok && i < list.count && fold->rows.count < LINES_MAX; i++)
        ok = add_source_function(fold, &list.functions[i], err);
    ok = ok && add_left_out(fold, list.count - i, err);
    cprof_list_deinit(&list);
    return ok;
}

/* --- machine code --- */

/* "FUNCTION FILE:LINE"; the function's own name is known from the heading. */
static cprof_slice short_place(const cprof_disasm_line *line, cprof_slice function) {
    cprof_slice place = line->place;
    if (function.len && place.len > function.len && memcmp(place.ptr, function.ptr, function.len) == 0 &&
        place.ptr[function.len] == ' ')
        return cprof_slice_sub(place, function.len + 1, place.len);
    return place;
}

/* Where the instructions that follow come from, and the source itself where it is there. */
static bool add_place(cprof_fold *fold, cprof_source_search *sources, const cprof_disasm_line *line,
                      cprof_slice function, cprof_error *err) {
    cprof_fold_row row = {.part = CPROF_PART_PLACE, .caller = CPROF_NONE, .function = function};
    cprof_slice text = CPROF_SLICE("");
    if (line->file.len) {
        const cprof_source_text *source = cprof_source_search_get(sources, line->file, err);
        if (!source)
            return false;
        cprof_source_line(source, line->line, &text);
    }
    if (!cprof_fold_keep(fold, short_place(line, function), &row.name) ||
        !keep_source(fold, cprof_slice_trim(text), &row.place))
        return cprof_error_memory(fold->env, err);
    return cprof_fold_add(fold, row, err);
}

static bool add_instruction(cprof_fold *fold, cprof_source_search *sources, const cprof_disasm_line *line,
                            cprof_slice function, cprof_error *err) {
    if (line->place.len && !add_place(fold, sources, line, function, err))
        return false;
    cprof_fold_row row = {
        .part = CPROF_PART_LINE, .caller = CPROF_NONE, .function = function, .number = line->address};
    if (!cprof_fold_keep_amount(fold, &line->flat, &row.flat) ||
        !cprof_fold_keep_amount(fold, &line->cum, &row.cum) || !keep_source(fold, line->text, &row.name))
        return cprof_error_memory(fold->env, err);
    return cprof_fold_add(fold, row, err);
}

static bool add_code(cprof_fold *fold, cprof_source_search *sources, const cprof_disasm_function *function,
                     cprof_error *err) {
    cprof_fold_row heading = {.part = CPROF_PART_HEADING, .caller = CPROF_NONE, .place = CPROF_SLICE("")};
    if (!cprof_fold_keep(fold, function->names[0], &heading.name) ||
        !cprof_fold_keep_amount(fold, &function->flat, &heading.flat) ||
        !cprof_fold_keep_amount(fold, &function->cum, &heading.cum))
        return cprof_error_memory(fold->env, err);
    heading.function = heading.name;
    size_t first = fold->rows.count;
    bool ok = cprof_fold_add(fold, heading, err);
    for (uint32_t i = 0; ok && i < function->line_count; i++)
        ok = add_instruction(fold, sources, &function->lines[i], heading.name, err);
    warm(fold, first, true);
    return ok;
}

bool cprof_fold_disasm(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_error why = CPROF_ERROR_INIT;
    cprof_disasm_report disasm;
    bool ok;
    (void)sink;
    char *tools = cprof_job_tools(job, &ok, err);
    if (!ok)
        return false;
    /* That the text of a line is not there needs no remark: the place says enough. */
    cprof_env quiet = *fold->env;
    quiet.note = NULL;
    cprof_source_search *sources = cprof_source_search_new(job->report->options.source_path,
                                                           job->report->options.trim_path, &quiet, err);
    if (!sources) {
        free(tools);
        return false;
    }
    bool found = cprof_disasm_report_init(&disasm, job->report, tools, &why);
    bool can_tell = why.code != CPROF_ERR_MEMORY && why.code != CPROF_ERR_STOPPED;
    if (!found && !can_tell && err)
        *err = why;
    ok = (found || can_tell) && cprof_fold_keep_total(fold, job->report, err);
    if (ok && !found)
        ok = cprof_fold_add_note(fold, cprof_slice_of(why.message), err);
    size_t i = 0, count = found ? disasm.functions.count : 0;
    for (; ok && i < count && fold->rows.count < LINES_MAX; i++)
        ok = add_code(fold, sources, &disasm.functions.at[i], err);
    ok = ok && add_left_out(fold, count - i, err);
    cprof_source_search_free(sources);
    cprof_disasm_report_deinit(&disasm);
    free(tools);
    return ok;
}
