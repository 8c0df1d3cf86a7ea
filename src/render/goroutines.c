#include "render/goroutines.h"

#include "base/utf8.h"
#include <inttypes.h>

enum { FUNCTION_WIDTH = 64 }; /* columns that a function's name may push its file to the right */

static cprof_slice text_of(const cprof_goroutines *g, cprof_str id) {
    return cprof_strtab_get(&g->stacks.strings, id);
}

static const cprof_goroutine_frame *frame_of(const cprof_goroutines *g, const cprof_goroutine_group *group,
                                             uint32_t i) {
    const cprof_goroutine_stack *stack = &g->stacks.stacks.at[group->stack];
    return &g->stacks.frames.at[g->stacks.frame_rows.at[stack->first + i]];
}

static void put_goroutines(int64_t count, cprof_sink *sink) {
    cprof_sink_printf(sink, "%" PRId64 " goroutine%s", count, count == 1 ? "" : "s");
}

static void put_groups(uint32_t count, cprof_sink *sink) {
    cprof_sink_printf(sink, " in %" PRIu32 " group%s", count, count == 1 ? "" : "s");
}

static size_t function_columns(const cprof_goroutines *g, const cprof_goroutine_frame *frame) {
    return cprof_utf8_columns(text_of(g, frame->function)) + (frame->inlined ? sizeof " (inline)" - 1 : 0);
}

static void put_stack(const cprof_goroutines *g, const cprof_goroutine_group *group,
                      const cprof_text_style *style, cprof_sink *sink) {
    uint32_t count = g->stacks.stacks.at[group->stack].count;
    size_t width = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t columns = function_columns(g, frame_of(g, group, i));
        if (columns > width && columns <= FUNCTION_WIDTH)
            width = columns;
    }
    for (uint32_t i = 0; i < count; i++) {
        const cprof_goroutine_frame *frame = frame_of(g, group, i);
        cprof_sink_puts(sink, "        ");
        cprof_style_name(style, sink, text_of(g, frame->function));
        if (frame->inlined)
            cprof_sink_puts(sink, " (inline)");
        if (frame->file != 0) {
            cprof_sink_pad(sink, (long)width - (long)function_columns(g, frame) + 2);
            if (function_columns(g, frame) > width)
                cprof_sink_puts(sink, "  ");
            cprof_style_begin(style, sink, CPROF_TINT_FAINT);
            cprof_style_name(style, sink, text_of(g, frame->file));
            cprof_sink_printf(sink, ":%" PRId64, frame->line);
            cprof_style_end(style, sink, CPROF_TINT_FAINT);
        }
        cprof_sink_putc(sink, '\n');
    }
}

/* "2 min", "2 → 5 min"; wait: the longest (or the median) of each dump. */
static void put_wait(const char *what, const cprof_goroutines *g, const double wait[], cprof_sink *sink) {
    if (g->dumps == 1 || wait[0] == wait[1])
        cprof_sink_printf(sink, ", %s %g min", what, wait[0]);
    else
        cprof_sink_printf(sink, ", %s %g → %g min", what, wait[0], wait[1]);
}

/* A dump that has none of the group's goroutines shows the other one's waits. */
static void put_waits(const cprof_goroutines *g, const cprof_goroutine_group *group, cprof_sink *sink) {
    double longest[CPROF_GOROUTINE_DUMPS], median[CPROF_GOROUTINE_DUMPS];
    int64_t locked = 0;
    bool waits = false;
    for (int i = 0; i < CPROF_GOROUTINE_DUMPS; i++) {
        const cprof_goroutine_side *side = &group->side[group->side[i].count ? i : !i];
        longest[i] = (double)side->longest;
        median[i] = side->median;
        waits |= side->longest > 0;
        locked = side->locked > locked ? side->locked : locked;
    }
    if (waits) {
        put_wait("waiting up to", g, longest, sink);
        put_wait("median", g, median, sink);
    }
    if (locked)
        cprof_sink_printf(sink, ", %" PRId64 " locked to thread", locked);
}

