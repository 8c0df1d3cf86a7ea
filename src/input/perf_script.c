/* What `perf script` prints: a line for each sample, then its call chain, leaf first, then an empty line.
 *
 *     comm 18162/18165 [001]  1915.289224:    5025125 cpu-clock:u:
 *             2579 geo::Vec::dot+0x25 (inlined)
 *             2579 geo::Sphere::intersect+0x25 (/src/raysim)
 *       sphere.cc:12
 *
 * Each event becomes a sample type of its own, beside the number of samples.
 */
#include "input/frames.h"
#include "input/perf_header.h"
#include "input/producers.h"

enum { LOOK_LINES = 400, EVENTS_MAX = 16 };

typedef struct perf {
    const cprof_env *env;
    cprof_builder *builder;
    cprof_frames frames;
    cprof_strtab dsos;           /* names of files that code was in */
    CPROF_VEC(uint32_t) mapping; /* of a dso; CPROF_NONE: not made yet */
    CPROF_VEC(uint32_t) stack;   /* of the sample being read, leaf first */
    size_t event_count;
    cprof_slice events[EVENTS_MAX]; /* in order of appearance */
    bool periods;                   /* the events' values are given */
    cprof_str comm, pid, tid;       /* keys of labels */
    int64_t first_time, last_time;  /* nanoseconds */
    bool has_time;
} perf;

/* ---- Before the samples: which events there are ---- */

/* A frame's line, in contrast to a sample's: perf puts a tab in front, or other blanks and the address. */
static bool is_chain_line(cprof_slice line) {
    cprof_perf_header h;
    if (line.len == 0 || !cprof_is_blank(line.ptr[0]))
        return false;
    if (line.ptr[0] == '\t')
        return true;
    cprof_slice word = cprof_take_word(&line), digits = word;
    return cprof_take_hex(&digits).len > 0 && digits.len == 0 && !cprof_perf_header_parse(line, &h);
}

static bool note_event(perf *p, cprof_slice event) {
    for (size_t i = 0; i < p->event_count; i++)
        if (cprof_slice_equal(p->events[i], event))
            return true;
    if (p->event_count == EVENTS_MAX)
        return false;
    p->events[p->event_count++] = event;
    return true;
}

static bool parse_header(cprof_slice line, cprof_perf_header *h) {
    return line.len > 0 && line.ptr[0] != '#' && line.ptr[0] != '\t' && cprof_perf_header_parse(line, h);
}

/* True when the first line is a sample's that is neither empty nor a comment. */
static bool is_perf(cprof_slice all) {
    cprof_text text;
    cprof_text_init(&text, all);
    for (int i = 0; i < LOOK_LINES && cprof_text_next(&text); i++) {
        cprof_perf_header h;
        if (text.line.len == 0 || text.line.ptr[0] == '#')
            continue;
        return parse_header(text.line, &h);
    }
    return false;
}

static cprof_parse collect_events(perf *p, cprof_slice all, cprof_error *err) {
    cprof_text text;
    cprof_text_init(&text, all);
    while (cprof_text_next(&text)) {
        cprof_perf_header h;
        if (is_chain_line(text.line) || !parse_header(text.line, &h))
            continue;
        p->periods |= h.has_period;
        if (!note_event(p, h.event))
            return cprof_text_error(&text, err, "more than %d different events", EVENTS_MAX);
    }
    return CPROF_PARSE_OK;
}

static bool is_time(cprof_slice event) {
    return cprof_slice_is(event, "cpu-clock") || cprof_slice_is(event, "task-clock");
}

static bool set_types(perf *p, cprof_error *err) {
    if (!cprof_builder_type(p->builder, CPROF_SLICE("samples"), CPROF_SLICE("count"), err))
        return false;
    for (size_t i = 0; p->periods && i < p->event_count; i++)
        if (!cprof_builder_type(p->builder, p->events[i],
                                is_time(p->events[i]) ? CPROF_SLICE("nanoseconds") : CPROF_SLICE("count"),
                                err))
            return false;
    cprof_profile *profile = cprof_builder_profile(p->builder);
    cprof_slice shown = p->periods ? p->events[0] : CPROF_SLICE("samples");
    return cprof_builder_string(p->builder, shown, &profile->default_type, err) &&
           cprof_builder_string(p->builder, CPROF_SLICE("comm"), &p->comm, err) &&
           cprof_builder_string(p->builder, CPROF_SLICE("pid"), &p->pid, err) &&
           cprof_builder_string(p->builder, CPROF_SLICE("tid"), &p->tid, err);
}

