/* Annotated source as text. */
#ifndef CPROF_RENDER_LIST_H
#define CPROF_RENDER_LIST_H

#include "render/style.h"
#include "report/list.h"

void cprof_render_list(const cprof_list *list, const cprof_text_style *style, cprof_sink *sink);

#endif
