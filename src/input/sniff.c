/* What the first bytes of an input look like. */
#include "input/proto.h"
#include "input/wire.h"

/* For each field number: 'n' a number, 'p' numbers, packed or not, 's' bytes, 'm' a message. */
typedef struct schema {
    const char *types; /* field 1 first */
    const struct schema *messages[15];
} schema;

static const schema value_type = {.types = "nn"};
static const schema label = {.types = "nnnn"};
static const schema sample = {.types = "ppm", .messages = {[2] = &label}};
static const schema mapping = {.types = "nnnnnnnnnn"};
static const schema line = {.types = "nnn"};
static const schema location = {.types = "nnnmn", .messages = {[3] = &line}};
static const schema function = {.types = "nnnnn"};
static const schema profile = {
    .types = "mmmmmsnnnnmnpnn",
    .messages = {&value_type, &sample, &mapping, &location, &function, [10] = &value_type},
};

static bool fits_type(char type, unsigned wire_type) {
    if (type == 'p')
        return wire_type == CPROF_WIRE_VARINT || wire_type == CPROF_WIRE_BYTES;
    return wire_type == (type == 'n' ? CPROF_WIRE_VARINT : CPROF_WIRE_BYTES);
}

static const schema *child_of(const schema *s, const cprof_wire_field *field) {
    return s->types[field->number - 1] == 'm' ? s->messages[field->number - 1] : NULL;
}

/* The type of a field, or 0 where the schema does not know it. */
static char type_of(const schema *s, uint64_t number) {
    return number >= 1 && number <= strlen(s->types) ? s->types[number - 1] : 0;
}

/* A message inside of the profile.  [p, end) is what is there of it; cut: it goes on behind. */
static bool message_fits(const schema *s, const uint8_t *p, const uint8_t *end, bool cut) {
    /* The schema is a few levels deep, so this is no deep recursion. */
    while (p < end) {
        cprof_wire_field field;
        const uint8_t *start = p;
        cprof_wire_status status = cprof_wire_header(&p, end, &field);
        if (status == CPROF_WIRE_CUT)
            return cut;
        char type = status == CPROF_WIRE_OK ? type_of(s, field.number) : 0;
        if (status != CPROF_WIRE_OK || (type && !fits_type(type, field.type)))
            return false;
        if (field.type == CPROF_WIRE_GROUP || field.type == CPROF_WIRE_GROUP_END)
            return p > start; /* no writer has them: nothing more can be told */
        if (field.type != CPROF_WIRE_BYTES)
            continue;
        bool field_cut = field.value > (uint64_t)(end - p);
        if (field_cut && !cut)
            return false;
        const uint8_t *field_end = field_cut ? end : p + field.value;
        if (type == 'm' && !message_fits(child_of(s, &field), p, field_end, field_cut))
            return false;
        p = field_end;
    }
    return true;
}

cprof_proto_likeness cprof_proto_sniff(cprof_slice head, bool whole) {
    enum { ENOUGH = 4 }; /* messages and strings that no text has by chance */
    const uint8_t *p = (const uint8_t *)head.ptr, *end = p + head.len;
    unsigned fields = 0, good = 0;
    bool strings = false, broken = false;
    while (p < end && !broken) {
        cprof_wire_field field;
        cprof_wire_status status = cprof_wire_header(&p, end, &field);
        if (status == CPROF_WIRE_CUT && !whole)
            break;
        char type = status == CPROF_WIRE_OK ? type_of(&profile, field.number) : 0;
        if (status != CPROF_WIRE_OK || (fields == 0 && !type) || (type && !fits_type(type, field.type))) {
            broken = true;
            break;
        }
        fields++;
        if (field.type == CPROF_WIRE_GROUP || field.type == CPROF_WIRE_GROUP_END)
            break;
        if (field.type != CPROF_WIRE_BYTES)
            continue;
        bool cut = field.value > (uint64_t)(end - p);
        const uint8_t *field_end = cut ? end : p + field.value;
        broken = cut && whole;
        if (type == 's') {
            broken |= !strings && field.value != 0; /* the first is "" */
            strings = true;
        } else if (type == 'm') {
            broken |= !message_fits(child_of(&profile, &field), p, field_end, cut && !whole);
        }
        good += type && !broken;
        p = field_end;
    }
    if (good >= ENOUGH || (good > 0 && !broken))
        return CPROF_PROTO_SURELY;
    return good > 0 || (fields > 0 && !broken) ? CPROF_PROTO_MAYBE : CPROF_PROTO_NOT;
}