static void put_counts(const cprof_goroutines *g, const cprof_goroutine_group *group,
                       const cprof_text_style *style, cprof_sink *sink) {
    int64_t left = group->side[0].count, right = group->side[1].count;
    cprof_tint tint = cprof_style_weight(style, group->percent);
    cprof_style_begin(style, sink, tint);
    if (g->dumps == 2 && left && right)
        cprof_sink_printf(sink, "%" PRId64 " → %" PRId64 " (%+" PRId64 ")", left, right, right - left);
    else
        cprof_sink_printf(sink, "%5" PRId64, left ? left : right);
    cprof_style_end(style, sink, tint);
    cprof_sink_puts(sink, "  ");
}

static void put_examples(const cprof_goroutine_side *side, const char *where, const cprof_text_style *style,
                         cprof_sink *sink) {
    if (side->id_count == 0)
        return;
    cprof_style_begin(style, sink, CPROF_TINT_FAINT);
    cprof_sink_printf(sink, "       %s%s ", side->count == 1 ? "goroutine" : "goroutines", where);
    for (uint32_t i = 0; i < side->id_count; i++)
        cprof_sink_printf(sink, "%s%" PRIu64, i ? ", " : "", side->ids[i]);
    if (side->count > side->id_count)
        cprof_sink_printf(sink, " and %" PRId64 " more", side->count - side->id_count);
    cprof_style_end(style, sink, CPROF_TINT_FAINT);
    cprof_sink_putc(sink, '\n');
}

static void put_group(const cprof_goroutines *g, const cprof_goroutine_group *group,
                      const cprof_text_style *style, cprof_sink *sink) {
    cprof_sink_putc(sink, '\n');
    put_counts(g, group, style, sink);
    cprof_style_begin(style, sink, CPROF_TINT_TITLE);
    if (group->state)
        cprof_style_name(style, sink, text_of(g, group->state));
    else
        cprof_sink_puts(sink, "state not known");
    cprof_style_end(style, sink, CPROF_TINT_TITLE);
    put_waits(g, group, sink);
    cprof_sink_putc(sink, '\n');
    if (group->creator_count) {
        cprof_style_begin(style, sink, CPROF_TINT_FAINT);
        cprof_sink_puts(sink, "       created by ");
        cprof_style_name(style, sink, text_of(g, group->creator));
        if (group->creator_count > 1)
            cprof_sink_printf(sink, " and %" PRIu32 " more", group->creator_count - 1);
        cprof_style_end(style, sink, CPROF_TINT_FAINT);
        cprof_sink_putc(sink, '\n');
    }
    bool both = group->side[0].count && group->side[1].count;
    put_examples(&group->side[0], both ? ", left:" : "", style, sink);
    put_examples(&group->side[1], both ? ", right:" : "", style, sink);
    put_stack(g, group, style, sink);
}

static void put_section(const cprof_goroutines *g, cprof_goroutine_section section,
                        const cprof_text_style *style, cprof_sink *sink) {
    const cprof_goroutine_sum *sum = &g->sections[section];
    for (uint32_t i = 0; i < sum->kept; i++)
        put_group(g, &g->groups.at[sum->first + i], style, sink);
    if (sum->kept < sum->groups)
        cprof_sink_printf(sink, "\n… and %" PRIu32 " more group%s\n", sum->groups - sum->kept,
                          sum->groups - sum->kept == 1 ? "" : "s");
}

