/* Samples: where nearly all of a big profile's bytes are.
 *
 * Most have a stack that was there before, anywhere in hundreds of megabytes.  Looking it up is three reads
 * that depend on each other, and each would wait for memory.  So samples are collected in a batch, and each
 * kind of read is started for all of them before the first is waited for.
 */
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
    return cprof_vec_push(d->env, &d->batch_frames, reference) || no_memory(d, err);
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
    cprof_u32s *frames = &d->batch_frames;
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

/* The label keeps the wire's string indices; a text's number and unit say nothing. */
static bool add_label(cprof_proto *d, const cprof_wire_field *field, cprof_error *err) {
    uint64_t v[5];
    if (!cprof_proto_numbers(d, field->bytes, field->bytes + field->value, v, 4, "label", err))
        return false;
    cprof_label label;
    memset(&label, 0, sizeof label); /* labels are compared as bytes, with what lies between their fields */
    label.is_number = v[2] == 0;
    if (!cprof_proto_index(d, v[1], &label.key, err) || !cprof_proto_index(d, v[2], &label.text, err))
        return false;
    if (label.is_number) {
        label.number = (int64_t)v[3];
        if (!cprof_proto_index(d, v[4], &label.unit, err))
            return false;
    }
    cprof_wire_labels *labels = &d->sets.filling.labels;
    if (!cprof_vec_reserve(d->env, labels, 1))
        return no_memory(d, err);
    memcpy(&labels->at[labels->count++], &label, sizeof label);
    return true;
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

/* The end of row `row` of a table whose rows are one after the other. */
static size_t row_end(const cprof_u32s *first, uint32_t row, size_t count) {
    return row + 1 < first->count ? first->at[row + 1] : count;
}

static bool intern_stack(cprof_proto *d, const cprof_proto_sample *s, uint32_t *row, cprof_error *err) {
    cprof_u32s *frames = &d->columns.stack_frames, *first = &d->columns.stack_first;
    const uint32_t *stack = s->frame_count > 0 ? d->batch_frames.at + s->frames : NULL;
    cprof_index_probe probe = cprof_index_start(&d->stacks, s->stack_hash);
    while (cprof_index_next(&d->stacks, &probe, row)) {
        size_t from = first->at[*row];
        if (row_end(first, *row, frames->count) - from == s->frame_count &&
            (s->frame_count == 0 || memcmp(frames->at + from, stack, s->frame_count * sizeof *stack) == 0))
            return true;
    }
    if (!cprof_columns_room(frames->count, s->frame_count, "frames of distinct stacks", err) ||
        !cprof_columns_room(first->count, 1, "stacks", err))
        return false;
    *row = (uint32_t)first->count;
    return (cprof_vec_push(d->env, first, (uint32_t)frames->count) &&
            cprof_vec_append(d->env, frames, stack, s->frame_count) &&
            cprof_vec_push(d->env, &d->stack_at, s->at) &&
            cprof_index_insert(&d->stacks, s->stack_hash, *row)) ||
           no_memory(d, err);
}

static void prefetch_batch(cprof_proto *d) {
    cprof_columns *c = &d->columns;
    for (uint32_t i = 0; i < d->batch_count; i++)
        d->batch[i].stack_guess = cprof_index_guess(&d->stacks, d->batch[i].stack_hash, c->stack_first.at);
    for (uint32_t i = 0; i < d->batch_count; i++) {
        const cprof_proto_sample *s = &d->batch[i];
        if (s->stack_guess != CPROF_NONE && s->frame_count > 0 && c->stack_frames.at)
            cprof_prefetch_bytes(c->stack_frames.at + c->stack_first.at[s->stack_guess],
                                 s->frame_count * sizeof *c->stack_frames.at);
    }
}

static bool keep_sample(cprof_proto *d, const cprof_proto_sample *s, uint32_t stack, cprof_error *err) {
    cprof_u32s *stacks = &d->columns.sample_stack;
    const cprof_wire_set set = {
        .at = s->at, .sample = (uint32_t)stacks->count, .labels = s->labels, .count = s->label_count};
    if (!cprof_columns_room(stacks->count, 1, "samples", err))
        return false;
    return (cprof_vec_push(d->env, stacks, stack) &&
            (set.count == 0 || cprof_vec_push(d->env, &d->sets.filling.sets, set))) ||
           no_memory(d, err);
}

/* Labels that are not kept are checked all the same. */
static void check_labels_later(cprof_proto *d, const cprof_proto_sample *s) {
    for (uint32_t i = 0; i < s->label_count; i++) {
        const cprof_label *l = &d->sets.filling.labels.at[s->labels + i];
        uint32_t highest = l->key > l->text ? l->key : l->text;
        highest = highest > l->unit ? highest : l->unit;
        if (highest > d->label_string.value)
            d->label_string = (cprof_proto_number){highest, s->at};
    }
}

static bool is_negative(const int64_t *values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (values[i] < 0)
            return true;
    return false;
}

/* Adds the values to those of the stack's sample, or makes them its first: *kept values of the batch stay. */
static bool sum_sample(cprof_proto *d, uint32_t stack, const int64_t *values, size_t *kept,
                       cprof_error *err) {
    cprof_columns *c = &d->columns;
    uint32_t none = CPROF_NONE;
    while (d->stack_sum.count <= stack)
        if (!cprof_vec_push(d->env, &d->stack_sum, none))
            return no_memory(d, err);
    uint32_t *sum = &d->stack_sum.at[stack];
    bool negative = is_negative(values, d->value_count);
    if (negative || *sum == CPROF_NONE) {
        uint32_t row = (uint32_t)c->sample_stack.count;
        if (!cprof_columns_room(row, 1, "samples", err))
            return false;
        if (!negative)
            *sum = row;
        if (d->value_count > 0) /* else there is no array of values */
            memmove(c->sample_values.at + *kept, values, d->value_count * sizeof *values);
        *kept += d->value_count;
        return cprof_vec_push(d->env, &c->sample_stack, stack) || no_memory(d, err);
    }
    int64_t *to = c->sample_values.at + (size_t)*sum * d->value_count;
    for (uint32_t i = 0; i < d->value_count; i++)
        if (__builtin_add_overflow(to[i], values[i], &to[i])) {
            to[i] = INT64_MAX;
            d->sums_overflowed = true;
        }
    return true;
}

bool cprof_proto_flush_samples(cprof_proto *d, cprof_error *err) {
    cprof_i64s *values = &d->columns.sample_values;
    size_t first = values->count - (size_t)d->batch_count * d->value_count, kept = first;
    prefetch_batch(d);
    for (uint32_t i = 0; i < d->batch_count; i++) {
        uint32_t stack;
        if (!intern_stack(d, &d->batch[i], &stack, err))
            return false;
        const int64_t *at = d->value_count > 0 ? values->at + first + (size_t)i * d->value_count : NULL;
        if (!(d->sums_stacks ? sum_sample(d, stack, at, &kept, err)
                             : keep_sample(d, &d->batch[i], stack, err)))
            return false;
        if (d->sums_stacks)
            check_labels_later(d, &d->batch[i]);
    }
    d->batch_count = 0;
    d->batch_frames.count = 0;
    if (!d->sums_stacks)
        return cprof_proto_sets_advance(&d->sets, err);
    values->count = kept;
    d->sets.filling.labels.count = 0;
    return true;
}

/* All samples have as many values as the first. */
static bool check_values(cprof_proto *d, size_t count, cprof_error *err) {
    if (d->sample_count++ == 0) {
        d->value_count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
        d->sample_at = d->field_offset;
    }
    if (count != d->value_count && d->second_at > 0)
        return cprof_proto_second_error(d->second_at, err);
    return count == d->value_count ||
           cprof_proto_error(err, d->field_offset, "a sample with %zu values where others have %u", count,
                             d->value_count);
}

/* What was read from `frames` and `labels` on is the batch's next sample. */
static bool add_to_batch(cprof_proto *d, size_t frames, size_t labels, cprof_error *err) {
    size_t frame_count = d->batch_frames.count - frames;
    size_t label_end = d->sets.filling.labels.count;
    if (!cprof_columns_room(d->batch_frames.count, 0, "frames of samples", err) ||
        !cprof_columns_room(label_end, 0, "labels of samples", err))
        return false;
    cprof_proto_sample *s = &d->batch[d->batch_count++];
    s->at = d->field_offset;
    s->frames = (uint32_t)frames;
    s->frame_count = (uint32_t)frame_count;
    s->labels = (uint32_t)labels;
    s->label_count = (uint32_t)(label_end - labels);
    s->stack_hash = cprof_hash_bytes(frame_count > 0 ? (const void *)(d->batch_frames.at + frames) : "",
                                     frame_count * sizeof *d->batch_frames.at);
    cprof_index_prefetch(&d->stacks, s->stack_hash);
    return d->batch_count < CPROF_PROTO_BATCH || cprof_proto_flush_samples(d, err);
}

bool cprof_proto_take_sample(cprof_proto *d, const cprof_wire_field *message, cprof_error *err) {
    const uint8_t *p = message->bytes, *end = p + message->value;
    size_t frames = d->batch_frames.count, labels = d->sets.filling.labels.count;
    size_t values = d->columns.sample_values.count;
    while (p < end) {
        const uint8_t *start = p;
        cprof_wire_field field;
        cprof_wire_status status = cprof_wire_next(&p, end, &field);
        if (status != CPROF_WIRE_OK)
            return cprof_proto_wire_error(d, start, status, "sample", err);
        if (!take_part(d, start, &field, err))
            return false;
    }
    return check_values(d, d->columns.sample_values.count - values, err) &&
           add_to_batch(d, frames, labels, err);
}