/* ---- Frames ---- */

static bool get_mapping(perf *p, cprof_slice dso, uint32_t *row, cprof_error *err) {
    cprof_str id;
    if (!cprof_strtab_add(&p->dsos, dso, &id))
        return cprof_error_memory(p->env, err);
    while (p->mapping.count <= id)
        if (!cprof_vec_push(p->env, &p->mapping, CPROF_NONE))
            return cprof_error_memory(p->env, err);
    if (p->mapping.at[id] == CPROF_NONE) {
        cprof_mapping mapping = {.has_functions = true};
        if (!cprof_builder_string(p->builder, dso, &mapping.file, err) ||
            !cprof_builder_mapping(p->builder, &mapping, &p->mapping.at[id], err))
            return false;
    }
    *row = p->mapping.at[id];
    return true;
}

/* The text in the parentheses that end s, off s. */
static bool take_parenthesis(cprof_slice *s, cprof_slice *inner) {
    if (!cprof_slice_ends_with(*s, ")"))
        return false;
    size_t depth = 0;
    for (size_t i = s->len; i > 0; i--) {
        depth += s->ptr[i - 1] == ')';
        if (s->ptr[i - 1] == '(' && --depth == 0) {
            if (i < 2 || !cprof_is_blank(s->ptr[i - 2]))
                return false; /* a function's own */
            *inner = cprof_slice_sub(*s, i, s->len - 1);
            *s = cprof_slice_trim(cprof_slice_sub(*s, 0, i - 1));
            return true;
        }
    }
    return false;
}

/* "name+0x1f" -> "name" */
static cprof_slice without_offset(cprof_slice symbol) {
    size_t plus = cprof_slice_rfind(symbol, '+');
    cprof_slice offset = cprof_slice_sub(symbol, plus + 1, symbol.len);
    bool is_offset = plus > 0 && plus < symbol.len && cprof_take(&offset, "0x") &&
                     cprof_take_hex(&offset).len > 0 && offset.len == 0;
    return is_offset ? cprof_slice_sub(symbol, 0, plus) : symbol;
}

static bool set_function(perf *p, cprof_frame *frame, cprof_slice symbol, cprof_slice position,
                         cprof_error *err) {
    cprof_str name, file = 0;
    size_t colon = cprof_slice_rfind(position, ':');
    if (cprof_parse_i64(cprof_slice_sub(position, colon + 1, position.len), &frame->line.line) &&
        !cprof_builder_string(p->builder, cprof_slice_sub(position, 0, colon), &file, err))
        return false;
    return cprof_builder_string(p->builder, symbol, &name, err) &&
           cprof_builder_function(p->builder, name, 0, file, 0, &frame->line.function, err);
}

/* A frame from "ADDRESS SYMBOL+0xOFFSET (DSO)", "ADDRESS SYMBOL (inlined)"; position: "FILE:LINE" or empty.
 * Without a symbol the frame is known by its file alone. */
static bool parse_frame(perf *p, const cprof_text *text, cprof_slice line, cprof_slice position,
                        cprof_frame *frame, cprof_error *err) {
    cprof_slice rest = cprof_slice_trim(line), dso = CPROF_SLICE("");
    cprof_slice digits = cprof_take_hex(&rest);
    if (!cprof_parse_hex(digits, &frame->address) || !(rest.len == 0 || cprof_is_blank(rest.ptr[0]))) {
        cprof_text_error(text, err, "no frame: ADDRESS SYMBOL (FILE) expected");
        return false;
    }
    rest = cprof_slice_trim(rest);
    take_parenthesis(&rest, &dso);
    frame->inlined = cprof_slice_is(dso, "inlined");
    cprof_slice symbol = without_offset(rest);
    bool unknown = symbol.len == 0 || cprof_slice_is(symbol, "[unknown]");
    bool in_file = !frame->inlined && dso.len > 0 && !cprof_slice_is(dso, "[unknown]");
    if (in_file && !get_mapping(p, dso, &frame->mapping, err))
        return false;
    if (unknown && in_file)
        return true;
    return set_function(p, frame, unknown ? CPROF_SLICE("[unknown]") : symbol, position, err);
}

