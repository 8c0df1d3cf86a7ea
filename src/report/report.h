/* What every report has in common: the view it reads, how values are shown, the header lines.
 *
 * A report module turns a view into a view model: plain structs in the order in which they are to be shown,
 * with every number computed (percentages too).  The renderers only lay them out; text, JSON, curses and
 * HTML show the same model.
 */
#ifndef CPROF_REPORT_REPORT_H
#define CPROF_REPORT_REPORT_H

#include "base/regex.h"
#include "measure/measure.h"
#include "transform/view.h"

typedef struct cprof_report_options {
    bool cum_sort, call_tree, drop_negative, compact_labels, intel_syntax;
    double ratio;                        /* values are shown times this (1 / divide_by) */
    long node_count;                     /* 0: all */
    double node_fraction, edge_fraction; /* of the total; 0: none is left out */
    cprof_slice unit;                    /* asked for: "minimum", "auto", "ms", … */
    cprof_regex *symbol;                 /* peek, list, disasm, weblist; else NULL. Borrowed. */
    cprof_slice source_path, trim_path;  /* ':'-separated lists */
    const cprof_slice *active_filters;   /* "focus=main", as the header shows them */
    uint32_t active_filter_count;
    const cprof_label_units *label_units; /* of the view's profile, borrowed; NULL: the report finds them */
} cprof_report_options;

typedef struct cprof_report {
    const cprof_view *view; /* borrowed */
    cprof_report_options options;
    const cprof_label_units *label_units; /* the options', or its own */
    cprof_label_units own_units;
    int64_t total;                        /* what percentages are of, in the sample unit */
    cprof_slice sample_type, sample_unit; /* "mean_" in front where means are shown */
    cprof_slice unit;                     /* values are shown in this: options.unit, or what suits them */
    cprof_arena arena;                    /* the model's memory: lives as long as the report */
} cprof_report;

/* The total of a view's samples: the sum of absolute values (divided, for means); only of the base's samples
 * where some are labelled pprof::base.  Taken before or after filtering, as relative_percentages says. */
bool cprof_report_total(const cprof_view *view, int64_t *total, cprof_error *err);

/* view and what options point to are borrowed.  Whether or not it succeeds, cprof_report_deinit is to be
 * called. */
bool cprof_report_init(cprof_report *report, const cprof_view *view, const cprof_report_options *options,
                       int64_t total, cprof_error *err);
void cprof_report_deinit(cprof_report *report);

/* A value as the report shows it: scaled by ratio, in report->unit. */
cprof_slice cprof_report_value(const cprof_report *report, int64_t value, char buffer[CPROF_LABEL_MAX]);

/* The parts one behind the other, in the report's arena; ptr NULL without memory. */
cprof_slice cprof_report_join(cprof_report *report, const cprof_slice *parts, size_t count);

/* Header lines, in order; the text is the report's arena's.  Free the vector with cprof_vec_free. */
typedef struct cprof_lines {
    CPROF_VEC(cprof_slice) at;
} cprof_lines;

/* "File: …", "Build ID: …", comments, "Type: …", "Doc: …", "Time: …", "Duration: …" as far as they are known.
 */
bool cprof_report_profile_lines(cprof_report *report, cprof_lines *lines, cprof_error *err);

#endif
