/* info as text: a block of "name: value" lines. */
#ifndef CPROF_RENDER_INFO_H
#define CPROF_RENDER_INFO_H

#include "base/sink.h"
#include "report/info.h"

/* Names are always escaped.  source: how the profile is called; packing: "gzip", or NULL; size: bytes of the
 * source, 0: not known. */
void cprof_render_info(const cprof_info *info, cprof_slice source, const char *packing, uint64_t size,
                       cprof_sink *sink);

#endif