static void put_two(const cprof_goroutines *g, const cprof_text_style *style, cprof_sink *sink) {
    static const char *const titles[] = {"Only left", "In both", "Only right"};
    for (int i = 0; i < CPROF_GOROUTINE_DUMPS; i++) {
        cprof_sink_puts(sink, i ? "Right: " : "Left:  ");
        put_goroutines(g->total[i], sink);
        cprof_sink_putc(sink, '\n');
    }
    for (int i = 0; i < CPROF_GOROUTINE_SECTIONS; i++) {
        const cprof_goroutine_sum *sum = &g->sections[i];
        cprof_sink_putc(sink, '\n');
        cprof_style_begin(style, sink, CPROF_TINT_TITLE);
        cprof_sink_printf(sink, "%s: ", titles[i]);
        if (i == CPROF_GOROUTINES_BOTH)
            cprof_sink_printf(sink, "%" PRId64 " → ", sum->count[0]);
        put_goroutines(sum->count[i != CPROF_GOROUTINES_LEFT], sink);
        put_groups(sum->groups, sink);
        cprof_style_end(style, sink, CPROF_TINT_TITLE);
        cprof_sink_putc(sink, '\n');
        put_section(g, (cprof_goroutine_section)i, style, sink);
    }
}

void cprof_render_goroutines(const cprof_goroutines *g, const cprof_text_style *style, cprof_sink *sink) {
    if (g->dumps == 2) {
        put_two(g, style, sink);
        return;
    }
    const cprof_goroutine_sum *sum = &g->sections[CPROF_GOROUTINES_LEFT];
    if (sum->count[0] != g->total[0])
        cprof_sink_printf(sink, "%" PRId64 " of ", sum->count[0]);
    put_goroutines(g->total[0], sink);
    put_groups(sum->groups, sink);
    cprof_sink_putc(sink, '\n');
    put_section(g, CPROF_GOROUTINES_LEFT, style, sink);
}

/* --- JSON --- */

static void put_json_side(const cprof_goroutine_side *side, cprof_json *json) {
    cprof_json_row(json);
    cprof_json_put_int(json, "count", side->count);
    cprof_json_put_int(json, "longest_wait_minutes", side->longest);
    cprof_json_put_number(json, "median_wait_minutes", side->median);
    cprof_json_put_int(json, "locked", side->locked);
    cprof_json_put_array(json, "goroutines");
    for (uint32_t i = 0; i < side->id_count; i++)
        cprof_json_int(json, (int64_t)side->ids[i]);
    cprof_json_end(json);
    cprof_json_end(json);
}

static void put_json_group(const cprof_goroutines *g, const cprof_goroutine_group *group, const char *section,
                           cprof_json *json) {
    cprof_json_object(json);
    if (g->dumps == 2)
        cprof_json_put_string(json, "in", cprof_slice_of(section));
    cprof_json_put_string(json, "state", text_of(g, group->state));
    cprof_json_put_string(json, "created_by", text_of(g, group->creator));
    cprof_json_put_int(json, "creators", group->creator_count);
    cprof_json_put_array(json, "dumps");
    for (uint32_t i = 0; i < g->dumps; i++)
        put_json_side(&group->side[i], json);
    cprof_json_end(json);
    cprof_json_put_array(json, "stack");
    for (uint32_t i = 0; i < g->stacks.stacks.at[group->stack].count; i++) {
        const cprof_goroutine_frame *frame = frame_of(g, group, i);
        cprof_json_row(json);
        cprof_json_put_string(json, "function", text_of(g, frame->function));
        cprof_json_put_string(json, "file", text_of(g, frame->file));
        cprof_json_put_int(json, "line", frame->line);
        cprof_json_put_bool(json, "inlined", frame->inlined);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_end(json);
}

void cprof_json_goroutines(const cprof_goroutines *g, cprof_json *json) {
    static const char *const sections[] = {"left", "both", "right"};
    cprof_json_put_array(json, "dumps");
    for (uint32_t i = 0; i < g->dumps; i++) {
        cprof_json_row(json);
        cprof_json_put_int(json, "goroutines", g->total[i]);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_put_array(json, "groups");
    for (int section = 0; section < CPROF_GOROUTINE_SECTIONS; section++) {
        const cprof_goroutine_sum *sum = &g->sections[section];
        for (uint32_t i = 0; i < sum->kept; i++)
            put_json_group(g, &g->groups.at[sum->first + i], sections[section], json);
    }
    cprof_json_end(json);
}
