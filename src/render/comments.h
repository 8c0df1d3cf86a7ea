/* The profile's comments, one a line. */
#ifndef CPROF_RENDER_COMMENTS_H
#define CPROF_RENDER_COMMENTS_H

#include "render/style.h"
#include "transform/view.h"

void cprof_render_comments(const cprof_view *view, const cprof_text_style *style, cprof_sink *sink);

#endif
