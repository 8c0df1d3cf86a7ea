/* Goroutine dumps: debug=2, panics, SIGQUIT.
 *
 *     goroutine 18 [chan receive, 2 minutes]:
 *     net/http.(*persistConn).writeLoop(0xc000403e60)
 *     	net/http/transport.go:2392 +0xf5
 *     created by net/http.(*Transport).dialConn in goroutine 7
 *     	net/http/transport.go:1752 +0x1791
 *
 * It becomes a profile of counts: one sample for equal stacks with equal labels, whose members are the
 * goroutines' ids.  Anything else in the text (a log in front, registers, "exit status 2") is passed over,
 * but for what says why the program died.
 */
#include "input/go_formats.h"
#include "input/go_header.h"
#include "input/go_stacks.h"

/* Two lines of a goroutine, read; equal ones are read once. */
typedef struct dump_frame {
    cprof_slice name, position; /* as in the text, without arguments and offsets.  Borrowed. */
    cprof_line line;
    uint64_t address;
    uint32_t location; /* row of the location that has this line alone; CPROF_NONE: not made */
} dump_frame;

typedef struct dump_labels {
    cprof_slice header, creator; /* borrowed */
    uint32_t row;
} dump_labels;

typedef struct dump_step {
    uint32_t frame;
    bool inlined;
} dump_step;

typedef struct dump {
    const cprof_env *env;
    cprof_builder *builder;
    cprof_text lines;
    size_t prefix_fields; /* words and blanks in front of every line, told by their blanks */
    uint32_t mapping;     /* row */
    cprof_str state_key, wait_key, creator_key, locked_key, bubble_key, minutes, thread;

    CPROF_VEC(dump_frame) frames;
    cprof_index frame_index;
    CPROF_VEC(dump_labels) labels;
    cprof_index label_index;

    bool open; /* a goroutine has begun: */
    cprof_go_header header;
    cprof_slice creator;
    bool ancestors; /* what follows are the stacks of its creators */
    CPROF_VEC(dump_step) steps;
    CPROF_VEC(uint32_t) locations;
    CPROF_VEC(cprof_line) inlined;
    cprof_go_labels label_list;

    unsigned told; /* a bit for each reason that was given */
    bool truncated;
} dump;

static const char elided_name[] = "[frames elided]";
static const char unavailable_name[] = "[stack unavailable]";

static void dump_deinit(dump *d) {
    cprof_vec_free(d->env, &d->frames);
    cprof_vec_free(d->env, &d->labels);
    cprof_vec_free(d->env, &d->steps);
    cprof_vec_free(d->env, &d->locations);
    cprof_vec_free(d->env, &d->inlined);
    cprof_vec_free(d->env, &d->label_list.at);
    cprof_index_deinit(&d->frame_index);
    cprof_index_deinit(&d->label_index);
}

static bool dump_init(dump *d, const cprof_env *env, cprof_error *err) {
    *d = (dump){.env = env, .builder = cprof_builder_new(env, "Go goroutine dump", err)};
    cprof_index_init(&d->frame_index, cprof_env_budget(env));
    cprof_index_init(&d->label_index, cprof_env_budget(env));
    const struct {
        const char *text;
        cprof_str *id;
    } strings[] = {{"state", &d->state_key},   {"wait", &d->wait_key},     {"created_by", &d->creator_key},
                   {"locked", &d->locked_key}, {"bubble", &d->bubble_key}, {"minutes", &d->minutes},
                   {"thread", &d->thread}};
    if (!d->builder || !cprof_go_mapping(d->builder, true, &d->mapping, err) ||
        !cprof_builder_type(d->builder, CPROF_SLICE("goroutine"), CPROF_SLICE("count"), err))
        return false;
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (!cprof_builder_string(d->builder, cprof_slice_of(strings[i].text), strings[i].id, err))
            return false;
    cprof_profile *p = cprof_builder_profile(d->builder);
    p->period_type = (cprof_value_type){0};
    p->period = 1;
    return cprof_builder_string(d->builder, CPROF_SLICE("goroutine"), &p->period_type.type, err) &&
           cprof_builder_string(d->builder, CPROF_SLICE("count"), &p->period_type.unit, err);
}

