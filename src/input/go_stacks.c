#include "input/go_stacks.h"

bool cprof_go_mapping(cprof_builder *builder, bool named, uint32_t *row, cprof_error *err) {
    cprof_mapping everything = {.limit = UINT64_MAX,
                                .has_functions = named,
                                .has_filenames = named,
                                .has_line_numbers = named,
                                .has_inline_frames = named};
    return cprof_builder_mapping(builder, &everything, row, err);
}

void cprof_go_stacks_init(cprof_go_stacks *stacks, cprof_builder *builder, const cprof_env *env) {
    *stacks = (cprof_go_stacks){.builder = builder, .env = env, .named = CPROF_NONE, .nameless = CPROF_NONE};
    cprof_index_init(&stacks->index, cprof_env_budget(env));
}

void cprof_go_stacks_deinit(cprof_go_stacks *stacks) {
    const cprof_env *env = stacks->env;
    cprof_vec_free(env, &stacks->frames);
    cprof_vec_free(env, &stacks->addresses);
    cprof_vec_free(env, &stacks->record);
    cprof_vec_free(env, &stacks->locations);
    cprof_vec_free(env, &stacks->inlined);
    cprof_index_deinit(&stacks->index);
}

bool cprof_go_stacks_begin(cprof_go_stacks *stacks, cprof_slice addresses, bool *bad, cprof_error *err) {
    *bad = false;
    stacks->open = true;
    stacks->addresses.count = 0;
    stacks->record.count = 0;
    while (cprof_take_blanks(&addresses), addresses.len > 0) {
        uint64_t address;
        if (!cprof_go_take_address(&addresses, &address)) {
            *bad = true;
            return false;
        }
        /* Return addresses: one less lies in the call. */
        if (!cprof_vec_push(stacks->env, &stacks->addresses, address - 1))
            return cprof_error_memory(stacks->env, err);
    }
    return true;
}

bool cprof_go_is_frame(cprof_slice line) {
    return cprof_slice_starts_with(line, "#\t0x");
}

bool cprof_go_has_frames(cprof_slice text) {
    return cprof_slice_find_slice(text, CPROF_SLICE("\n#\t0x")) < text.len ||
           cprof_slice_find(text, '@') == text.len;
}

/* What stands before the next tab; the tabs behind it are taken too (columns are aligned with them). */
static cprof_slice take_column(cprof_slice *s) {
    size_t end = cprof_slice_find(*s, '\t');
    cprof_slice column = cprof_slice_sub(*s, 0, end);
    while (end < s->len && s->ptr[end] == '\t')
        end++;
    *s = cprof_slice_sub(*s, end, s->len);
    return column;
}

/* "#\t0x6c278d\tmain.load+0x44d\texample.com/orderd/main.go:98" */
static bool read_frame(cprof_go_stacks *stacks, cprof_go_frame *frame, bool *bad, cprof_error *err) {
    cprof_slice rest = cprof_slice_sub(frame->text, 2, frame->text.len);
    frame->entry = 0;
    frame->function = CPROF_NONE;
    frame->line = 0;
    cprof_slice column = take_column(&rest);
    if (!cprof_go_take_address(&column, &frame->address) || column.len > 0) {
        *bad = true;
        return false;
    }
    if (rest.len == 0)
        return true;
    cprof_slice name = take_column(&rest), file;
    size_t plus = cprof_slice_rfind(name, '+');
    cprof_slice offset = cprof_slice_sub(name, plus + 1, name.len);
    uint64_t distance;
    if (cprof_go_take_address(&offset, &distance) && offset.len == 0) {
        name = cprof_slice_sub(name, 0, plus);
        frame->entry = distance <= frame->address ? frame->address - distance : 0;
    }
    cprof_go_split_position(rest, &file, &frame->line);
    cprof_str name_id, file_id;
    return cprof_builder_string(stacks->builder, name, &name_id, err) &&
           cprof_builder_string(stacks->builder, file, &file_id, err) &&
           cprof_builder_function(stacks->builder, name_id, name_id, file_id, 0, &frame->function, err);
}

