#include "report/stacks.h"
#include "base/sink.h"
#include "base/threads.h"

#include <inttypes.h>

typedef struct frame_key {
    cprof_str function, file;
    uint32_t mapping; /* row; only for frames without any name */
    int64_t line, column;
    uint64_t address;
} frame_key;

typedef struct frame_maker {
    cprof_stacks_model *stacks;
    const cprof_view *view;
    CPROF_VEC(frame_key) keys; /* one a frame */
    CPROF_VEC(uint32_t) rows;  /* frame_rows to be */
    uint32_t *by_function;     /* frame of a function row, where nothing else tells frames apart */
    cprof_index index, package_index;
    cprof_error *err;
} frame_maker;

static cprof_slice mapping_file(const cprof_profile *p, uint32_t mapping) {
    return mapping == CPROF_NONE ? CPROF_SLICE("") : cprof_profile_string(p, p->mappings[mapping].file);
}

/* The frame's name, part by part: address, function, file:line; what is not known is left out. */
static bool name_frame(frame_maker *m, const frame_key *key, cprof_slice file, cprof_slice *name) {
    const cprof_profile *p = m->view->profile;
    cprof_slice function = cprof_profile_string(p, key->function), binary = mapping_file(p, key->mapping);
    if (!key->address && file.len == 0 && !key->line && function.len > 0) {
        *name = function;
        return true;
    }
    cprof_sink text;
    cprof_sink_init_memory(&text, m->view->env);
    if (key->address)
        cprof_sink_printf(&text, "%016" PRIx64 " ", key->address);
    cprof_sink_slice(&text, function);
    if (file.len > 0 || key->line) {
        cprof_sink_puts(&text, function.len > 0 ? " " : "");
        cprof_sink_slice(&text, file);
        if (key->line)
            cprof_sink_printf(&text, ":%" PRId64, key->line);
        if (key->column)
            cprof_sink_printf(&text, ":%" PRId64, key->column);
    } else if (function.len == 0 && binary.len > 0) {
        cprof_sink_putc(&text, '[');
        cprof_sink_slice(&text, cprof_path_base(binary));
        cprof_sink_putc(&text, ']');
    } else if (function.len == 0) {
        cprof_sink_puts(&text, "<unknown>");
    }
    bool ok = cprof_sink_finish(&text, m->err);
    *name = cprof_arena_copy(&m->stacks->arena, cprof_sink_bytes(&text));
    cprof_sink_deinit(&text);
    return ok && (name->ptr || cprof_error_memory(m->view->env, m->err));
}

static uint64_t hash_key(const frame_key *key) {
    uint64_t h = cprof_hash_u64((uint64_t)key->function << 32 | key->file);
    h = cprof_hash_u64(h ^ (uint64_t)key->line ^ (uint64_t)key->column << 40);
    return cprof_hash_u64(h ^ key->address ^ (uint64_t)key->mapping << 24);
}

static bool same_key(const frame_key *a, const frame_key *b) {
    return a->function == b->function && a->file == b->file && a->mapping == b->mapping &&
           a->line == b->line && a->column == b->column && a->address == b->address;
}

static bool intern_package(frame_maker *m, cprof_slice name, uint32_t *row) {
    cprof_stacks_model *stacks = m->stacks;
    uint64_t hash = cprof_hash_bytes(name.ptr, name.len);
    cprof_index_probe probe = cprof_index_start(&m->package_index, hash);
    while (cprof_index_next(&m->package_index, &probe, row)) {
        if (cprof_slice_equal(stacks->packages.at[*row].name, name))
            return true;
    }
    *row = (uint32_t)stacks->packages.count;
    return (cprof_vec_push(m->view->env, &stacks->packages, ((cprof_stack_package){.name = name})) &&
            cprof_index_insert(&m->package_index, hash, *row)) ||
           cprof_error_memory(m->view->env, m->err);
}

