/* What a profile must be, told by protobuf-c's decoder and the format's rules, written down independently. */
#ifndef CPROF_TESTS_PROTO_ORACLE_H
#define CPROF_TESTS_PROTO_ORACLE_H

#include "profile/profile.h"

#include <profile.pb-c.h>

typedef struct proto_oracle {
    Cprof__Wire__Profile *message; /* NULL: protobuf-c refuses the bytes */
    const char *defect;            /* what makes the message no profile; NULL: it is one */
} proto_oracle;

void proto_oracle_init(proto_oracle *oracle, cprof_slice bytes);
void proto_oracle_deinit(proto_oracle *oracle);

/* NULL when p is exactly what the message says, else what differs.  The period type is compared only when
 * asked for: decoders differ where it is there twice. */
const char *proto_oracle_differs(const proto_oracle *oracle, const cprof_profile *p, bool period_type);

/* True for what may be refused though protobuf-c takes it: a second time stamp, for what it stands for, and
 * booleans of a wrong wire type, which protobuf-c does not look at. */
bool proto_oracle_excuses(const cprof_error *err);

/* Decodes in chunks of so many bytes (0: all at once). */
bool proto_decode(cprof_slice bytes, size_t chunk, const cprof_env *env, cprof_profile **p, cprof_error *err);

#endif
