/* What listings of functions have in common: the total, a title a function, and its sums. */
#ifndef CPROF_RENDER_ROUTINE_H
#define CPROF_RENDER_ROUTINE_H

#include "render/style.h"
#include "report/callgraph.h"

void cprof_routine_total(cprof_slice total, cprof_sink *sink);
/* A value, tinted by its share of the total. */
void cprof_routine_value(const cprof_text_style *style, cprof_sink *sink, cprof_slice text, double percent);
/* The line below the title: flat, cum, and cum's share. */
void cprof_routine_sums(const cprof_text_style *style, cprof_sink *sink, const cprof_amount *flat,
                        const cprof_amount *cum);

#endif