/* The frame with this key; file: of the line at hand, also where files are not told apart. */
static bool intern_frame(frame_maker *m, const frame_key *key, cprof_str function, cprof_str file,
                         uint32_t mapping, uint32_t *row) {
    const cprof_profile *p = m->view->profile;
    const cprof_env *env = m->view->env;
    uint64_t hash = hash_key(key);
    cprof_index_probe probe = cprof_index_start(&m->index, hash);
    while (cprof_index_next(&m->index, &probe, row)) {
        if (same_key(&m->keys.at[*row], key))
            return true;
    }
    cprof_stack_frame frame = {.function = key->function,
                               .file = file,
                               .line = key->line,
                               .column = key->column,
                               .address = key->address};
    if (!name_frame(m, key, cprof_profile_string(p, key->file), &frame.name))
        return false;
    cprof_slice package = cprof_package_of(cprof_profile_string(p, function), cprof_profile_string(p, file),
                                           mapping_file(p, mapping));
    if (!intern_package(m, package, &frame.package))
        return false;
    *row = (uint32_t)m->keys.count;
    if (!cprof_vec_push(env, &m->keys, *key) || !cprof_vec_push(env, &m->stacks->frames, frame) ||
        !cprof_index_insert(&m->index, hash, *row))
        return cprof_error_memory(env, m->err);
    return true;
}

static bool add_row(frame_maker *m, uint32_t row) {
    return cprof_vec_push(m->view->env, &m->rows, row) || cprof_error_memory(m->view->env, m->err);
}

static bool add_line(frame_maker *m, uint32_t location, uint32_t line) {
    const cprof_profile *p = m->view->profile;
    const cprof_granularity *g = &m->view->granularity;
    uint32_t function = p->locations.line_function[line];
    bool plain = g->function && !g->filename && !g->line && !g->address;
    if (plain && m->by_function[function] != CPROF_NONE)
        return add_row(m, m->by_function[function]);
    frame_key key = {.mapping = CPROF_NONE};
    key.function = g->function ? p->functions.name[function] : 0;
    key.file = g->filename ? p->functions.filename[function] : 0;
    key.line = g->line ? p->locations.line_number[line] : 0;
    key.column = g->line && g->column ? cprof_line_column(p, line) : 0;
    key.address = g->address ? p->locations.address[location] : 0;
    uint32_t mapping = p->locations.mapping[location], row;
    if (key.function == 0 && key.file == 0 && key.line == 0)
        key.mapping = mapping;
    if (!intern_frame(m, &key, p->functions.name[function], p->functions.filename[function], mapping, &row))
        return false;
    if (plain)
        m->by_function[function] = row;
    return add_row(m, row);
}

/* A location nobody knows a function of. */
static bool add_bare(frame_maker *m, uint32_t location) {
    const cprof_profile *p = m->view->profile;
    frame_key key = {.mapping = p->locations.mapping[location],
                     .address = m->view->granularity.address ? p->locations.address[location] : 0};
    uint32_t row;
    return intern_frame(m, &key, 0, 0, key.mapping, &row) && add_row(m, row);
}

static bool make_frames(frame_maker *m) {
    const cprof_view *view = m->view;
    const cprof_profile *p = view->profile;
    cprof_stacks_model *stacks = m->stacks;
    stacks->first_frame =
        cprof_arena_calloc(&stacks->arena, (size_t)p->locations.count + 1, sizeof(uint32_t));
    m->by_function = cprof_arena_calloc(&stacks->arena, (size_t)p->functions.count + 1, sizeof(uint32_t));
    if (!stacks->first_frame || !m->by_function)
        return cprof_error_memory(view->env, m->err);
    memset(m->by_function, 0xff, ((size_t)p->functions.count + 1) * sizeof(uint32_t));
    for (uint32_t l = 0; l < p->locations.count; l++) {
        stacks->first_frame[l] = (uint32_t)m->rows.count;
        if (cprof_view_hides(view, l))
            continue;
        uint32_t lines = cprof_view_line_count(view, l);
        /* Lines that were filtered away are gone; a location that never had any is a frame. */
        if (lines == 0 && p->locations.first_line[l] == p->locations.first_line[l + 1] && !add_bare(m, l))
            return false;
        for (uint32_t i = 0; i < lines; i++) {
            if (!add_line(m, l, cprof_view_line(view, l, i)))
                return false;
        }
        if ((l & 0xfff) == 0 && cprof_stopped(view->env, m->err))
            return false;
    }
    stacks->first_frame[p->locations.count] = (uint32_t)m->rows.count;
    stacks->frame_rows = cprof_arena_calloc(&stacks->arena, m->rows.count + 1, sizeof(uint32_t));
    if (!stacks->frame_rows)
        return cprof_error_memory(view->env, m->err);
    cprof_vec_copy(stacks->frame_rows, m->rows.at, m->rows.count * sizeof(uint32_t));
    stacks->only_frame =
        cprof_arena_alloc(&stacks->arena, ((size_t)p->locations.count + 1) * sizeof(uint32_t));
    if (!stacks->only_frame)
        return cprof_error_memory(view->env, m->err);
    for (uint32_t l = 0; l < p->locations.count; l++) {
        uint32_t first = stacks->first_frame[l], count = stacks->first_frame[l + 1] - first;
        stacks->only_frame[l] = count == 1 ? stacks->frame_rows[first] : CPROF_NONE;
    }
    return true;
}

