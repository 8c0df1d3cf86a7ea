#include "proto_random.h"

#include <stdlib.h>

uint64_t random_next(random_source *r) {
    r->state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = r->state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint32_t random_below(random_source *r, uint32_t n) {
    return (uint32_t)(random_next(r) >> 33) % n;
}

void wire_put(wire_buffer *b, const void *bytes, size_t size) {
    if (b->capacity - b->count < size) {
        b->capacity = (b->count + size) * 2;
        b->bytes = realloc(b->bytes, b->capacity);
    }
    if (size > 0)
        memcpy(b->bytes + b->count, bytes, size);
    b->count += size;
}

void wire_varint(wire_buffer *b, uint64_t value) {
    do {
        uint8_t byte = (uint8_t)(value & 0x7f) | (value > 0x7f ? 0x80 : 0);
        wire_put(b, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

void wire_number(wire_buffer *b, uint64_t field, uint64_t value) {
    wire_varint(b, field << 3);
    wire_varint(b, value);
}

void wire_bytes(wire_buffer *b, uint64_t field, const void *bytes, size_t size) {
    wire_varint(b, field << 3 | 2);
    wire_varint(b, size);
    wire_put(b, bytes, size);
}

void wire_message(wire_buffer *b, uint64_t field, wire_buffer *message) {
    wire_bytes(b, field, message->bytes, message->count);
    free(message->bytes);
    *message = (wire_buffer){0};
}

/* A number as profiles have them: mostly small, sometimes of any size. */
static uint64_t any_number(random_source *r) {
    return random_next(r) >> random_below(r, 64);
}

/* A field that the format does not have. */
static void maybe_unknown(random_source *r, wire_buffer *b) {
    static const char bytes[64] = "unknown";
    uint64_t field = 20 + random_below(r, 3000);
    switch (random_below(r, 40)) {
    case 0:
        wire_number(b, field, any_number(r));
        break;
    case 1:
        wire_bytes(b, field, bytes, random_below(r, sizeof bytes));
        break;
    case 2:
        wire_varint(b, field << 3 | 1);
        wire_put(b, bytes, 8);
        break;
    case 3:
        wire_varint(b, field << 3 | 5);
        wire_put(b, bytes, 4);
        break;
    default:
        break;
    }
}

typedef struct shape {
    uint32_t types, strings, mappings, functions, locations, samples;
    uint64_t id_step; /* ids are id_base + step × row */
    uint64_t id_base;
    bool descending; /* the last row has the lowest id */
} shape;

static uint64_t row_id(const shape *s, uint32_t row, uint32_t count) {
    return s->id_base + s->id_step * (s->descending ? count - 1 - row : row);
}

/* Numbers of a repeated field: packed, not packed, or both. */
static void put_numbers(random_source *r, wire_buffer *b, uint64_t field, const uint64_t *numbers,
                        uint32_t count) {
    for (uint32_t i = 0; i < count;) {
        uint32_t run = random_below(r, 8) == 0 ? 1 + random_below(r, count - i) : count - i;
        if (random_below(r, 4) == 0) {
            for (uint32_t k = 0; k < run; k++)
                wire_number(b, field, numbers[i + k]);
        } else {
            wire_buffer packed = {0};
            for (uint32_t k = 0; k < run; k++)
                wire_varint(&packed, numbers[i + k]);
            wire_message(b, field, &packed);
        }
        i += run;
    }
}

static void put_label(random_source *r, const shape *s, wire_buffer *b) {
    wire_buffer m = {0};
    wire_number(&m, 1, random_below(r, s->strings));
    switch (random_below(r, 5)) {
    case 0:
        break; /* says nothing */
    case 1:
        wire_number(&m, 3, any_number(r));
        break;
    case 2:
        wire_number(&m, 4, random_below(r, s->strings));
        wire_number(&m, 3, any_number(r));
        break;
    default:
        wire_number(&m, 2, random_below(r, s->strings));
        break;
    }
    maybe_unknown(r, &m);
    wire_message(b, 3, &m);
}

static void put_sample(random_source *r, const shape *s, wire_buffer *b) {
    wire_buffer m = {0};
    uint64_t numbers[300];
    uint32_t depth = s->locations == 0 ? 0 : random_below(r, random_below(r, 20) == 0 ? 300 : 6);
    for (uint32_t i = 0; i < depth; i++)
        numbers[i] = row_id(s, random_below(r, random_below(r, 2) ? s->locations : (s->locations + 7) / 8),
                            s->locations);
    put_numbers(r, &m, 1, numbers, depth);
    maybe_unknown(r, &m);
    for (uint32_t i = 0; i < s->types; i++)
        numbers[i] = any_number(r) * (random_below(r, 4) ? 1 : UINT64_MAX);
    put_numbers(r, &m, 2, numbers, s->types);
    for (uint32_t i = random_below(r, 3) ? 0 : random_below(r, 30); i > 0; i--)
        put_label(r, s, &m);
    wire_message(b, 2, &m);
}

static void put_mapping(random_source *r, const shape *s, wire_buffer *b, uint32_t row) {
    wire_buffer m = {0};
    wire_number(&m, 1, row_id(s, row, s->mappings));
    for (uint64_t field = 2; field <= 4; field++)
        wire_number(&m, field, any_number(r));
    wire_number(&m, 5, random_below(r, s->strings));
    wire_number(&m, 6, random_below(r, s->strings));
    for (uint64_t field = 7; field <= 10; field++) {
        if (random_below(r, 2))
            wire_number(&m, field, 1);
    }
    maybe_unknown(r, &m);
    wire_message(b, 3, &m);
}

static void put_location(random_source *r, const shape *s, wire_buffer *b, uint32_t row) {
    wire_buffer m = {0};
    wire_number(&m, 1, row_id(s, row, s->locations));
    if (s->mappings > 0 && random_below(r, 4))
        wire_number(&m, 2, row_id(s, random_below(r, s->mappings), s->mappings));
    else if (random_below(r, 4) == 0)
        wire_number(&m, 2, UINT64_C(999999999999)); /* a mapping that is not there */
    wire_number(&m, 3, any_number(r));
    for (uint32_t i = s->functions == 0 ? 0 : random_below(r, 4); i > 0; i--) {
        wire_buffer line = {0};
        wire_number(&line, 1, row_id(s, random_below(r, s->functions), s->functions));
        wire_number(&line, 2, any_number(r));
        if (random_below(r, 8) == 0)
            wire_number(&line, 3, any_number(r));
        maybe_unknown(r, &line);
        wire_message(&m, 4, &line);
    }
    if (random_below(r, 16) == 0)
        wire_number(&m, 5, random_below(r, 2));
    maybe_unknown(r, &m);
    wire_message(b, 4, &m);
}

static void put_function(random_source *r, const shape *s, wire_buffer *b, uint32_t row) {
    wire_buffer m = {0};
    for (uint64_t field = 2; field <= 4; field++)
        wire_number(&m, field, random_below(r, s->strings));
    if (random_below(r, 8) == 0)
        wire_number(&m, 5, any_number(r));
    wire_number(&m, 1, row_id(s, row, s->functions));
    maybe_unknown(r, &m);
    wire_message(b, 5, &m);
}

static void put_string(random_source *r, wire_buffer *b, uint32_t row) {
    char bytes[400];
    uint32_t size = row == 0 ? 0 : random_below(r, random_below(r, 10) == 0 ? sizeof bytes : 5);
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (char)random_below(r, size < 3 ? 3 : 256);
    wire_bytes(b, 6, bytes, size);
}

static void put_value_type(random_source *r, const shape *s, wire_buffer *b, uint64_t field) {
    wire_buffer m = {0};
    wire_number(&m, 1, random_below(r, s->strings));
    wire_number(&m, 2, random_below(r, s->strings));
    wire_message(b, field, &m);
}

static void put_header(random_source *r, const shape *s, wire_buffer *b) {
    for (uint64_t field = 7; field <= 15; field++) {
        if (random_below(r, 2) == 0)
            continue;
        if (field == 11)
            put_value_type(r, s, b, 11);
        else if (field == 13) {
            uint64_t comments[5];
            for (int i = 0; i < 5; i++)
                comments[i] = random_below(r, s->strings);
            put_numbers(r, b, 13, comments, 1 + random_below(r, 5));
        } else if (field == 9 || field == 10 || field == 12)
            wire_number(b, field, any_number(r));
        else
            wire_number(b, field, random_below(r, s->strings));
    }
}

static void put_table(random_source *r, const shape *s, wire_buffer *b, unsigned table) {
    for (uint32_t i = 0; table == 0 && i < s->types; i++)
        put_value_type(r, s, b, 1);
    for (uint32_t i = 0; table == 1 && i < s->samples; i++)
        put_sample(r, s, b);
    for (uint32_t i = 0; table == 2 && i < s->mappings; i++)
        put_mapping(r, s, b, i);
    for (uint32_t i = 0; table == 3 && i < s->locations; i++)
        put_location(r, s, b, i);
    for (uint32_t i = 0; table == 4 && i < s->functions; i++)
        put_function(r, s, b, i);
    for (uint32_t i = 0; table == 5 && i < s->strings; i++)
        put_string(r, b, i);
    if (table == 6)
        put_header(r, s, b);
    maybe_unknown(r, b);
}

wire_buffer random_profile(random_source *r) {
    static const uint64_t steps[] = {1, 1, 2, 5, 1000, UINT64_C(0x7fffffff), UINT64_C(0x123456789)};
    shape s = {
        .types = 1 + random_below(r, 4),
        .strings = 1 + random_below(r, 60),
        .mappings = random_below(r, 4),
        .functions = random_below(r, 40),
        .locations = random_below(r, 60),
        .samples = random_below(r, 60),
        .id_step = steps[random_below(r, sizeof steps / sizeof *steps)],
        .id_base = random_below(r, 3) ? 1 : 1 + any_number(r) / 4,
        .descending = random_below(r, 4) == 0,
    };
    wire_buffer b = {0};
    unsigned order[7] = {0, 1, 2, 3, 4, 5, 6};
    for (unsigned i = 6; i > 0 && random_below(r, 2); i--) {
        unsigned k = random_below(r, i + 1), other = order[k];
        order[k] = order[i];
        order[i] = other;
    }
    for (unsigned i = 0; i < 7; i++)
        put_table(r, &s, &b, order[i]);
    return b;
}
