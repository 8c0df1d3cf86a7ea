/* The tags report as text. */
#ifndef CPROF_RENDER_TAGS_H
#define CPROF_RENDER_TAGS_H

#include "render/style.h"
#include "report/tags.h"

void cprof_render_tags(const cprof_tags *tags, const cprof_text_style *style, cprof_sink *sink);

#endif