/* Lines of a log: "2026-11-21T02:47:34Z stderr F goroutine 18 [select]:". */
static cprof_slice without_prefix(const dump *d, cprof_slice line) {
    for (size_t fields = d->prefix_fields; fields > 0 && line.len > 0; fields--) {
        size_t n = 0;
        while (n < line.len && line.ptr[n] != ' ' && line.ptr[n] != '\t')
            n++;
        line = cprof_slice_sub(line, n + 1, line.len);
    }
    return line;
}

static bool next_line(dump *d, cprof_slice *line) {
    if (!cprof_text_next(&d->lines))
        return false;
    *line = d->prefix_fields ? without_prefix(d, d->lines.line) : d->lines.line;
    return true;
}

static bool is_position(cprof_slice line) {
    return line.len > 0 && (line.ptr[0] == '\t' || line.ptr[0] == ' ');
}

/* "\tnet/http/transport.go:2392 +0xf5 fp=0xc000038fb0 sp=0xc000038f90 pc=0x439a16" -> file and line, and the
 * address where it is given; *whole: the line's end is there. */
static cprof_slice read_position(cprof_slice line, uint64_t *address, bool *whole) {
    line = cprof_slice_trim(line);
    *address = 0;
    size_t end = line.len, plus = cprof_slice_rfind(line, '+');
    *whole = false;
    if (plus > 0 && plus + 2 < line.len && memcmp(line.ptr + plus - 1, " +0x", 4) == 0) {
        end = plus - 1;
        *whole = true;
    }
    size_t pc = cprof_slice_rfind(line, 'p');
    cprof_slice rest = cprof_slice_sub(line, pc, line.len);
    if (cprof_take(&rest, "pc=") && cprof_go_take_address(&rest, address) && rest.len == 0) {
        *whole = true;
        size_t frame = cprof_slice_find_slice(line, CPROF_SLICE(" fp=0x"));
        if (end == line.len)
            end = frame < line.len ? frame : pc > 0 ? pc - 1 : 0;
        if (*address > 0)
            (*address)--; /* the call in front of the return address */
    }
    return cprof_slice_sub(line, 0, end);
}

static bool find_frame(dump *d, cprof_slice name, cprof_slice position, uint64_t address, uint32_t *row,
                       cprof_error *err) {
    uint64_t hash = cprof_hash_bytes(name.ptr, name.len) * 31 + cprof_hash_bytes(position.ptr, position.len);
    hash ^= cprof_hash_u64(address);
    cprof_index_probe probe = cprof_index_start(&d->frame_index, hash);
    while (cprof_index_next(&d->frame_index, &probe, row)) {
        const dump_frame *f = &d->frames.at[*row];
        if (f->address == address && cprof_slice_equal(f->name, name) &&
            cprof_slice_equal(f->position, position))
            return true;
    }
    dump_frame frame = {.name = name, .position = position, .address = address, .location = CPROF_NONE};
    cprof_slice file;
    cprof_str name_id, file_id;
    cprof_go_split_position(position, &file, &frame.line.line);
    if (!cprof_builder_string(d->builder, name, &name_id, err) ||
        !cprof_builder_string(d->builder, file, &file_id, err) ||
        !cprof_builder_function(d->builder, name_id, name_id, file_id, 0, &frame.line.function, err))
        return false;
    *row = (uint32_t)d->frames.count;
    if (*row >= UINT32_MAX - 2 || !cprof_vec_push(d->env, &d->frames, frame) ||
        !cprof_index_insert(&d->frame_index, hash, *row))
        return cprof_error_memory(d->env, err);
    return true;
}

static bool add_step(dump *d, cprof_slice name, cprof_slice position, uint64_t address, bool inlined,
                     cprof_error *err) {
    dump_step step = {.inlined = inlined};
    if (!find_frame(d, name, position, address, &step.frame, err))
        return false;
    return cprof_vec_push(d->env, &d->steps, step) || cprof_error_memory(d->env, err);
}

