/* weblist: the source of the functions that match, each line with its weight and its machine code. */
#ifndef CPROF_REPORT_WEBLIST_H
#define CPROF_REPORT_WEBLIST_H

#include "report/disasm.h"
#include "report/list.h"

typedef struct cprof_weblist_line {
    const cprof_list_line *source;
    double flat_share, cum_share; /* 0 … 1: of the heaviest line of all, without their sign */
    bool hot;                     /* among the heavy ones of its function */
    const cprof_disasm_line *const *code;
    uint32_t code_count;
} cprof_weblist_line;

/* A function in one file. */
typedef struct cprof_weblist_section {
    const cprof_list_function *function;
    const cprof_list_file *file; /* NULL: the profile does not say where it is */
    cprof_weblist_line *lines;   /* of file, where it was not found only those with samples */
    uint32_t line_count;
} cprof_weblist_section;

typedef struct cprof_weblist {
    cprof_report *report; /* borrowed */
    cprof_view code_view; /* the report's, told apart by address */
    cprof_report code_report;
    cprof_list list;
    cprof_disasm_report disasm;
    cprof_weblist_section *sections; /* heaviest first */
    uint32_t section_count;
    const cprof_disasm_function **loose; /* machine code without lines of the sections */
    uint32_t loose_count;
    cprof_slice missing; /* why the first of the sources was not found; "": all were */
    uint32_t missing_count;
} cprof_weblist;

/* The view's granularity should be lines.  tools: as for disasm.  Binaries that are not there leave their
 * lines without machine code.  Whether or not it succeeds, cprof_weblist_deinit is to be called. */
bool cprof_weblist_init(cprof_weblist *weblist, cprof_report *report, const char *tools, cprof_error *err);
void cprof_weblist_deinit(cprof_weblist *weblist);

#endif
