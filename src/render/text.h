/* Reports as plain text, in the layout that people (and their scripts) know. */
#ifndef CPROF_RENDER_TEXT_H
#define CPROF_RENDER_TEXT_H

#include "render/style.h"
#include "report/top.h"
#include "report/tree.h"

void cprof_render_top(const cprof_top *top, const cprof_text_style *style, cprof_sink *sink);
void cprof_render_tree(const cprof_tree *tree, const cprof_text_style *style, cprof_sink *sink);

#endif
