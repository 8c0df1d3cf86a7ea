#include "render/folded.h"

#include <inttypes.h>

/* A frame's name without what ends a frame or a line. */
static void write_name(cprof_sink *sink, cprof_slice name) {
    size_t from = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        const char *instead = c == ';'    ? ":"
                              : c == '\n' ? "\\x0a"
                              : c == '\r' ? "\\x0d"
                              : c == '\0' ? "\\x00"
                                          : NULL;
        if (!instead)
            continue;
        cprof_sink_write(sink, name.ptr + from, i - from);
        cprof_sink_puts(sink, instead);
        from = i + 1;
    }
    cprof_sink_slice(sink, cprof_slice_sub(name, from, name.len));
}

static void write_stack(const cprof_stack_list *list, uint32_t stack, cprof_sink *sink) {
    static const char *const marks[] = {"", "_[i]", "_[k]", "_[j]"};
    cprof_stack_walk walk = cprof_stack_walk_of(list->stacks.view, stack);
    uint32_t frame;
    cprof_frame_mark mark;
    bool any = false;
    while (cprof_stack_list_next(list, &walk, &frame, &mark)) {
        if (any)
            cprof_sink_putc(sink, ';');
        write_name(sink, list->stacks.frames.at[frame].name);
        cprof_sink_puts(sink, marks[mark]);
        any = true;
    }
    if (!any)
        cprof_sink_puts(sink, "(no stack)");
}

void cprof_render_folded(const cprof_stack_list *list, cprof_sink *sink) {
    bool diff = list->stacks.kind == CPROF_STACKS_DIFF;
    for (size_t i = 0; i < list->rows.count; i++) {
        cprof_stack_row row = list->rows.at[i];
        if (row.sum.value == 0 && row.sum.base == 0)
            continue;
        write_stack(list, row.stack, sink);
        if (diff)
            cprof_sink_printf(sink, " %" PRId64, row.sum.base);
        cprof_sink_printf(sink, " %" PRId64 "\n", row.sum.value);
    }
}
