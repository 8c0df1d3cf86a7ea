/* A view as profile.proto. */
#ifndef CPROF_RENDER_PROTO_H
#define CPROF_RENDER_PROTO_H

#include "base/sink.h"
#include "transform/view.h"

/* Writes the samples that are left, with the frames, lines, labels and details that the view shows; values
 * times ratio, cut to whole numbers (0 or 1: as they are).  All mappings, locations and functions are
 * written, with the ids that they have.  Strings stand in order of first use, so equal views give equal
 * bytes.  Written in pieces: no more than one of them is held. */
bool cprof_render_proto(const cprof_view *view, double ratio, cprof_sink *sink, bool gzip, cprof_error *err);

#endif
