/* What the two halves of a flame graph's file share: the data for the script, the picture for everybody
 * else. */
#ifndef CPROF_RENDER_FLAME_PARTS_H
#define CPROF_RENDER_FLAME_PARTS_H

#include "render/flame.h"
#include "render/page.h"

typedef struct cprof_flame_words {
    cprof_page page;
    cprof_slice note; /* what was folded; "" when nothing was */
    uint64_t start;   /* bytes that were in the sink before the file */
} cprof_flame_words;

/* The JSON that the page's script reads. */
bool cprof_flame_write_data(const cprof_flame *flame, const cprof_flame_style *style,
                            const cprof_flame_words *words, cprof_sink *sink, cprof_error *err);

/* The picture without any script: what a viewer shows that runs none.  *height: in px, for
 * cprof_flame_write_picture and the svg element around it. */
int cprof_flame_picture_height(const cprof_flame *flame);
bool cprof_flame_write_picture(const cprof_flame *flame, const cprof_flame_style *style,
                               const cprof_flame_words *words, cprof_sink *sink, cprof_error *err);

#define CPROF_FLAME_WIDTH 1200 /* px of the picture */

#endif
