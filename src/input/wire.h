/* The protobuf wire format, field by field, from bytes that are all there. */
#ifndef CPROF_INPUT_WIRE_H
#define CPROF_INPUT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    CPROF_WIRE_VARINT = 0,
    CPROF_WIRE_FIXED64 = 1,
    CPROF_WIRE_BYTES = 2,
    CPROF_WIRE_GROUP = 3,
    CPROF_WIRE_GROUP_END = 4,
    CPROF_WIRE_FIXED32 = 5
};

typedef enum cprof_wire_status {
    CPROF_WIRE_OK,
    CPROF_WIRE_CUT,        /* the bytes end inside of it */
    CPROF_WIRE_BAD_VARINT, /* longer than 10 bytes */
    CPROF_WIRE_BAD_TYPE,   /* a wire type that there is not */
    CPROF_WIRE_BAD_GROUP   /* ends that fit no start, or too many inside each other */
} cprof_wire_status;

#define CPROF_WIRE_VARINT_MAX 10                          /* bytes */
#define CPROF_WIRE_HEADER_MAX (2 * CPROF_WIRE_VARINT_MAX) /* bytes of a tag and a length */
#define CPROF_WIRE_GROUPS_MAX 64                          /* unknown groups inside each other */

typedef struct cprof_wire_field {
    uint64_t number;
    unsigned type;
    uint64_t value;       /* of a number; bytes' length */
    const uint8_t *bytes; /* where the payload starts */
} cprof_wire_field;

/* The numbers of the groups that are open. */
typedef struct cprof_wire_groups {
    unsigned depth;
    uint64_t numbers[CPROF_WIRE_GROUPS_MAX];
} cprof_wire_groups;

/* Bits beyond the 64th are dropped, as the reference does. */
static inline cprof_wire_status cprof_wire_varint_slow(const uint8_t **at, const uint8_t *end,
                                                       uint64_t *value) {
    uint64_t u = 0;
    const uint8_t *p = *at;
    for (unsigned shift = 0; shift < 7 * CPROF_WIRE_VARINT_MAX; shift += 7) {
        if (p == end)
            return CPROF_WIRE_CUT;
        uint8_t byte = *p++;
        u |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *at = p;
            *value = u;
            return CPROF_WIRE_OK;
        }
    }
    return CPROF_WIRE_BAD_VARINT;
}

static inline cprof_wire_status cprof_wire_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    const uint8_t *p = *at;
    if (p < end && *p < 0x80) {
        *value = *p;
        *at = p + 1;
        return CPROF_WIRE_OK;
    }
    return cprof_wire_varint_slow(at, end, value);
}

/* One field: its number, type and value, or where its bytes are.  *at moves behind the header (and behind the
 * whole of a number): bytes are not looked for. */
static inline cprof_wire_status cprof_wire_header(const uint8_t **at, const uint8_t *end,
                                                  cprof_wire_field *field) {
    uint64_t tag;
    cprof_wire_status status = cprof_wire_varint(at, end, &tag);
    if (status != CPROF_WIRE_OK)
        return status;
    field->number = tag >> 3;
    field->type = tag & 7;
    field->value = 0;
    switch (field->type) {
    case CPROF_WIRE_VARINT:
    case CPROF_WIRE_BYTES:
        status = cprof_wire_varint(at, end, &field->value);
        break;
    case CPROF_WIRE_FIXED64:
    case CPROF_WIRE_FIXED32: {
        size_t size = field->type == CPROF_WIRE_FIXED64 ? 8 : 4;
        if ((size_t)(end - *at) < size)
            return CPROF_WIRE_CUT;
        *at += size;
        break;
    }
    case CPROF_WIRE_GROUP:
    case CPROF_WIRE_GROUP_END:
        break;
    default:
        return CPROF_WIRE_BAD_TYPE;
    }
    field->bytes = *at;
    return status;
}

static inline cprof_wire_status cprof_wire_group(cprof_wire_groups *groups, const cprof_wire_field *field) {
    if (field->type == CPROF_WIRE_GROUP) {
        if (groups->depth == CPROF_WIRE_GROUPS_MAX)
            return CPROF_WIRE_BAD_GROUP;
        groups->numbers[groups->depth++] = field->number;
    } else if (field->type == CPROF_WIRE_GROUP_END) {
        if (groups->depth == 0 || groups->numbers[groups->depth - 1] != field->number)
            return CPROF_WIRE_BAD_GROUP;
        groups->depth--;
    }
    return CPROF_WIRE_OK;
}

/* Moves behind the end of the group that the field starts. */
cprof_wire_status cprof_wire_skip_group(const uint8_t **at, const uint8_t *end,
                                        const cprof_wire_field *field);

/* The next field of a message (*at < end), all of whose bytes are there; of a group only the start's number
 * and type, the rest is skipped. */
static inline cprof_wire_status cprof_wire_next(const uint8_t **at, const uint8_t *end,
                                                cprof_wire_field *field) {
    cprof_wire_status status = cprof_wire_header(at, end, field);
    if (status != CPROF_WIRE_OK || field->type == CPROF_WIRE_VARINT)
        return status;
    if (field->type == CPROF_WIRE_GROUP || field->type == CPROF_WIRE_GROUP_END)
        return cprof_wire_skip_group(at, end, field);
    if (field->type == CPROF_WIRE_BYTES) {
        if (field->value > (uint64_t)(end - *at))
            return CPROF_WIRE_CUT;
        *at += field->value;
    }
    return CPROF_WIRE_OK;
}

const char *cprof_wire_status_text(cprof_wire_status status);

#endif
