/* The file format of callgrind's viewers. */
#ifndef CPROF_RENDER_CALLGRIND_H
#define CPROF_RENDER_CALLGRIND_H

#include "render/style.h"
#include "report/callgrind.h"

/* Line breaks and NUL in names are escaped always, other control characters with style->escape. False (and
 * err) without memory for the table of names. */
bool cprof_render_callgrind(const cprof_callgrind *callgrind, const cprof_text_style *style, cprof_sink *sink,
                            cprof_error *err);

#endif
