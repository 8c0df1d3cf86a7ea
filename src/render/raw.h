/* raw: the whole profile in text, table by table. */
#ifndef CPROF_RENDER_RAW_H
#define CPROF_RENDER_RAW_H

#include "render/style.h"
#include "transform/view.h"

void cprof_render_raw(const cprof_view *view, const cprof_text_style *style, cprof_sink *sink);

#endif
