#include "render/traces.h"

#include "base/ordered.h"
#include "base/threads.h"

#define VALUE_WIDTH 10
#define SEPARATOR   "-----------+-------------------------------------------------------\n"
#define INLINED     " (inline)\n"

enum {
    PIECE = 128,              /* samples that a thread formats at a time: some hundred kilobytes */
    SAMPLES_PER_THREAD = 2048 /* fewer are not worth a thread */
};

/* What one thread formats with. */
typedef struct formatter {
    cprof_trace_labels labels;
    cprof_node_stack stack;
} formatter;

typedef struct trace_writer {
    const cprof_traces *traces;
    const cprof_text_style *style;
    /* The nodes' lines as they stand in every stack, one behind the other; that of node n is
     * [lines[n], lines[n + 1]), and ends with a newline. */
    cprof_sink text;
    size_t *lines;
    formatter *formatters; /* one a thread */
} trace_writer;

static bool make_lines(trace_writer *w) {
    size_t count = w->traces->nodes.infos.count;
    for (size_t i = 0; i < count; i++) {
        w->lines[i] = w->text.count;
        cprof_sink_pad(&w->text, VALUE_WIDTH + 3);
        cprof_style_name(w->style, &w->text, w->traces->names[i]);
        cprof_sink_putc(&w->text, '\n');
    }
    w->lines[count] = w->text.count;
    return w->text.error.code == CPROF_OK;
}

/* The lines of the formatter's stack, but for the first `skip` bytes. */
static void put_stack(const trace_writer *w, const cprof_node_stack *stack, size_t skip, cprof_sink *out) {
    const size_t *lines = w->lines;
    enum { AHEAD = 8, LINE = 64 }; /* nodes; bytes that are fetched at once */
    for (size_t i = 0; i < stack->nodes.count; i++) {
        if (i + AHEAD < stack->nodes.count) {
            const char *text = w->text.buffer + lines[stack->nodes.at[i + AHEAD] & CPROF_NODE_MASK];
            __builtin_prefetch(text);
            __builtin_prefetch(text + LINE);
        }
        uint32_t node = stack->nodes.at[i] & CPROF_NODE_MASK;
        bool inlined = stack->nodes.at[i] & CPROF_NODE_INLINED;
        cprof_sink_write(out, w->text.buffer + lines[node] + skip,
                         lines[node + 1] - lines[node] - skip - inlined);
        if (inlined)
            cprof_sink_write(out, INLINED, sizeof INLINED - 1);
        skip = 0;
    }
}

static bool put_trace(const trace_writer *w, formatter *f, const cprof_trace *trace, cprof_sink *out) {
    char buffer[CPROF_LABEL_MAX];
    cprof_slice value = cprof_report_value(w->traces->report, trace->value, buffer);
    if (!cprof_traces_label(w->traces, trace->sample, &f->labels) ||
        !cprof_node_stack_fill(&f->stack, &w->traces->nodes, trace->frames, trace->frame_count))
        return cprof_error_memory(w->traces->report->view->env, &out->error);
    cprof_style_line(w->style, out, CPROF_TINT_FAINT, SEPARATOR);
    for (size_t i = 0; i < f->labels.at.count; i++) {
        cprof_style_name(w->style, out, f->labels.at.at[i]);
        cprof_sink_putc(out, '\n');
    }
    cprof_style_begin(w->style, out, CPROF_TINT_TITLE);
    cprof_sink_right(out, value, VALUE_WIDTH);
    cprof_style_end(w->style, out, CPROF_TINT_TITLE);
    /* The value takes the place of the first line's room for it. */
    put_stack(w, &f->stack, VALUE_WIDTH, out);
    return true;
}

static bool put_piece(void *context, unsigned thread, uint32_t piece, cprof_sink *out) {
    const trace_writer *w = context;
    formatter *f = &w->formatters[thread];
    uint32_t count = cprof_traces_count(w->traces), from = piece * PIECE;
    uint32_t to = count - from < PIECE ? count : from + PIECE;
    bool ok = !cprof_stopped(w->traces->report->view->env, &out->error);
    for (uint32_t i = from; ok && i < to; i++) {
        cprof_trace trace;
        if (cprof_traces_get(w->traces, i, &trace))
            ok = put_trace(w, f, &trace, out);
    }
    return ok;
}

static void put_all(trace_writer *w, cprof_sink *sink) {
    const cprof_env *env = w->traces->report->view->env;
    formatter formatters[CPROF_THREADS_MAX];
    uint32_t count = cprof_traces_count(w->traces);
    unsigned threads = cprof_threads_count(count, SAMPLES_PER_THREAD);
    w->formatters = formatters;
    for (unsigned i = 0; i < threads; i++) {
        cprof_trace_labels_init(&formatters[i].labels, env);
        formatters[i].stack = (cprof_node_stack){.env = env};
    }
    cprof_sink_ordered(sink, (uint32_t)(((uint64_t)count + PIECE - 1) / PIECE), threads, put_piece, w, env);
    for (unsigned i = 0; i < threads; i++) {
        cprof_trace_labels_deinit(&formatters[i].labels);
        cprof_node_stack_deinit(&formatters[i].stack);
    }
}

static void fail_memory(const cprof_env *env, cprof_sink *sink) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_error_memory(env, &err);
    cprof_sink_fail(sink, &err);
}

void cprof_render_traces(const cprof_traces *traces, const cprof_text_style *style, cprof_sink *sink) {
    const cprof_env *env = traces->report->view->env;
    cprof_arena arena;
    cprof_arena_init(&arena, cprof_env_budget(env));
    trace_writer w = {.traces = traces, .style = style};
    cprof_sink_init_memory(&w.text, env);
    w.lines = cprof_arena_calloc(&arena, traces->nodes.infos.count + 1, sizeof *w.lines);
    cprof_style_lines(style, sink, traces->lines.at.at, traces->lines.at.count);
    if (traces->lines.at.count == 0)
        cprof_sink_putc(sink, '\n');
    if (w.lines && make_lines(&w))
        put_all(&w, sink);
    else
        fail_memory(env, sink);
    if (sink->error.code == CPROF_OK)
        cprof_style_line(style, sink, CPROF_TINT_FAINT, SEPARATOR);
    cprof_sink_deinit(&w.text);
    cprof_arena_deinit(&arena);
}
