#include "render/comments.h"

void cprof_render_comments(const cprof_view *view, const cprof_text_style *style, cprof_sink *sink) {
    const cprof_profile *p = view->profile;
    for (uint32_t i = 0; i < p->comment_count; i++) {
        cprof_slice comment = cprof_profile_string(p, p->comments[i]);
        cprof_style_lines(style, sink, &comment, 1);
    }
}
