/* Which frames belong to the profiler or the allocator, and not to the program: regular expressions that
 * pprof has always set for profiles of the older formats. */
#ifndef CPROF_INPUT_LEGACY_FRAMES_H
#define CPROF_INPUT_LEGACY_FRAMES_H

#include "profile/builder.h"

/* Sets drop_frames and keep_frames by the sample types. */
bool cprof_legacy_frames(cprof_builder *builder, cprof_error *err);

#endif
