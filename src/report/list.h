/* list: source lines of the functions that match, each with what it weighs. */
#ifndef CPROF_REPORT_LIST_H
#define CPROF_REPORT_LIST_H

#include "report/callgraph.h"
#include "report/source.h"

typedef struct cprof_list_line {
    int64_t number;
    int64_t flat, cum;                /* 0: nothing was sampled here */
    double flat_percent, cum_percent; /* of the total, with their sign */
    cprof_slice flat_text, cum_text;  /* "." where 0 */
    cprof_slice text;                 /* without its line end */
} cprof_list_line;

/* The part of a file that a function is in. */
typedef struct cprof_list_file {
    cprof_slice file;  /* as in the profile, cleaned and trimmed */
    cprof_slice path;  /* where it was found; ptr NULL: nowhere */
    cprof_slice error; /* instead of lines */
    cprof_amount flat, cum;
    cprof_list_line *lines;
    uint32_t count;
} cprof_list_file;

typedef struct cprof_list_function {
    cprof_slice name;
    cprof_list_file *files; /* by name; none: the profile does not say where it is */
    uint32_t file_count;
} cprof_list_function;

typedef struct cprof_list {
    cprof_report *report; /* borrowed; owns the text but that of the sources */
    cprof_graph *graph;
    cprof_source_search *sources;
    cprof_slice total;
    cprof_list_function *functions; /* by name */
    uint32_t count;
    bool sparse; /* files that are not found have the lines with samples, without text */
} cprof_list;

/* Functions whose name matches options.symbol.  The view's granularity should be lines.  Whether or not it
 * succeeds, cprof_list_deinit is to be called. */
bool cprof_list_init(cprof_list *list, cprof_report *report, cprof_error *err);
bool cprof_list_init_sparse(cprof_list *list, cprof_report *report, cprof_error *err);
void cprof_list_deinit(cprof_list *list);

#endif
