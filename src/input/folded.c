/* Folded stacks, one a line: "root;caller;leaf COUNT", as flame graphs are made from.
 *
 * Marks at a frame's end: _[i] or [inline] (inlined into its caller), _[k] (kernel), _[j] (compiled at run
 * time).  With two counts a line the file is a difference, BEFORE AFTER: the counts before become samples
 * of the base, as in a profile saved from a comparison.
 */
#include "input/frames.h"
#include "input/producers.h"
#include "input/text.h"

enum { LOOK_LINES = 100, LOOK_BYTES = 1 << 16 };

typedef struct frame_end {
    uint32_t row;
    size_t end; /* offset in the stack's text behind the frame and its ';' */
} frame_end;

typedef struct folded {
    const cprof_env *env;
    cprof_builder *builder;
    cprof_frames frames;
    CPROF_VEC(frame_end) stack; /* of the line before, root first */
    CPROF_VEC(uint32_t) rows;   /* scratch, leaf first */
    cprof_slice text;           /* of the line before's stack */
    uint32_t base_labels;       /* row */
    uint32_t kernel, jit;       /* mappings' rows */
    bool difference;
} folded;

/* ---- Is it one? ---- */

/* Takes "  NUMBER" off the end of *s; false when there is no number. */
static bool take_last_number(cprof_slice *s, cprof_slice *number) {
    size_t end = s->len;
    while (end > 0 && cprof_is_blank(s->ptr[end - 1]))
        end--;
    size_t start = end;
    while (start > 0 && !cprof_is_blank(s->ptr[start - 1]))
        start--;
    *number = cprof_slice_sub(*s, start, end);
    size_t signs = number->len > 0 && number->ptr[0] == '-' ? 1 : 0;
    for (size_t i = signs; i < number->len; i++)
        if (!cprof_is_digit(number->ptr[i]) && number->ptr[i] != '.')
            return false;
    if (number->len == signs || start == 0)
        return false;
    *s = cprof_slice_sub(*s, 0, start);
    return true;
}

static bool is_comment(cprof_slice line) {
    return cprof_slice_starts_with(line, "# ") || cprof_slice_trim(line).len == 0;
}

typedef struct look {
    size_t lines, counted, twice; /* lines; with a number at the end; with two */
    bool semicolon;
} look;

static look look_at(cprof_slice head) {
    look seen = {0};
    cprof_text text;
    cprof_text_init(&text, head);
    while (seen.lines < LOOK_LINES && cprof_text_next(&text)) {
        cprof_slice line = text.line, number;
        if (is_comment(line) || (text.next == head.len && head.len == LOOK_BYTES))
            continue;
        seen.lines++;
        bool counted = take_last_number(&line, &number) && cprof_slice_trim(line).len > 0;
        seen.counted += counted;
        seen.semicolon |= cprof_slice_find(line, ';') < line.len;
        seen.twice += counted && take_last_number(&line, &number) && cprof_slice_trim(line).len > 0;
    }
    return seen;
}

/* Half of the lines end in a number and there are semicolons; or all do. */
static bool is_folded(cprof_slice text, bool *difference) {
    cprof_slice head = cprof_slice_sub(text, 0, LOOK_BYTES);
    if (cprof_slice_find(head, '\0') < head.len)
        return false;
    look seen = look_at(head);
    *difference = seen.lines > 0 && seen.twice == seen.lines && seen.semicolon;
    return seen.counted > 0 &&
           (seen.counted == seen.lines || (seen.semicolon && seen.counted * 2 >= seen.lines));
}

/* ---- Frames ---- */

static bool take_mark(cprof_slice *name, const char *mark) {
    if (name->len <= strlen(mark) || !cprof_slice_ends_with(*name, mark))
        return false;
    name->len -= strlen(mark);
    return true;
}

/* The mapping that stands for all frames of a kind. A nameless one goes before it: the first mapping is
 * taken for the program. */
static bool get_mapping(folded *f, const char *name, uint32_t *row, cprof_error *err) {
    cprof_mapping mapping = {.has_functions = true};
    uint32_t nameless;
    if (*row != CPROF_NONE)
        return true;
    return (f->kernel != f->jit || cprof_builder_mapping(f->builder, &mapping, &nameless, err)) &&
           cprof_builder_string(f->builder, cprof_slice_of(name), &mapping.file, err) &&
           cprof_builder_mapping(f->builder, &mapping, row, err);
}

static bool get_frame(folded *f, cprof_slice text, uint32_t *row, cprof_error *err) {
    uint64_t hash;
    *row = cprof_frames_find(&f->frames, text, &hash);
    if (*row != CPROF_NONE)
        return true;
    cprof_slice name = text;
    cprof_frame frame = {.text = text, .mapping = CPROF_NONE, .location = CPROF_NONE};
    frame.inlined = take_mark(&name, "_[i]") || take_mark(&name, "[inline]");
    if (take_mark(&name, "_[k]")) {
        if (!get_mapping(f, "[kernel.kallsyms]", &f->kernel, err))
            return false;
        frame.mapping = f->kernel;
    } else if (take_mark(&name, "_[j]")) {
        if (!get_mapping(f, "[jit]", &f->jit, err))
            return false;
        frame.mapping = f->jit;
    }
    cprof_str id;
    return cprof_builder_string(f->builder, name, &id, err) &&
           cprof_builder_function(f->builder, id, 0, 0, 0, &frame.line.function, err) &&
           cprof_frames_add(&f->frames, &frame, hash, row, err);
}

