/* Samples: where nearly all of a big profile's bytes are. */
#include "input/proto_state.h"

#include <endian.h>

static bool no_memory(const cprof_proto *d, cprof_error *err) {
    return cprof_error_memory(d->env, err);
}

static bool no_location(const cprof_proto *d, cprof_error *err) {
    return cprof_proto_error(err, d->field_offset, "a sample with the location id 0");
}

static bool add_location(cprof_proto *d, uint64_t id, cprof_error *err) {
    uint32_t reference;
    if (id == 0)
        return no_location(d, err);
    if (!cprof_proto_reference(d, id, &reference, err))
        return false;
    return cprof_vec_push(d->env, &d->columns.stack_frames, reference) || no_memory(d, err);
}

#define CONTINUES UINT64_C(0x8080808080808080) /* the bit of each byte that says that a number goes on */

/* The number in the low bytes of a word, at most four of them, of which the last has no CONTINUES bit. */
static inline uint32_t short_number(uint32_t w) {
    return (w & 0x7f) | (w >> 1 & 0x3f80) | (w >> 2 & 0x1fc000) | (w >> 3 & 0xfe00000);
}

static inline uint64_t load_word(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return le64toh(word);
}

/* Decodes ids two at a time, as long as there are eight bytes and both have four bytes at most; returns where
 * it came to.  There is no branch on an id's length, which nothing could predict. */
static const uint8_t *id_pairs(const uint8_t *p, const uint8_t *end, uint32_t **frames) {
    uint32_t *out = *frames;
    while (end - p >= 8) {
        uint64_t word = load_word(p), stops = ~word & CONTINUES, second = stops & (stops - 1);
        if (second == 0)
            break;
        unsigned bits = (unsigned)__builtin_ctzll(stops) + 1, both = (unsigned)__builtin_ctzll(second) + 1;
        uint64_t low = word & ((stops ^ (stops - 1)) >> 1);
        uint64_t high = (word & ((second ^ (second - 1)) >> 1)) >> bits;
        if (low >> 32 != 0 || high >> 32 != 0)
            break;
        out[0] = short_number((uint32_t)low);
        out[1] = short_number((uint32_t)high);
        if (out[0] == 0 || out[1] == 0)
            break;
        out += 2;
        p += both / 8;
    }
    *frames = out;
    return p;
}

/* The same one by one, for the last few bytes: what is behind `end` can be read, but is not an id's. */
static const uint8_t *single_ids(const uint8_t *p, const uint8_t *end, const uint8_t *readable_end,
                                 uint32_t **frames) {
    uint32_t *out = *frames;
    while (p < end && readable_end - p >= 8) {
        uint64_t word = load_word(p), stops = ~word & CONTINUES & UINT32_MAX;
        if (stops == 0)
            break;
        unsigned size = ((unsigned)__builtin_ctzll(stops) + 1) / 8;
        uint32_t id = short_number((uint32_t)(word & (stops ^ (stops - 1))));
        if (id == 0 || size > (size_t)(end - p))
            break;
        *out++ = id;
        p += size;
    }
    *frames = out;
    return p;
}

static bool packed_locations(cprof_proto *d, const uint8_t *p, const uint8_t *end, cprof_error *err) {
    cprof_u32s *frames = &d->columns.stack_frames;
    while (p < end) {
        /* An id has at least one byte. */
        if (!cprof_vec_reserve(d->env, frames, (size_t)(end - p)))
            return no_memory(d, err);
        uint32_t *out = frames->at + frames->count;
        p = id_pairs(p, end, &out);
        p = single_ids(p, end, d->readable_end, &out);
        frames->count = (size_t)(out - frames->at);
        if (p >= end)
            break;
        uint64_t id;
        const uint8_t *start = p;
        cprof_wire_status status = cprof_wire_varint(&p, end, &id);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "sample", err);
        if (!add_location(d, id, err))
            return false;
    }
    return true;
}

static bool packed_values(cprof_proto *d, const uint8_t *p, const uint8_t *end, cprof_error *err) {
    while (p < end) {
        uint64_t value;
        const uint8_t *start = p;
        cprof_wire_status status = cprof_wire_varint(&p, end, &value);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "sample", err);
        if (!cprof_vec_push(d->env, &d->columns.sample_values, (int64_t)value))
            return no_memory(d, err);
    }
    return true;
}

static bool add_label(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    uint64_t v[5];
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 4, "label", err))
        return false;
    cprof_proto_label label = {(int64_t)v[1], (int64_t)v[2], (int64_t)v[3], (int64_t)v[4]};
    return cprof_vec_push(d->env, &d->raw_labels, label) || no_memory(d, err);
}

enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };

static bool take_part(cprof_proto *d, const uint8_t *start, const cprof_wire_field *field, cprof_error *err) {
    bool packed = field->type == CPROF_WIRE_BYTES;
    if (field->number < SAMPLE_LOCATION || field->number > SAMPLE_LABEL)
        return true;
    if (!packed && (field->type != CPROF_WIRE_VARINT || field->number == SAMPLE_LABEL))
        return cprof_proto_type_error(d, start, field->number, "sample", err);
    const uint8_t *end = packed ? field->bytes + field->value : NULL;
    switch (field->number) {
    case SAMPLE_LOCATION:
        return packed ? packed_locations(d, field->bytes, end, err) : add_location(d, field->value, err);
    case SAMPLE_VALUE:
        if (packed)
            return packed_values(d, field->bytes, end, err);
        return cprof_vec_push(d->env, &d->columns.sample_values, (int64_t)field->value) || no_memory(d, err);
    default:
        return add_label(d, field, err);
    }
}

/* Keeps the frames from `start` on, or finds the equal stack. */
static bool intern_stack(cprof_proto *d, size_t start, uint32_t *row, cprof_error *err) {
    cprof_u32s *frames = &d->columns.stack_frames, *first = &d->columns.stack_first;
    size_t count = frames->count - start;
    const uint32_t *stack = count > 0 ? frames->at + start : NULL;
    uint64_t hash = cprof_hash_bytes(count > 0 ? (const void *)stack : "", count * sizeof *stack);
    cprof_index_probe probe = cprof_index_start(&d->stacks, hash);
    while (cprof_index_next(&d->stacks, &probe, row)) {
        size_t from = first->at[*row], to = *row + 1 < first->count ? first->at[*row + 1] : start;
        if (to - from == count &&
            (count == 0 || memcmp(frames->at + from, stack, count * sizeof *stack) == 0)) {
            frames->count = start;
            return true;
        }
    }
    if (!cprof_columns_room(start, count, "frames of distinct stacks", err) ||
        !cprof_columns_room(first->count, 1, "stacks", err))
        return false;
    *row = (uint32_t)first->count;
    return (cprof_vec_push(d->env, first, (uint32_t)start) &&
            cprof_vec_push(d->env, &d->stack_at, d->field_offset) &&
            cprof_index_insert(&d->stacks, hash, *row)) ||
           no_memory(d, err);
}

/* The same for label sets as they are on the wire.  Row 0 is the empty one. */
static bool intern_labels(cprof_proto *d, size_t start, uint32_t *row, cprof_error *err) {
    *row = 0;
    size_t count = d->raw_labels.count - start;
    if (count == 0)
        return true;
    const cprof_proto_label *labels = d->raw_labels.at + start;
    uint64_t hash = cprof_hash_bytes(labels, count * sizeof *labels);
    cprof_index_probe probe = cprof_index_start(&d->raw_sets, hash);
    while (cprof_index_next(&d->raw_sets, &probe, row)) {
        size_t from = d->raw_first.at[*row];
        size_t to = *row + 1 < d->raw_first.count ? d->raw_first.at[*row + 1] : start;
        if (to - from == count && memcmp(d->raw_labels.at + from, labels, count * sizeof *labels) == 0) {
            d->raw_labels.count = start;
            return true;
        }
    }
    if (!cprof_columns_room(start, count, "labels of distinct label sets", err) ||
        !cprof_columns_room(d->raw_first.count, 2, "label sets", err))
        return false;
    if (d->raw_first.count == 0 && (!cprof_vec_push(d->env, &d->raw_first, 0) ||
                                    !cprof_vec_push(d->env, &d->raw_set_at, d->field_offset)))
        return no_memory(d, err);
    *row = (uint32_t)d->raw_first.count;
    return (cprof_vec_push(d->env, &d->raw_first, (uint32_t)start) &&
            cprof_vec_push(d->env, &d->raw_set_at, d->field_offset) &&
            cprof_index_insert(&d->raw_sets, hash, *row)) ||
           no_memory(d, err);
}

/* All samples have as many values as the first. */
static bool check_values(cprof_proto *d, size_t count, cprof_error *err) {
    if (d->columns.sample_stack.count == 0) {
        d->value_count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
        d->sample_at = d->field_offset;
    }
    if (count != d->value_count && d->second_at > 0)
        return cprof_proto_second_error(d->second_at, err);
    return count == d->value_count ||
           cprof_proto_error(err, d->field_offset, "a sample with %zu values where others have %u", count,
                             d->value_count);
}

bool cprof_proto_take_sample(cprof_proto *d, const cprof_wire_field *message, cprof_error *err) {
    cprof_columns *c = &d->columns;
    const uint8_t *p = message->bytes, *end = p + message->value;
    size_t frames = c->stack_frames.count, values = c->sample_values.count, labels = d->raw_labels.count;
    while (p < end) {
        const uint8_t *start = p;
        cprof_wire_field field;
        cprof_wire_status status = cprof_wire_next(&p, end, &field);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "sample", err);
        if (!take_part(d, start, &field, err))
            return false;
    }
    uint32_t row = (uint32_t)c->sample_stack.count, stack, label_set;
    if (!check_values(d, c->sample_values.count - values, err) ||
        !cprof_columns_room(row, 1, "samples", err) || !intern_stack(d, frames, &stack, err) ||
        !intern_labels(d, labels, &label_set, err))
        return false;
    return (cprof_vec_push(d->env, &c->sample_stack, stack) &&
            cprof_column_set_u32(d->env, &c->sample_label_set, row, label_set)) ||
           no_memory(d, err);
}
