/* weblist's page: one self-contained HTML file. */
#ifndef CPROF_RENDER_WEBLIST_H
#define CPROF_RENDER_WEBLIST_H

#include "base/sink.h"
#include "report/weblist.h"

/* Errors of the sink stay in the sink; false for want of memory. */
bool cprof_render_weblist(const cprof_weblist *weblist, cprof_sink *sink, cprof_error *err);

#endif
