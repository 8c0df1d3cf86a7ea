/* Columns out of tabs. */
#ifndef CPROF_RENDER_TABS_H
#define CPROF_RENDER_TABS_H

#include "base/sink.h"

/* Writes text with each cell that ends with a tab right-aligned in its column.  A column reaches over lines
 * that follow each other and all have that cell; it is as wide as its widest cell (in characters) and
 * `padding` spaces.  What follows a line's last tab is no cell.  With `tinted` the sequences that
 * cprof_style_begin writes take no room.  False without memory. */
bool cprof_tabs_write(cprof_slice text, int padding, bool tinted, const cprof_env *env, cprof_sink *sink);

#endif