/* A bit a label set: it says that its samples are the base's. */
static bool find_base_sets(cprof_stacks_model *stacks, uint64_t **bits, cprof_error *err) {
    const cprof_profile *p = stacks->view->profile;
    cprof_str key, text;
    *bits = NULL;
    if (!p->samples.label_set || !cprof_strtab_find(&p->strings, CPROF_SLICE("pprof::base"), &key) ||
        !cprof_strtab_find(&p->strings, CPROF_SLICE("true"), &text))
        return true;
    *bits = cprof_arena_calloc(&stacks->arena, (size_t)p->label_sets.count / 64 + 1, sizeof **bits);
    if (!*bits)
        return cprof_error_memory(stacks->view->env, err);
    for (uint32_t set = 0; set < p->label_sets.count; set++) {
        for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
            const cprof_label *label = &p->label_sets.labels[i];
            if (!label->is_number && label->key == key && label->text == text)
                (*bits)[set >> 6] |= UINT64_C(1) << (set & 63);
        }
    }
    return true;
}

static bool sums_init(cprof_stacks_model *stacks, uint64_t **base_sets, cprof_error *err) {
    size_t rows = (size_t)stacks->view->profile->stacks.count + 1;
    stacks->sums = cprof_arena_calloc(&stacks->arena, rows, sizeof *stacks->sums);
    stacks->order = cprof_arena_calloc(&stacks->arena, rows, sizeof *stacks->order);
    stacks->used = cprof_arena_calloc(&stacks->arena, rows, sizeof *stacks->used);
    if (!stacks->sums || !stacks->order || !stacks->used)
        return cprof_error_memory(stacks->view->env, err);
    return find_base_sets(stacks, base_sets, err);
}

static void sum_stacks(cprof_stacks_model *stacks, const uint64_t *base_sets) {
    const cprof_view *view = stacks->view;
    const cprof_profile *p = view->profile;
    uint32_t count = cprof_view_sample_count(view);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(view, i), stack = p->samples.stack[sample];
        int64_t value = cprof_view_value(view, sample);
        if (view->mean) {
            int64_t divisor = cprof_view_divisor(view, sample);
            value = divisor == 0 || (divisor == -1 && value == INT64_MIN) ? value : value / divisor;
        }
        if (!stacks->used[stack]) {
            stacks->used[stack] = true;
            stacks->order[stacks->order_count++] = stack;
        }
        cprof_stack_sum *sum = &stacks->sums[stack];
        if (cprof_bit(base_sets, cprof_sample_label_set(p, sample))) {
            sum->base = cprof_sum_held(sum->base, value == INT64_MIN ? INT64_MAX : -value);
            stacks->kind = CPROF_STACKS_DIFF;
        } else {
            sum->value = cprof_sum_held(sum->value, value);
            if (value < 0 && stacks->kind == CPROF_STACKS_PLAIN)
                stacks->kind = CPROF_STACKS_SIGNED;
        }
    }
}

