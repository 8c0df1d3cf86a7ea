#include "input/frames.h"

void cprof_frames_init(cprof_frames *frames, cprof_builder *builder, const cprof_env *env) {
    *frames = (cprof_frames){.env = env, .builder = builder};
    cprof_index_init(&frames->index, cprof_env_budget(env));
}

void cprof_frames_deinit(cprof_frames *frames) {
    cprof_index_deinit(&frames->index);
    cprof_vec_free(frames->env, &frames->at);
    cprof_vec_free(frames->env, &frames->lines);
    cprof_vec_free(frames->env, &frames->locations);
}

uint32_t cprof_frames_find(const cprof_frames *frames, cprof_slice text, uint64_t *hash) {
    *hash = cprof_hash_bytes(text.ptr, text.len);
    cprof_index_probe probe = cprof_index_start(&frames->index, *hash);
    for (uint32_t row; cprof_index_next(&frames->index, &probe, &row);)
        if (cprof_slice_equal(frames->at.at[row].text, text))
            return row;
    return CPROF_NONE;
}

bool cprof_frames_add(cprof_frames *frames, const cprof_frame *frame, uint64_t hash, uint32_t *row,
                      cprof_error *err) {
    *row = (uint32_t)frames->at.count;
    if (frames->at.count >= CPROF_NONE - 1 || !cprof_vec_push(frames->env, &frames->at, *frame) ||
        !cprof_index_insert(&frames->index, hash, *row))
        return cprof_error_memory(frames->env, err);
    return true;
}

/* The location of one frame and the `inlined` frames in front of it (rows, leaf first). */
static bool make_location(cprof_frames *frames, const uint32_t *rows, size_t count, uint32_t *location,
                          cprof_error *err) {
    const cprof_frame *outer = &frames->at.at[rows[count - 1]];
    frames->lines.count = 0;
    for (size_t i = 0; i < count; i++) {
        cprof_line line = frames->at.at[rows[i]].line;
        if (line.function != CPROF_NONE && !cprof_vec_push(frames->env, &frames->lines, line))
            return cprof_error_memory(frames->env, err);
    }
    return cprof_builder_location(frames->builder, outer->mapping, outer->address, false, frames->lines.at,
                                  (uint32_t)frames->lines.count, location, err);
}

/* How many frames from rows[0] on, an inlined one, are one location. */
static size_t location_length(const cprof_frames *frames, const uint32_t *rows, size_t count) {
    uint64_t address = frames->at.at[rows[0]].address;
    size_t n = 0;
    while (n < count && frames->at.at[rows[n]].inlined && frames->at.at[rows[n]].address == address)
        n++;
    if (n < count && frames->at.at[rows[n]].address == address)
        n++;
    return n;
}

bool cprof_frames_stack(cprof_frames *frames, const uint32_t *rows, size_t count, uint32_t *stack,
                        cprof_error *err) {
    frames->locations.count = 0;
    if (count >= CPROF_NONE)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "a stack of %zu frames", count);
    if (!cprof_vec_reserve(frames->env, &frames->locations, count))
        return cprof_error_memory(frames->env, err);
    for (size_t i = 0; i < count;) {
        cprof_frame *frame = &frames->at.at[rows[i]];
        if (!frame->inlined) {
            if (frame->location == CPROF_NONE && !make_location(frames, rows + i, 1, &frame->location, err))
                return false;
            frames->locations.at[frames->locations.count++] = frame->location;
            i++;
            continue;
        }
        size_t length = location_length(frames, rows + i, count - i);
        uint32_t location;
        if (!make_location(frames, rows + i, length, &location, err))
            return false;
        frames->locations.at[frames->locations.count++] = location;
        i += length;
    }
    return cprof_builder_stack(frames->builder, frames->locations.at, (uint32_t)frames->locations.count,
                               stack, err);
}