bool cprof_go_stacks_frame(cprof_go_stacks *stacks, cprof_slice line, bool *bad, cprof_error *err) {
    *bad = false;
    uint64_t hash = cprof_hash_bytes(line.ptr, line.len);
    cprof_index_probe probe = cprof_index_start(&stacks->index, hash);
    uint32_t row;
    while (cprof_index_next(&stacks->index, &probe, &row)) {
        if (cprof_slice_equal(stacks->frames.at[row].text, line))
            return cprof_vec_push(stacks->env, &stacks->record, row) || cprof_error_memory(stacks->env, err);
    }
    cprof_go_frame frame = {.text = line};
    if (!read_frame(stacks, &frame, bad, err))
        return false;
    row = (uint32_t)stacks->frames.count;
    if (row >= UINT32_MAX - 2 || !cprof_vec_push(stacks->env, &stacks->frames, frame) ||
        !cprof_index_insert(&stacks->index, hash, row) || !cprof_vec_push(stacks->env, &stacks->record, row))
        return cprof_error_memory(stacks->env, err);
    return true;
}

/* A location of which only the address is known. */
static bool add_nameless(cprof_go_stacks *stacks, uint64_t address, cprof_error *err) {
    if (stacks->nameless == CPROF_NONE && !cprof_go_mapping(stacks->builder, false, &stacks->nameless, err))
        return false;
    uint32_t row;
    if (!cprof_builder_location(stacks->builder, stacks->nameless, address, false, NULL, 0, &row, err))
        return false;
    return cprof_vec_push(stacks->env, &stacks->locations, row) || cprof_error_memory(stacks->env, err);
}

static const cprof_go_frame *frame_at(const cprof_go_stacks *stacks, size_t i) {
    return &stacks->frames.at[stacks->record.at[i]];
}

/* True when frame i may have been inlined into frame i + 1's function: they lie in the same one. */
static bool same_body(const cprof_go_stacks *stacks, size_t i) {
    const cprof_go_frame *inner = frame_at(stacks, i), *outer = frame_at(stacks, i + 1);
    if (inner->function == CPROF_NONE || outer->function == CPROF_NONE)
        return false;
    return inner->entry == outer->entry && (inner->entry != 0 || inner->address == outer->address);
}

/* Frames [from, to) are one location. */
static bool add_location(cprof_go_stacks *stacks, size_t from, size_t to, cprof_error *err) {
    stacks->inlined.count = 0;
    for (size_t i = from; i < to; i++) {
        const cprof_go_frame *frame = frame_at(stacks, i);
        cprof_line line = {frame->function, frame->line, 0};
        if (!cprof_vec_push(stacks->env, &stacks->inlined, line))
            return cprof_error_memory(stacks->env, err);
    }
    if (stacks->named == CPROF_NONE && !cprof_go_mapping(stacks->builder, true, &stacks->named, err))
        return false;
    uint32_t row;
    if (!cprof_builder_location(stacks->builder, stacks->named, frame_at(stacks, from)->address, false,
                                stacks->inlined.at, (uint32_t)stacks->inlined.count, &row, err))
        return false;
    return cprof_vec_push(stacks->env, &stacks->locations, row) || cprof_error_memory(stacks->env, err);
}

/* Frames [from, to) lie in one function's body.  The outermost is that function itself; where its name
 * stands further in as well, it has called itself. */
static bool add_body(cprof_go_stacks *stacks, size_t from, size_t to, cprof_error *err) {
    uint32_t body = frame_at(stacks, to - 1)->function;
    for (size_t i = from; i < to; i++) {
        if (frame_at(stacks, i)->function != body)
            continue;
        if (!add_location(stacks, from, i + 1, err))
            return false;
        from = i + 1;
    }
    return true;
}

static bool add_frames(cprof_go_stacks *stacks, cprof_error *err) {
    for (size_t from = 0, to; from < stacks->record.count; from = to) {
        to = from + 1;
        const cprof_go_frame *frame = frame_at(stacks, from);
        if (frame->function == CPROF_NONE) {
            /* "#\t0x0" stands for an empty stack. */
            if (frame->address != 0 && !add_nameless(stacks, frame->address, err))
                return false;
            continue;
        }
        while (to < stacks->record.count && same_body(stacks, to - 1))
            to++;
        if (!add_body(stacks, from, to, err))
            return false;
    }
    return true;
}

bool cprof_go_stacks_end(cprof_go_stacks *stacks, uint32_t *stack, cprof_error *err) {
    stacks->open = false;
    stacks->locations.count = 0;
    if (stacks->record.count > 0) {
        if (!add_frames(stacks, err))
            return false;
    } else if (stacks->addresses.count > 1) {
        for (size_t i = 0; i < stacks->addresses.count; i++)
            if (!add_nameless(stacks, stacks->addresses.at[i], err))
                return false;
    }
    return cprof_builder_stack(stacks->builder, stacks->locations.at, (uint32_t)stacks->locations.count,
                               stack, err);
}