/* Steps [from, to) are one location: calls inlined into the last of them. */
static bool add_location(dump *d, size_t from, size_t to, cprof_error *err) {
    dump_frame *first = &d->frames.at[d->steps.at[from].frame],
               *last = &d->frames.at[d->steps.at[to - 1].frame];
    bool single = to - from == 1;
    uint32_t row = single ? first->location : CPROF_NONE;
    if (row == CPROF_NONE) {
        d->inlined.count = 0;
        for (size_t i = from; i < to; i++)
            if (!cprof_vec_push(d->env, &d->inlined, d->frames.at[d->steps.at[i].frame].line))
                return cprof_error_memory(d->env, err);
        if (!cprof_builder_location(d->builder, d->mapping, last->address, false, d->inlined.at,
                                    (uint32_t)d->inlined.count, &row, err))
            return false;
        if (single)
            first->location = row;
    }
    return cprof_vec_push(d->env, &d->locations, row) || cprof_error_memory(d->env, err);
}

static bool make_stack(dump *d, uint32_t *stack, cprof_error *err) {
    /* Every goroutine's outermost frame, which the runtime prints only when it is asked for all. */
    size_t count = d->steps.count;
    if (count > 0 && cprof_slice_is(d->frames.at[d->steps.at[count - 1].frame].name, "runtime.goexit"))
        count--;
    d->locations.count = 0;
    for (size_t from = 0, to; from < count; from = to) {
        to = from + 1;
        while (to < count && d->steps.at[to - 1].inlined)
            to++;
        if (!add_location(d, from, to, err))
            return false;
    }
    return cprof_builder_stack(d->builder, d->locations.at, (uint32_t)d->locations.count, stack, err);
}

static bool add_text_label(dump *d, cprof_str key, cprof_slice text, cprof_error *err) {
    cprof_label label = {.key = key};
    if (text.len == 0)
        return true;
    if (!cprof_builder_string(d->builder, text, &label.text, err))
        return false;
    return cprof_vec_push(d->env, &d->label_list.at, label) || cprof_error_memory(d->env, err);
}

static bool add_given_labels(dump *d, cprof_error *err) {
    cprof_slice labels = d->header.labels;
    if (labels.len == 0)
        return true;
    switch (cprof_go_take_labels(&labels, d->builder, d->env, &d->label_list, err)) {
    case CPROF_GO_DONE:
        return true;
    case CPROF_GO_FAILED:
        return false;
    default:
        return cprof_text_refuse(&d->lines, err,
                                 "the goroutine above has labels that are not {key: value, …}");
    }
}

static bool make_labels(dump *d, uint32_t *row, cprof_error *err) {
    d->label_list.at.count = 0;
    if (!add_given_labels(d, err) || !add_text_label(d, d->state_key, d->header.state, err) ||
        !add_text_label(d, d->creator_key, d->creator, err) ||
        !add_text_label(d, d->bubble_key, d->header.bubble, err))
        return false;
    cprof_label locked = {.key = d->locked_key, .text = d->thread};
    cprof_label wait = {.key = d->wait_key, .number = d->header.wait, .unit = d->minutes, .is_number = true};
    if ((d->header.locked && !cprof_vec_push(d->env, &d->label_list.at, locked)) ||
        (d->header.wait > 0 && !cprof_vec_push(d->env, &d->label_list.at, wait)))
        return cprof_error_memory(d->env, err);
    return cprof_builder_labels(d->builder, d->label_list.at.at, (uint32_t)d->label_list.at.count, row, err);
}

static bool find_labels(dump *d, uint32_t *row, cprof_error *err) {
    cprof_slice header = d->header.text, creator = d->creator;
    uint64_t hash =
        cprof_hash_bytes(header.ptr, header.len) * 31 + cprof_hash_bytes(creator.ptr, creator.len);
    cprof_index_probe probe = cprof_index_start(&d->label_index, hash);
    uint32_t at;
    while (cprof_index_next(&d->label_index, &probe, &at)) {
        const dump_labels *l = &d->labels.at[at];
        if (cprof_slice_equal(l->header, header) && cprof_slice_equal(l->creator, creator)) {
            *row = l->row;
            return true;
        }
    }
    dump_labels labels = {header, creator, 0};
    if (!make_labels(d, &labels.row, err))
        return false;
    at = (uint32_t)d->labels.count;
    if (at >= UINT32_MAX - 2 || !cprof_vec_push(d->env, &d->labels, labels) ||
        !cprof_index_insert(&d->label_index, hash, at))
        return cprof_error_memory(d->env, err);
    *row = labels.row;
    return true;
}

