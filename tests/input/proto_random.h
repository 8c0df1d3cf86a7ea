/* Random profiles on the wire: in any order of fields, packed or not, with fields that nobody knows. */
#ifndef CPROF_TESTS_PROTO_RANDOM_H
#define CPROF_TESTS_PROTO_RANDOM_H

#include "base/slice.h"

typedef struct random_source {
    uint64_t state;
} random_source;

uint64_t random_next(random_source *r);
/* 0 … n - 1 */
uint32_t random_below(random_source *r, uint32_t n);

typedef struct wire_buffer {
    char *bytes;
    size_t count, capacity;
} wire_buffer;

void wire_put(wire_buffer *b, const void *bytes, size_t size);
void wire_varint(wire_buffer *b, uint64_t value);
void wire_number(wire_buffer *b, uint64_t field, uint64_t value);
void wire_bytes(wire_buffer *b, uint64_t field, const void *bytes, size_t size);
void wire_message(wire_buffer *b, uint64_t field, wire_buffer *message); /* and frees the message */

/* A profile that is valid.  Free bytes with free. */
wire_buffer random_profile(random_source *r);

#endif
