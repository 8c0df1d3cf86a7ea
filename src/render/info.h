/* info as text, a block of "name: value" lines, and as JSON (docs/json.md). */
#ifndef CPROF_RENDER_INFO_H
#define CPROF_RENDER_INFO_H

#include "base/sink.h"
#include "render/json.h"
#include "report/info.h"

/* Names are always escaped.  source: how the profile is called; packing: "gzip", or NULL; size: bytes of the
 * source, 0: not known. */
void cprof_render_info(const cprof_info *info, cprof_slice source, const char *packing, uint64_t size,
                       cprof_sink *sink);

/* One object for all sources: what stands around them, and one source in it. */
void cprof_json_info_begin(cprof_json *json, cprof_sink *sink);
void cprof_json_info(const cprof_info *info, cprof_slice source, const char *packing, uint64_t size,
                     cprof_json *json);
void cprof_json_info_end(cprof_json *json);

#endif
