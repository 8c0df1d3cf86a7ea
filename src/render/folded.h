/* Stacks for other tools. */
#ifndef CPROF_RENDER_FOLDED_H
#define CPROF_RENDER_FOLDED_H

#include "base/sink.h"
#include "report/stack_list.h"

/* One stack a line, "root;caller;leaf VALUE"; of a difference "… BEFORE AFTER".  Marks of frames: _[i]
 * inlined, _[k] kernel, _[j] compiled at run time. */
bool cprof_render_folded(const cprof_stack_list *list, cprof_sink *sink, cprof_error *err);

/* https://www.speedscope.app/file-format-schema.json: one sampled profile for each of the sample types, the
 * one that is shown first in sight.  False for want of memory. */
bool cprof_render_speedscope(const cprof_stack_list *list, cprof_sink *sink, cprof_error *err);

#endif
