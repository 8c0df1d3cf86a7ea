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

/* Frames as they are written, each made once: "name;", with the frame's mark. */
typedef struct pieces {
    const cprof_stack_list *list;
    cprof_arena arena;
    cprof_slice *text;  /* by piece: four a frame, one for each mark; ptr NULL: not made yet */
    uint32_t *piece_of; /* by location: its only frame's piece; CPROF_NONE where it has none or more */
} pieces;

static bool pieces_init(pieces *p, const cprof_stack_list *list, cprof_error *err) {
    const cprof_profile *profile = list->stacks.view->profile;
    const cprof_env *env = list->stacks.view->env;
    size_t locations = (size_t)profile->locations.count + 1;
    *p = (pieces){.list = list};
    cprof_arena_init(&p->arena, cprof_env_budget(env));
    p->piece_of = cprof_arena_calloc(&p->arena, locations, sizeof *p->piece_of);
    p->text = cprof_arena_calloc(&p->arena, list->stacks.frames.count * 4 + 4, sizeof *p->text);
    if (!p->piece_of || !p->text || list->stacks.frames.count >= CPROF_NONE / 4)
        return cprof_error_memory(env, err);
    for (uint32_t l = 0; l < profile->locations.count; l++) {
        uint32_t frame = list->stacks.only_frame[l], mapping = profile->locations.mapping[l];
        uint32_t mark = mapping == CPROF_NONE ? CPROF_MARK_NONE : list->mapping_mark[mapping];
        p->piece_of[l] = frame == CPROF_NONE ? CPROF_NONE : frame * 4 + mark;
    }
    return true;
}

static bool make_piece(pieces *p, uint32_t piece, cprof_error *err) {
    static const char *const marks[] = {"", "_[i]", "_[k]", "_[j]"};
    const cprof_env *env = p->list->stacks.view->env;
    cprof_sink text;
    cprof_sink_init_memory(&text, env);
    write_name(&text, p->list->stacks.frames.at[piece / 4].name);
    cprof_sink_puts(&text, marks[piece % 4]);
    cprof_sink_putc(&text, ';');
    bool ok = cprof_sink_finish(&text, err);
    if (ok)
        p->text[piece] = cprof_arena_copy(&p->arena, cprof_sink_bytes(&text));
    cprof_sink_deinit(&text);
    return ok && (p->text[piece].ptr || cprof_error_memory(env, err));
}

/* The frame, behind the one before it (last), whose end may now be written. */
static inline bool write_piece(pieces *p, uint32_t piece, cprof_slice *last, cprof_sink *sink,
                               cprof_error *err) {
    if (!p->text[piece].ptr && !make_piece(p, piece, err))
        return false;
    cprof_sink_slice(sink, *last);
    *last = p->text[piece];
    return true;
}

static bool write_stack(pieces *p, uint32_t stack, cprof_sink *sink, cprof_error *err) {
    const cprof_stacks_model *stacks = &p->list->stacks;
    cprof_slice last = CPROF_SLICE("");
    uint32_t count;
    const uint32_t *locations = cprof_view_frames(stacks->view, stack, &count);
    for (uint32_t i = count; i-- > 0;) {
        uint32_t location = locations[i], piece = p->piece_of[location];
        if (piece != CPROF_NONE) {
            if (!write_piece(p, piece, &last, sink, err))
                return false;
            continue;
        }
        uint32_t first = stacks->first_frame[location], end = stacks->first_frame[location + 1];
        uint32_t mapping = stacks->view->profile->locations.mapping[location];
        for (uint32_t row = end; row-- > first;) {
            uint32_t mark = row + 1 != end          ? CPROF_MARK_INLINED
                            : mapping == CPROF_NONE ? CPROF_MARK_NONE
                                                    : p->list->mapping_mark[mapping];
            if (!write_piece(p, stacks->frame_rows[row] * 4 + mark, &last, sink, err))
                return false;
        }
    }
    if (last.len > 0)
        cprof_sink_write(sink, last.ptr, last.len - 1);
    else
        cprof_sink_puts(sink, "(no stack)");
    return true;
}

bool cprof_render_folded(const cprof_stack_list *list, cprof_sink *sink, cprof_error *err) {
    bool diff = list->stacks.kind == CPROF_STACKS_DIFF;
    pieces p;
    bool ok = pieces_init(&p, list, err);
    for (size_t i = 0; ok && i < list->rows.count; i++) {
        cprof_stack_row row = list->rows.at[i];
        if (row.sum.value == 0 && row.sum.base == 0)
            continue;
        ok = write_stack(&p, row.stack, sink, err);
        if (diff)
            cprof_sink_printf(sink, " %" PRId64, row.sum.base);
        cprof_sink_printf(sink, " %" PRId64 "\n", row.sum.value);
        ok = ok && ((i & 0xfff) != 0 || !cprof_stopped(list->stacks.view->env, err));
    }
    cprof_arena_deinit(&p.arena);
    return ok;
}