/* lines: a frame's line, with the line of its position where there is one. */
static bool get_frame(perf *p, const cprof_text *text, cprof_slice lines, cprof_slice line,
                      cprof_slice position, cprof_error *err) {
    uint64_t hash;
    uint32_t row = cprof_frames_find(&p->frames, lines, &hash);
    if (row == CPROF_NONE) {
        cprof_frame frame = {
            .text = lines, .mapping = CPROF_NONE, .line = {.function = CPROF_NONE}, .location = CPROF_NONE};
        if (!parse_frame(p, text, line, position, &frame, err) ||
            !cprof_frames_add(&p->frames, &frame, hash, &row, err))
            return false;
    }
    return cprof_vec_push(p->env, &p->stack, row) || cprof_error_memory(p->env, err);
}

/* "  sphere.cc:12", as -F +srcline puts it behind a frame; "(inlined)" may follow. */
static bool parse_position(cprof_slice line, cprof_slice *position, bool *inlined) {
    if (!cprof_slice_starts_with(line, "  ") || line.len < 4 || cprof_is_space(line.ptr[2]))
        return false;
    cprof_slice s = cprof_slice_trim(line), mark = CPROF_SLICE("");
    *inlined = cprof_slice_ends_with(s, " (inlined)") && take_parenthesis(&s, &mark);
    *position = s;
    return true;
}

/* One frame of the chain, with the position that may follow on a line of its own. */
static bool read_frame(perf *p, cprof_text *text, cprof_error *err) {
    cprof_slice line = text->line, position = CPROF_SLICE("");
    cprof_text at = *text, ahead = *text;
    bool inlined = false;
    if (!(cprof_text_next(&ahead) && parse_position(ahead.line, &position, &inlined)))
        return get_frame(p, &at, line, line, position, err);
    cprof_slice lines = cprof_slice_sub(text->all, text->start, ahead.next);
    *text = ahead;
    size_t before = p->frames.at.count;
    if (!get_frame(p, &at, lines, line, position, err))
        return false;
    if (p->frames.at.count > before)
        p->frames.at.at[before].inlined |= inlined;
    return true;
}

/* ---- Samples ---- */

static bool add_sample(perf *p, const cprof_perf_header *h, cprof_error *err) {
    cprof_label labels[3] = {{.key = p->comm}, {.key = p->pid}, {.key = p->tid}};
    cprof_slice tid = h->tid.len > 0 ? h->tid : h->pid;
    int64_t values[1 + EVENTS_MAX] = {1};
    for (size_t i = 0; i < p->event_count; i++)
        if (cprof_slice_equal(p->events[i], h->event))
            values[1 + i] = h->period;
    uint32_t stack, label_set, label_count = 3;
    if (!cprof_builder_string(p->builder, h->comm, &labels[0].text, err) ||
        !cprof_builder_string(p->builder, h->pid, &labels[1].text, err) ||
        !cprof_builder_string(p->builder, tid, &labels[2].text, err))
        return false;
    if (h->tid.len == 0) { /* where perf prints one number, it is the thread's */
        labels[1] = labels[2];
        label_count = 2;
    }
    return cprof_builder_labels(p->builder, labels, label_count, &label_set, err) &&
           cprof_frames_stack(&p->frames, p->stack.at, p->stack.count, &stack, err) &&
           cprof_builder_sample_sum(p->builder, stack, label_set, values, err);
}

static void note_time(perf *p, const cprof_perf_header *h) {
    if (!h->has_time)
        return;
    if (!p->has_time || h->time < p->first_time)
        p->first_time = h->time;
    if (!p->has_time || h->time > p->last_time)
        p->last_time = h->time;
    p->has_time = true;
}