/* How many bytes two stacks have in common from their roots on. */
static size_t common_prefix(cprof_slice a, cprof_slice b) {
    size_t n = a.len < b.len ? a.len : b.len, i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t x, y;
        memcpy(&x, a.ptr + i, 8);
        memcpy(&y, b.ptr + i, 8);
        if (x != y)
            break;
    }
    while (i < n && a.ptr[i] == b.ptr[i])
        i++;
    return i;
}

/* Cuts the stack's text into frames; what it shares with the line before is there already. */
static bool read_frames(folded *f, cprof_slice text, cprof_error *err) {
    size_t common = common_prefix(f->text, text), kept = 0, at = 0;
    while (kept < f->stack.count && f->stack.at[kept].end <= common && f->stack.at[kept].end < f->text.len)
        kept++;
    f->stack.count = kept;
    f->text = text;
    if (kept > 0)
        at = f->stack.at[kept - 1].end;
    while (at < text.len) {
        const char *semicolon = memchr(text.ptr + at, ';', text.len - at);
        size_t end = semicolon ? (size_t)(semicolon - text.ptr) : text.len;
        frame_end frame = {.end = semicolon ? end + 1 : end};
        if (end > at) {
            if (!get_frame(f, cprof_slice_sub(text, at, end), &frame.row, err))
                return false;
            if (!cprof_vec_push(f->env, &f->stack, frame))
                return cprof_error_memory(f->env, err);
        }
        at = frame.end;
    }
    return true;
}

static bool make_stack(folded *f, uint32_t *stack, cprof_error *err) {
    size_t count = f->stack.count;
    f->rows.count = 0;
    if (!cprof_vec_reserve(f->env, &f->rows, count))
        return cprof_error_memory(f->env, err);
    for (size_t i = count; i > 0; i--)
        f->rows.at[f->rows.count++] = f->stack.at[i - 1].row;
    return cprof_frames_stack(&f->frames, f->rows.at, count, stack, err);
}

/* ---- Lines ---- */

static cprof_parse read_count(const cprof_text *text, cprof_slice *line, int64_t *count, cprof_error *err) {
    cprof_slice number;
    if (!take_last_number(line, &number))
        return cprof_text_error(text, err, "no count behind the stack");
    if (cprof_slice_find(number, '.') < number.len)
        return cprof_text_error(text, err, "the count %.*s is no whole number", CPROF_SLICE_ARG(number));
    if (!cprof_parse_i64(number, count))
        return cprof_text_error(text, err, "the count %.*s does not fit 64 bits", CPROF_SLICE_ARG(number));
    return CPROF_PARSE_OK;
}

static bool add_samples(folded *f, int64_t before, int64_t after, cprof_error *err) {
    uint32_t stack;
    if (!make_stack(f, &stack, err))
        return false;
    before = -before;
    return (!f->difference || before == 0 ||
            cprof_builder_sample(f->builder, stack, f->base_labels, &before, err)) &&
           ((f->difference && after == 0) || cprof_builder_sample(f->builder, stack, 0, &after, err));
}

static cprof_parse read_line(folded *f, const cprof_text *text, cprof_error *err) {
    cprof_slice line = text->line;
    int64_t before = 0, after;
    cprof_parse parse = read_count(text, &line, &after, err);
    if (parse == CPROF_PARSE_OK && f->difference)
        parse = read_count(text, &line, &before, err);
    if (parse != CPROF_PARSE_OK)
        return parse;
    if (before == INT64_MIN)
        return cprof_text_error(text, err, "a count that does not fit 64 bits");
    while (line.len > 0 && cprof_is_blank(line.ptr[line.len - 1]))
        line.len--;
    if (!read_frames(f, line, err))
        return CPROF_PARSE_MALFORMED;
    if (f->stack.count == 0)
        return cprof_text_error(text, err, "no stack in front of the count");
    return add_samples(f, before, after, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}

static cprof_parse read_lines(folded *f, cprof_slice all, cprof_error *err) {
    cprof_text text;
    cprof_text_init(&text, all);
    while (cprof_text_next(&text)) {
        if (is_comment(text.line))
            continue;
        if (text.number % 4096 == 0) {
            cprof_progress(f->env, "reading folded stacks", text.start, all.len);
            if (cprof_stopped(f->env, err))
                return CPROF_PARSE_MALFORMED;
        }
        cprof_parse parse = read_line(f, &text, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
    }
    return CPROF_PARSE_OK;
}

static bool start(folded *f, cprof_error *err) {
    cprof_label base = {0};
    return cprof_builder_type(f->builder, CPROF_SLICE("samples"), CPROF_SLICE("count"), err) &&
           (!f->difference || (cprof_builder_string(f->builder, CPROF_SLICE("pprof::base"), &base.key, err) &&
                               cprof_builder_string(f->builder, CPROF_SLICE("true"), &base.text, err) &&
                               cprof_builder_labels(f->builder, &base, 1, &f->base_labels, err)));
}

cprof_parse cprof_parse_folded(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                               cprof_error *err) {
    folded f = {.env = env, .kernel = CPROF_NONE, .jit = CPROF_NONE};
    if (!is_folded(text, &f.difference))
        return CPROF_PARSE_NOT_MINE;
    f.builder = cprof_builder_new(env, f.difference ? "folded stacks (difference)" : "folded stacks", err);
    if (!f.builder)
        return CPROF_PARSE_MALFORMED;
    cprof_frames_init(&f.frames, f.builder, env);
    cprof_parse parse = start(&f, err) ? read_lines(&f, text, err) : CPROF_PARSE_MALFORMED;
    cprof_frames_deinit(&f.frames);
    cprof_vec_free(env, &f.stack);
    cprof_vec_free(env, &f.rows);
    if (parse != CPROF_PARSE_OK)
        cprof_builder_free(f.builder);
    else if (!cprof_builder_take(f.builder, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
