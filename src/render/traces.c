#include "render/traces.h"

#define VALUE_WIDTH 10
#define SEPARATOR   "-----------+-------------------------------------------------------\n"

/* The lines of a location as they stand in every stack: made when it is met first, then copied. */
typedef struct frame_text {
    size_t from, len; /* in the writer's texts; len 0: not made yet, or nothing is shown */
} frame_text;

typedef struct trace_writer {
    const cprof_traces *traces;
    const cprof_text_style *style;
    cprof_sink *sink;
    cprof_sink texts;
    frame_text *frames; /* by location */
} trace_writer;

static void make_frame(trace_writer *writer, uint32_t location, frame_text *frame) {
    const cprof_node_table *table = &writer->traces->nodes;
    uint32_t count = cprof_node_count(table, location);
    frame->from = writer->texts.count;
    for (uint32_t i = 0; i < count; i++) {
        cprof_sink_pad(&writer->texts, VALUE_WIDTH + 3);
        cprof_style_name(writer->style, &writer->texts,
                         writer->traces->names[cprof_node_at(table, location, i)]);
        cprof_sink_puts(&writer->texts, i + 1 < count ? " (inline)\n" : "\n");
    }
    frame->len = writer->texts.count - frame->from;
}

static void put_trace(trace_writer *writer, const cprof_trace *trace) {
    cprof_sink *sink = writer->sink;
    char buffer[CPROF_LABEL_MAX];
    cprof_slice value = cprof_report_value(writer->traces->report, trace->value, buffer);
    cprof_style_line(writer->style, sink, CPROF_TINT_FAINT, SEPARATOR);
    for (uint32_t i = 0; i < trace->labels->count; i++) {
        cprof_style_name(writer->style, sink, trace->labels->at[i].line);
        cprof_sink_putc(sink, '\n');
    }
    cprof_style_begin(writer->style, sink, CPROF_TINT_TITLE);
    cprof_sink_right(sink, value, VALUE_WIDTH);
    cprof_style_end(writer->style, sink, CPROF_TINT_TITLE);
    /* The value takes the place of the first line's room for it. */
    size_t skip = VALUE_WIDTH;
    for (uint32_t i = 0; i < trace->frame_count; i++) {
        frame_text *frame = &writer->frames[trace->frames[i]];
        if (frame->len == 0)
            make_frame(writer, trace->frames[i], frame);
        if (frame->len == 0)
            continue;
        cprof_sink_write(sink, writer->texts.buffer + frame->from + skip, frame->len - skip);
        skip = 0;
    }
}

void cprof_render_traces(const cprof_traces *traces, const cprof_text_style *style, cprof_sink *sink) {
    const cprof_view *view = traces->report->view;
    cprof_arena arena;
    cprof_arena_init(&arena, cprof_env_budget(view->env));
    trace_writer writer = {.traces = traces, .style = style, .sink = sink};
    cprof_sink_init_memory(&writer.texts, view->env);
    writer.frames =
        cprof_arena_calloc(&arena, (size_t)view->profile->locations.count + 1, sizeof *writer.frames);
    cprof_style_lines(style, sink, traces->lines.at.at, traces->lines.at.count);
    if (traces->lines.at.count == 0)
        cprof_sink_putc(sink, '\n');
    if (!writer.frames)
        cprof_error_memory(view->env, &writer.texts.error);
    uint32_t count = cprof_traces_count(traces);
    for (uint32_t i = 0; i < count && writer.texts.error.code == CPROF_OK; i++) {
        cprof_trace trace;
        if (i % 4096 == 0 && cprof_stopped(view->env, &writer.texts.error))
            break;
        if (cprof_traces_get(traces, i, &trace))
            put_trace(&writer, &trace);
    }
    if (writer.texts.error.code == CPROF_OK)
        cprof_style_line(style, sink, CPROF_TINT_FAINT, SEPARATOR);
    else
        cprof_sink_fail(sink, &writer.texts.error);
    cprof_sink_deinit(&writer.texts);
    cprof_arena_deinit(&arena);
}
