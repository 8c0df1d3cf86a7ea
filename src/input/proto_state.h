/* The decoder's inside, shared by its files: framing (proto.c), messages (proto_messages.c), samples
 * (proto_sample.c), label sets (proto_sets.c, proto_labels.c) and the end (proto_resolve.c). */
#ifndef CPROF_INPUT_PROTO_STATE_H
#define CPROF_INPUT_PROTO_STATE_H

#include "input/proto.h"
#include "input/proto_sets.h"
#include "input/wire.h"
#include "profile/columns.h"

/* A reference to a wire id in 32 bits: ids below 2^31 are themselves, others a row of wide_ids. */
#define CPROF_PROTO_WIDE 0x80000000U

/* A sample that is read, and not yet looked up: see proto_sample.c. */
typedef struct cprof_proto_sample {
    uint64_t stack_hash;
    uint64_t at;                  /* in bytes into the message */
    uint32_t frames, frame_count; /* in batch_frames */
    uint32_t labels, label_count; /* in sets.filling.labels */
    uint32_t stack_guess;         /* row that may be an equal one, or CPROF_NONE */
} cprof_proto_sample;

#define CPROF_PROTO_BATCH 64 /* samples that are looked up together */

/* The fields of a profile that hold one number, in the order of their field numbers. */
typedef enum cprof_proto_header {
    CPROF_PROTO_DROP_FRAMES,
    CPROF_PROTO_KEEP_FRAMES,
    CPROF_PROTO_TIME,
    CPROF_PROTO_DURATION,
    CPROF_PROTO_PERIOD_TYPE,
    CPROF_PROTO_PERIOD_UNIT,
    CPROF_PROTO_PERIOD,
    CPROF_PROTO_DEFAULT_TYPE,
    CPROF_PROTO_DOC_URL,
    CPROF_PROTO_HEADERS
} cprof_proto_header;

typedef struct cprof_proto_number {
    uint64_t value;
    uint64_t offset; /* where it was last seen, in bytes into the message */
} cprof_proto_number;

struct cprof_proto {
    const cprof_env *env; /* borrowed */
    cprof_profile *profile;
    cprof_columns columns; /* references and strings in them are the wire's until the end */

    /* Framing. */
    uint64_t position;                    /* of the next chunk, in bytes into the message */
    const uint8_t *origin, *readable_end; /* what may be read of the bytes around a field */
    uint64_t origin_offset;               /* of origin, in bytes into the message */
    uint64_t field_offset;                /* of the current field, in bytes into the message */
    CPROF_VEC(uint8_t) carry;             /* the start of a field whose end is not there yet */
    uint64_t carry_size;                  /* bytes of the whole field; 0: not known yet */
    uint64_t skip;                        /* bytes of an unknown field that are to come */
    cprof_wire_groups groups;             /* unknown ones that are open */

    /* What is needed as long as there is more to read. */
    cprof_proto_number header[CPROF_PROTO_HEADERS];
    cprof_u32s string_ids; /* by index; empty as long as index and id agree */
    uint32_t string_count; /* on the wire */
    cprof_idmap wide_rows; /* id -> row of wide_ids */
    cprof_u64s wide_ids;   /* rows of CPROF_PROTO_WIDE references */
    cprof_index stacks;    /* of columns.stack_first */
    cprof_proto_sets sets; /* as long as it may have a thread, it alone touches the columns' labels */
    cprof_proto_sample batch[CPROF_PROTO_BATCH];
    uint32_t batch_count;
    cprof_u32s batch_frames;
    bool sums_stacks; /* see cprof_proto_sum_stacks */
    bool sums_overflowed;
    cprof_proto_number
        label_string;      /* then: the highest string index in a label, and the sample that has it */
    cprof_u32s stack_sum;  /* then: of each stack, the sample that its samples are summed in, or CPROF_NONE */
    uint64_t sample_count; /* read so far */
    uint64_t sample_at;    /* the first sample, in bytes into the message */
    uint64_t second_at;    /* where a second profile seems to begin; 0: nowhere */
    uint32_t value_count;  /* of each sample; known from the first on */
    /* Where the rows of the tables were, in bytes into the message; of stacks the first time. */
    cprof_u64s type_at, comment_at, mapping_at, function_at, location_at, stack_at;
};

/* Sets err to "MESSAGE at byte OFFSET" and returns false. */
bool cprof_proto_error(cprof_error *err, uint64_t offset, const char *format, ...) CPROF_PRINTF(3, 4);

/* Where p, inside of what is being read, is in the message. */
static inline uint64_t cprof_proto_offset(const cprof_proto *d, const uint8_t *p) {
    return d->origin_offset + (uint64_t)(p - d->origin);
}

/* Errors inside of a message; each sets err and returns false. */
bool cprof_proto_wire_error(const cprof_proto *d, const uint8_t *at, cprof_wire_status status,
                            const char *what, cprof_error *err);
bool cprof_proto_second_error(uint64_t at, cprof_error *err);
bool cprof_proto_type_error(const cprof_proto *d, const uint8_t *at, uint64_t number, const char *what,
                            cprof_error *err);

/* A message of numbers alone: values[n] becomes field n's (0 where there is none), n from 1 to last. */
bool cprof_proto_numbers(const cprof_proto *d, const uint8_t *p, const uint8_t *end, uint64_t *values,
                         unsigned last, const char *what, cprof_error *err);
/* A reference to a location, function or mapping, in 32 bits. */
bool cprof_proto_reference(cprof_proto *d, uint64_t id, uint32_t *reference, cprof_error *err);

bool cprof_proto_take_sample(cprof_proto *d, const cprof_wire_field *message, cprof_error *err);
/* Looks up the samples of the batch. */
bool cprof_proto_flush_samples(cprof_proto *d, cprof_error *err);
/* A string's index, kept in 32 bits until all strings are known. */
bool cprof_proto_index(const cprof_proto *d, uint64_t value, uint32_t *index, cprof_error *err);

/* Takes a field of the profile, all of whose bytes are there. */
bool cprof_proto_take_field(cprof_proto *d, const cprof_wire_field *field, cprof_error *err);

/* True for fields that cprof_proto_take_field does something with. */
static inline bool cprof_proto_knows(uint64_t number) {
    return number >= 1 && number <= 15;
}

/* Turns what was read into the profile's tables. */
bool cprof_proto_resolve(cprof_proto *d, cprof_error *err);
/* Turns an index in the string table into a string id, in place. */
bool cprof_proto_resolve_string(const cprof_proto *d, uint32_t *string, uint64_t offset, cprof_error *err);
/* Fills the columns' label sets; touches nothing that stacks are made of. */
bool cprof_proto_resolve_label_sets(cprof_proto *d, cprof_error *err);

#endif
