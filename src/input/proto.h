/* profile.proto, decoded while it streams by: chunks of any size in, a profile at the end.
 *
 * What is distinct is kept, in columns; the message itself never is.  Things may refer to what comes later
 * (samples usually do): references are resolved at the end.
 */
#ifndef CPROF_INPUT_PROTO_H
#define CPROF_INPUT_PROTO_H

#include "profile/profile.h"

typedef struct cprof_proto cprof_proto;

cprof_proto *cprof_proto_new(const cprof_env *env, cprof_error *err);
/* To be called before the first bytes: samples of equal stacks are summed, and their labels dropped, for who
 * needs neither single samples nor labels.  A sample with a negative value stays by itself, so that absolute
 * sums are what they were. */
void cprof_proto_sum_stacks(cprof_proto *decoder);
/* NULL is fine. */
void cprof_proto_free(cprof_proto *decoder);

/* The next bytes of the message; borrowed for the call.  After an error only cprof_proto_free may follow. */
bool cprof_proto_feed(cprof_proto *decoder, cprof_slice chunk, cprof_error *err);
/* The end of the message: the profile is the caller's. Frees the decoder whether or not it succeeds. */
bool cprof_proto_finish(cprof_proto *decoder, cprof_profile **profile, cprof_error *err);

typedef enum cprof_proto_likeness {
    CPROF_PROTO_NOT,    /* does not even start like one */
    CPROF_PROTO_MAYBE,  /* a few fields are right: so are those of some texts */
    CPROF_PROTO_SURELY, /* what is wrong with it is a defect */
} cprof_proto_likeness;

/* What the first bytes look like; whole: they are all there is. */
cprof_proto_likeness cprof_proto_sniff(cprof_slice head, bool whole);

#endif
