/* What pictures in files have in common: words about the profile, style sheets, data and script. */
#ifndef CPROF_RENDER_PAGE_H
#define CPROF_RENDER_PAGE_H

#include "base/sink.h"
#include "render/assets.h"
#include "render/json.h"
#include "report/report.h"

typedef struct cprof_page {
    bool html; /* a page instead of an SVG file */
    const cprof_asset *script;
    cprof_slice title; /* "orderd: cpu" */
    cprof_slice about; /* the header's lines in one: "Type: cpu · Time: …" */
    cprof_lines lines; /* the header: borrowed from the report, the vector from its maker */
} cprof_page;

/* Title, about and lines, of the report; remark stands behind the title ("difference"), or is "".  Free the
 * lines' vector, whether or not it succeeds. */
bool cprof_page_words(cprof_page *page, cprof_report *report, const char *remark, cprof_error *err);

/* The picture has width × height px and the viewBox; svg_style is for it alone.  What follows is the
 * picture's elements; in SVG they stand in <g id=…>, in HTML in an <svg> with a <g id=…>. */
void cprof_page_begin(const cprof_page *page, const char *id, double width, double height,
                      const cprof_asset *style, const char *svg_style, cprof_sink *sink);
/* Ends the picture and begins the JSON for the script. */
void cprof_page_data(const cprof_page *page, cprof_sink *sink);
/* Ends the JSON, and the file. */
void cprof_page_end(const cprof_page *page, cprof_sink *sink);

/* A page without a picture: what follows is the body's elements. */
void cprof_page_begin_body(const cprof_page *page, const cprof_asset *style, cprof_sink *sink);
void cprof_page_end_body(const cprof_page *page, cprof_sink *sink);

/* Keys of the page's data that every script reads: title, about, lines. */
void cprof_page_write_words(const cprof_page *page, cprof_json *json);

#endif
