/* disasm: machine code, each instruction with the samples that fell on it.
 *
 * The view is to tell nodes apart by address, without inlined calls.  Functions are chosen by the report's
 * symbol: a pattern of names, or the address of one.
 */
#ifndef CPROF_REPORT_DISASM_H
#define CPROF_REPORT_DISASM_H

#include "report/callgraph.h"

typedef struct cprof_disasm_line {
    uint64_t address; /* in the binary */
    cprof_slice text;
    cprof_slice place;          /* "FUNCTION FILE:LINE" where it differs from the line before; else "" */
    cprof_slice function, file; /* that place, the file with its folders; "" where it is not known */
    int64_t line;
    cprof_amount flat, cum; /* text "." where there is none */
} cprof_disasm_line;

typedef struct cprof_disasm_function {
    const cprof_slice *names; /* the first is the one that was matched */
    uint32_t name_count;
    cprof_amount flat, cum;
    cprof_disasm_line *lines;
    uint32_t line_count;
} cprof_disasm_function;

typedef struct cprof_disasm_report {
    cprof_report *report; /* borrowed; owns the text */
    cprof_graph *graph;
    cprof_slice total;
    CPROF_VEC(cprof_disasm_function) functions; /* by name */
} cprof_disasm_report;

/* tools: as in cprof_disasm_options; may be NULL.  Whether or not it succeeds, cprof_disasm_report_deinit
 * is to be called. */
bool cprof_disasm_report_init(cprof_disasm_report *disasm, cprof_report *report, const char *tools,
                              cprof_error *err);
void cprof_disasm_report_deinit(cprof_disasm_report *disasm);

#endif
