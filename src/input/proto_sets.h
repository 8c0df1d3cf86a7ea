/* Label sets of samples, as they are on the wire: equal ones become one.
 *
 * Looking up a set waits for memory, and needs nothing that decoding needs.  So samples are handed over in
 * chunks, and where there is a second processor a thread looks them up while the next are decoded.
 */
#ifndef CPROF_INPUT_PROTO_SETS_H
#define CPROF_INPUT_PROTO_SETS_H

#include "base/hash.h"
#include "profile/columns.h"

#include <pthread.h>

typedef CPROF_VEC(cprof_label) cprof_wire_labels; /* their strings are indices; their gaps are zeroed */

/* The labels of one sample. */
typedef struct cprof_wire_set {
    uint64_t at;            /* the sample, in bytes into the message */
    uint32_t sample;        /* row */
    uint32_t labels, count; /* in the chunk's labels; there are some */
    uint32_t guess;         /* scratch of the lookup: a row that may be an equal one, or CPROF_NONE */
    uint64_t hash;          /* the same */
} cprof_wire_set;

typedef struct cprof_wire_chunk {
    cprof_wire_labels labels;
    CPROF_VEC(cprof_wire_set) sets;
} cprof_wire_chunk;

typedef struct cprof_proto_sets {
    const cprof_env *env;   /* borrowed */
    cprof_columns *columns; /* borrowed; of them, labels and sample_label_set */
    cprof_u32s first;       /* of each set, into columns->labels; row 0 is the empty one.  Empty: no labels */
    cprof_u64s at;          /* where each was first, in bytes into the message */
    cprof_index index;      /* of first */
    cprof_wire_chunk filling, working;
    unsigned chunks; /* that were looked up without a thread */

    bool threaded, has_lock;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool busy;   /* the thread has `working`, and all above but `filling` */
    bool ending; /* it is to end */
    bool failed;
    cprof_error error;
} cprof_proto_sets;

void cprof_proto_sets_init(cprof_proto_sets *sets, const cprof_env *env, cprof_columns *columns);
/* Ends the thread, if there still is one. */
void cprof_proto_sets_deinit(cprof_proto_sets *sets);

/* `filling` holds whole samples, to which more may be added: hands it over when it is big enough.  An error
 * may be an earlier sample's. */
bool cprof_proto_sets_advance(cprof_proto_sets *sets, cprof_error *err);
/* There are no more than `samples` samples: looks up the last, and ends the thread.  Only then may be read
 * what it fills. */
bool cprof_proto_sets_finish(cprof_proto_sets *sets, uint32_t samples, cprof_error *err);

#endif
