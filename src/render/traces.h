/* The traces report as text. */
#ifndef CPROF_RENDER_TRACES_H
#define CPROF_RENDER_TRACES_H

#include "render/style.h"
#include "report/traces.h"

void cprof_render_traces(const cprof_traces *traces, const cprof_text_style *style, cprof_sink *sink);

#endif
