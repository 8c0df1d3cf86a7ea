/* Columns out of tabs. */
#ifndef CPROF_RENDER_TABS_H
#define CPROF_RENDER_TABS_H

#include "base/sink.h"

/* Writes text with each cell that ends with a tab right-aligned in its column.  A column reaches over lines
 * that follow each other and all have that cell; it is as wide as its widest cell (in characters) and
 * `padding` spaces.  What follows a line's last tab is no cell.  False without memory. */
bool cprof_tabs_write(cprof_slice text, int padding, const cprof_env *env, cprof_sink *sink);

#endif