/* True for a location that has frames: see make_frames. */
static bool is_shown(const cprof_view *view, uint32_t location) {
    const uint32_t *first = view->profile->locations.first_line;
    return !cprof_view_hides(view, location) &&
           (cprof_view_line_count(view, location) > 0 || first[location] == first[location + 1]);
}

/* self[l]: what was spent in stacks whose innermost location that is shown is l. */
static void sum_leaves(const cprof_stacks_model *stacks, int64_t *self) {
    for (uint32_t i = 0; i < stacks->order_count; i++) {
        uint32_t stack = stacks->order[i], count;
        const uint32_t *locations = cprof_view_frames(stacks->view, stack, &count);
        cprof_stack_sum sum = stacks->sums[stack];
        for (uint32_t k = 0; k < count; k++) {
            if (!is_shown(stacks->view, locations[k]))
                continue;
            int64_t *leaf = &self[locations[k]];
            *leaf = cprof_sum_held(cprof_sum_held(*leaf, sum.value),
                                   sum.base == INT64_MIN ? INT64_MAX : -sum.base);
            break;
        }
    }
}

static void sum_packages(cprof_stacks_model *stacks, const int64_t *self) {
    for (uint32_t l = 0; l < stacks->view->profile->locations.count; l++) {
        uint32_t first = stacks->first_frame[l];
        if (first == stacks->first_frame[l + 1])
            continue;
        uint32_t package = stacks->frames.at[stacks->frame_rows[first]].package;
        stacks->packages.at[package].self = cprof_sum_held(stacks->packages.at[package].self, self[l]);
    }
}

/* One of the two things that can be done at the same time. */
typedef struct init_part {
    frame_maker *maker; /* NULL: not this one's */
    cprof_stacks_model *stacks;
    const uint64_t *base_sets; /* what to sum up by */
    int64_t *self;             /* by location; to be filled */
    bool ok;
} init_part;

static void run_part(void *context) {
    init_part *part = context;
    part->ok = true;
    if (part->maker)
        part->ok = make_frames(part->maker);
    if (part->self) {
        sum_stacks(part->stacks, part->base_sets);
        sum_leaves(part->stacks, part->self);
    }
}

enum { STACKS_PER_THREAD = 1 << 14 }; /* fewer are not worth a thread */

static bool make_parts(frame_maker *maker, cprof_error *err) {
    cprof_stacks_model *stacks = maker->stacks;
    uint64_t *base_sets = NULL;
    if (!sums_init(stacks, &base_sets, err))
        return false;
    int64_t *self =
        cprof_arena_calloc(&stacks->arena, (size_t)stacks->view->profile->locations.count + 1, sizeof *self);
    if (!self)
        return cprof_error_memory(stacks->view->env, err);
    init_part parts[] = {{.maker = maker}, {.stacks = stacks, .base_sets = base_sets, .self = self}};
    if (cprof_threads_count(stacks->view->profile->stacks.count, STACKS_PER_THREAD) > 1) {
        cprof_threads_run(run_part, parts, sizeof *parts, 2);
    } else {
        run_part(&parts[0]);
        run_part(&parts[1]);
    }
    if (parts[0].ok)
        sum_packages(stacks, self);
    return parts[0].ok;
}

bool cprof_stacks_init(cprof_stacks_model *stacks, const cprof_view *view, cprof_error *err) {
    *stacks = (cprof_stacks_model){.view = view};
    cprof_arena_init(&stacks->arena, cprof_env_budget(view->env));
    frame_maker maker = {.stacks = stacks, .view = view, .err = err};
    cprof_index_init(&maker.index, cprof_env_budget(view->env));
    cprof_index_init(&maker.package_index, cprof_env_budget(view->env));
    bool ok = make_parts(&maker, err);
    cprof_index_deinit(&maker.index);
    cprof_index_deinit(&maker.package_index);
    cprof_vec_free(view->env, &maker.keys);
    cprof_vec_free(view->env, &maker.rows);
    return ok;
}

void cprof_stacks_deinit(cprof_stacks_model *stacks) {
    cprof_vec_free(stacks->view->env, &stacks->frames);
    cprof_vec_free(stacks->view->env, &stacks->packages);
    cprof_arena_deinit(&stacks->arena);
}