/* A sample whose first line the text stands on. */
static bool read_sample(perf *p, cprof_text *text, const cprof_perf_header *h, cprof_error *err) {
    p->stack.count = 0;
    note_time(p, h);
    cprof_text ahead = *text;
    while (cprof_text_next(&ahead) && cprof_slice_trim(ahead.line).len > 0 && is_chain_line(ahead.line)) {
        *text = ahead;
        if (!read_frame(p, text, err))
            return false;
        ahead = *text;
    }
    /* Without a call chain the only frame stands on the sample's own line; so do a tracepoint's fields. */
    cprof_slice rest = h->rest;
    if (p->stack.count == 0 && cprof_take_hex(&rest).len > 0 && rest.len > 0 && cprof_is_blank(rest.ptr[0]) &&
        !get_frame(p, text, h->rest, h->rest, CPROF_SLICE(""), err))
        return false;
    return add_sample(p, h, err);
}

/* "# cmdline : perf record …" of perf's own header becomes a remark on the profile. */
static bool read_comment(perf *p, cprof_slice line, cprof_error *err) {
    static const char *const names[] = {"hostname", "os release",    "arch",
                                        "cpudesc",  "nrcpus online", "cmdline"};
    size_t colon = cprof_slice_find(line, ':');
    cprof_slice name = cprof_slice_trim(cprof_slice_sub(line, 1, colon));
    cprof_slice value = cprof_slice_trim(cprof_slice_sub(line, colon + 1, line.len));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cprof_slice_is(name, names[i]))
            return cprof_builder_attribute(p->builder, name, value, err);
    return true;
}

static cprof_parse read_lines(perf *p, cprof_slice all, cprof_error *err) {
    cprof_text text;
    cprof_text_init(&text, all);
    for (size_t step = 1; cprof_text_next(&text); step++) {
        cprof_perf_header h;
        cprof_slice line = cprof_slice_trim(text.line);
        if (line.len == 0)
            continue;
        if (line.ptr[0] == '#') {
            if (!read_comment(p, line, err))
                return CPROF_PARSE_MALFORMED;
            continue;
        }
        if (step % 1024 == 0) {
            cprof_progress(p->env, "reading perf script", text.start, all.len);
            if (cprof_stopped(p->env, err))
                return CPROF_PARSE_MALFORMED;
        }
        if (!parse_header(text.line, &h))
            return cprof_text_error(&text, err, "no sample: COMMAND ID TIME: PERIOD EVENT: expected");
        if (!read_sample(p, &text, &h, err))
            return CPROF_PARSE_MALFORMED;
    }
    cprof_profile *profile = cprof_builder_profile(p->builder);
    if (p->has_time)
        profile->duration_nanos = p->last_time - p->first_time;
    return CPROF_PARSE_OK;
}

/* The first mapping is taken for the program: the first file with code that is neither the kernel nor a
 * library. */
static bool find_program(perf *p, cprof_slice all, cprof_error *err) {
    cprof_text text;
    uint32_t row;
    cprof_text_init(&text, all);
    for (int i = 0; i < LOOK_LINES && cprof_text_next(&text); i++) {
        cprof_slice line = cprof_slice_trim(text.line), dso;
        if (take_parenthesis(&line, &dso) && dso.len > 0 && dso.ptr[0] == '/' &&
            !cprof_slice_contains(dso, ".so") && !cprof_slice_ends_with(dso, ".map"))
            return get_mapping(p, dso, &row, err);
    }
    return true;
}

cprof_parse cprof_parse_perf_script(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                    cprof_error *err) {
    perf p = {.env = env};
    if (!is_perf(text))
        return CPROF_PARSE_NOT_MINE;
    p.builder = cprof_builder_new(env, "perf script", err);
    if (!p.builder)
        return CPROF_PARSE_MALFORMED;
    cprof_frames_init(&p.frames, p.builder, env);
    cprof_parse parse = CPROF_PARSE_MALFORMED;
    if (!cprof_strtab_init(&p.dsos, env))
        cprof_error_memory(env, err);
    else
        parse = collect_events(&p, text, err);
    if (parse == CPROF_PARSE_OK && !(set_types(&p, err) && find_program(&p, text, err)))
        parse = CPROF_PARSE_MALFORMED;
    if (parse == CPROF_PARSE_OK)
        parse = read_lines(&p, text, err);
    cprof_strtab_deinit(&p.dsos);
    cprof_frames_deinit(&p.frames);
    cprof_vec_free(env, &p.mapping);
    cprof_vec_free(env, &p.stack);
    if (parse != CPROF_PARSE_OK)
        cprof_builder_free(p.builder);
    else if (!cprof_builder_take(p.builder, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