static bool end_goroutine(dump *d, cprof_error *err) {
    if (!d->open)
        return true;
    d->open = false;
    uint32_t stack = 0, labels = 0;
    int64_t one = 1;
    return make_stack(d, &stack, err) && find_labels(d, &labels, err) &&
           cprof_builder_sample_sum(d->builder, stack, labels, &one, err) &&
           cprof_builder_member(d->builder, (uint64_t)d->header.id, err);
}

/* True (and *is) when the line is a goroutine's first; err and false when it is a bad one. */
static bool begin_goroutine(dump *d, cprof_slice line, bool *is, cprof_error *err) {
    cprof_go_header header;
    cprof_go_is_header what = cprof_go_header_read(line, &header);
    *is = what == CPROF_GO_HEADER;
    if (what == CPROF_GO_NO_HEADER)
        return true;
    if (what == CPROF_GO_BAD_HEADER)
        return cprof_text_refuse(&d->lines, err, "a goroutine's number or minutes do not fit 63 bits");
    if (!end_goroutine(d, err))
        return false;
    d->open = true;
    d->ancestors = false;
    d->header = header;
    d->creator = (cprof_slice){"", 0};
    d->steps.count = 0;
    return true;
}

/* "created by net/http.(*Server).Serve in goroutine 1" */
static void read_creator(dump *d, cprof_slice line) {
    static const char in[] = " in goroutine ";
    size_t at = cprof_slice_find_slice(line, cprof_slice_of(in));
    d->creator = cprof_slice_trim(cprof_slice_sub(line, 0, at));
}

/* "main.(*server).work(0xc0000fee00, {0x1, 0x2})" -> "main.(*server).work"; of an inlined call the arguments
 * are "...". */
static cprof_slice read_name(cprof_slice line, bool *inlined) {
    *inlined = false;
    if (line.len == 0 || line.ptr[line.len - 1] != ')')
        return line; /* not a Go function: no arguments */
    size_t open = cprof_slice_rfind(line, '(');
    *inlined = cprof_slice_is(cprof_slice_sub(line, open, line.len), "(...)");
    return open == line.len ? line : cprof_slice_sub(line, 0, open);
}

/* Why the program died: the first of each. */
static bool read_reason(dump *d, cprof_slice line, cprof_error *err) {
    static const struct {
        const char *start, *name;
    } reasons[] = {
        {"panic: ", "panic"}, {"fatal error: ", "fatal error"}, {"SIG", "signal"}, {"[signal ", "signal"}};
    for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (!cprof_slice_starts_with(line, reasons[i].start) || (d->told & 1u << i))
            continue;
        d->told |= 1u << i;
        size_t skip = i == 2 ? 0 : strlen(reasons[i].start);
        cprof_slice reason =
            cprof_slice_sub(line, skip, line.len - (i == 3 && cprof_slice_ends_with(line, "]")));
        return cprof_builder_attribute(d->builder, cprof_slice_of(reasons[i].name), reason, err);
    }
    return true;
}

/* A line outside of any goroutine: of a log, mostly. */
static bool read_outer_line(dump *d, cprof_slice line, cprof_error *err) {
    size_t at = cprof_go_header_find(line);
    if (at > 0 && at < line.len) { /* "E1121 02:47:34 stack: goroutine 18 [running]:" */
        bool is_header;
        return begin_goroutine(d, cprof_slice_sub(line, at, line.len), &is_header, err);
    }
    if (!d->lines.ended)
        d->truncated |= cprof_slice_starts_with(line, "goroutine ") ||
                        (line.len < 10 && memcmp("goroutine", line.ptr, line.len) == 0);
    return read_reason(d, line, err);
}

/* A line of a call; the next line says where, or this one is something else (then it is passed over, and the
 * next line is left for the caller). */
