/* Tables for spreadsheets, scripts and documents: rows of text and numbers as CSV, TSV or Markdown. */
#ifndef CPROF_RENDER_SHEET_H
#define CPROF_RENDER_SHEET_H

#include "base/sink.h"

typedef enum cprof_sheet_kind {
    CPROF_SHEET_CSV,     /* RFC 4180 */
    CPROF_SHEET_TSV,     /* tabs between, names escaped: no quotes */
    CPROF_SHEET_MARKDOWN /* values as people read them, with their units */
} cprof_sheet_kind;

typedef struct cprof_sheet {
    cprof_sheet_kind kind;
    cprof_sink *sink;
    size_t columns, column;
} cprof_sheet;

/* headings: ends with NULL.  One that begins with '#' is of a column of numbers. */
void cprof_sheet_begin(cprof_sheet *sheet, cprof_sheet_kind kind, const char *const *headings,
                       cprof_sink *sink);

/* The next cell; the last of a row ends it. */
void cprof_sheet_text(cprof_sheet *sheet, cprof_slice text);
/* A value: the number itself, or what people read. */
void cprof_sheet_value(cprof_sheet *sheet, int64_t value, cprof_slice shown);
void cprof_sheet_percent(cprof_sheet *sheet, double percent, cprof_slice shown);

#endif