static bool read_call(dump *d, cprof_slice line, cprof_error *err) {
    cprof_text before = d->lines;
    cprof_slice where;
    if (!next_line(d, &where)) {
        bool call = !before.ended || cprof_slice_ends_with(line, ")");
        d->truncated |= call && !cprof_slice_starts_with(line, "exit status ");
        return true;
    }
    if (!is_position(where) || (d->lines.ended && cprof_slice_trim(where).len == 0)) {
        d->lines = before;
        return read_outer_line(d, line, err);
    }
    bool whole, inlined;
    uint64_t address;
    cprof_slice position = read_position(where, &address, &whole);
    if (!d->lines.ended && !whole) { /* who knows whether the number goes on */
        d->truncated = true;
        return true;
    }
    cprof_slice name = read_name(line, &inlined);
    return add_step(d, name, position, address, inlined, err);
}

/* A line inside a goroutine. */
static bool read_inner_line(dump *d, cprof_slice line, cprof_error *err) {
    if (cprof_take(&line, "created by ")) {
        if (d->lines.ended)
            read_creator(d, line);
        else
            d->truncated = true;
        return true;
    }
    if (cprof_slice_starts_with(line, "[originating from goroutine ")) {
        d->ancestors = true;
        return true;
    }
    if (cprof_slice_starts_with(line, "...") && cprof_slice_ends_with(line, "frames elided..."))
        return add_step(d, cprof_slice_of(elided_name), CPROF_SLICE(""), 0, false, err);
    if (is_position(line)) {
        bool unavailable = cprof_slice_ends_with(line, "stack unavailable");
        return !unavailable || add_step(d, cprof_slice_of(unavailable_name), CPROF_SLICE(""), 0, false, err);
    }
    return d->ancestors || read_call(d, line, err);
}

static bool read_line(dump *d, cprof_slice line, cprof_error *err) {
    bool is_header;
    if (!begin_goroutine(d, line, &is_header, err))
        return false;
    if (is_header)
        return true;
    if (cprof_slice_trim(line).len == 0)
        return end_goroutine(d, err);
    if (!d->open)
        return read_outer_line(d, line, err);
    return read_inner_line(d, line, err);
}

static bool read_lines(dump *d, cprof_error *err) {
    cprof_slice line;
    while (next_line(d, &line)) {
        if ((d->lines.number & 0xffff) == 0) {
            if (cprof_stopped(d->env, err))
                return false;
            cprof_progress(d->env, "reading goroutines", d->lines.next, d->lines.all.len);
        }
        if (!read_line(d, line, err))
            return false;
    }
    return end_goroutine(d, err);
}

/* What stands in front of the first header is no part of the dump when the lines behind it have none of it.
 */
static void find_prefix(dump *d, cprof_slice text, size_t header) {
    size_t start = cprof_slice_rfind(cprof_slice_sub(text, 0, header), '\n');
    start = start == header ? 0 : start + 1;
    cprof_text lines;
    cprof_text_init(&lines, cprof_slice_sub(text, header, text.len));
    for (int i = 0; i < 3; i++)
        if (!cprof_text_next(&lines))
            return;
    bool indented = cprof_slice_trim(cprof_slice_sub(text, start, header)).len == 0;
    if (!indented && lines.line.len > 0 && lines.line.ptr[0] == '\t')
        return;
    for (size_t i = start; i < header; i++)
        d->prefix_fields += text.ptr[i] == ' ' || text.ptr[i] == '\t';
}

static bool note_truncated(dump *d, cprof_error *err) {
    return !d->truncated ||
           cprof_builder_attribute(d->builder, CPROF_SLICE("truncated"),
                                   CPROF_SLICE("the text ends in the middle of a goroutine"), err);
}

cprof_parse cprof_go_dump_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err) {
    size_t header = cprof_go_header_find(text);
    if (header == text.len)
        return CPROF_PARSE_NOT_MINE;
    dump d;
    bool done = dump_init(&d, env, err);
    if (done) {
        find_prefix(&d, text, header);
        cprof_text_init(&d.lines, text);
        done = read_lines(&d, err) && note_truncated(&d, err);
    }
    if (done)
        done = cprof_builder_take(d.builder, profile, err);
    else
        cprof_builder_free(d.builder);
    dump_deinit(&d);
    return done ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}
