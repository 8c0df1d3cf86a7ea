/* Dumps that were cut in parts and stored as Kubernetes secrets, read as `kubectl get secret -o json` prints
 * them: one secret, several behind one another, or a List.
 *
 *     PREFIX      data.keyNumberOfDataSecrets: how many parts there are
 *     PREFIX-0    data.keyBytes: the first bytes of a gzip stream
 *     PREFIX-1    data.keyBytes: the next
 */
#ifndef CPROF_INPUT_SECRETS_H
#define CPROF_INPUT_SECRETS_H

#include "base/vec.h"
#include "input/format.h"

typedef struct cprof_secret {
    cprof_slice name;
    cprof_slice prefix; /* name without "-N" */
    int64_t number;     /* N; -1: the name ends in none */
    cprof_slice bytes;  /* of a part: base64; empty: none */
    int64_t parts;      /* how many there are; -1: this secret does not say */
} cprof_secret;

typedef struct cprof_secrets {
    const cprof_env *env;
    cprof_arena arena; /* holds the slices, and joined dumps */
    CPROF_VEC(cprof_secret) at;
} cprof_secrets;

void cprof_secrets_init(cprof_secrets *secrets, const cprof_env *env);
void cprof_secrets_deinit(cprof_secrets *secrets);

/* True for what may be Kubernetes' JSON, going by its first bytes. */
bool cprof_secrets_likely(cprof_slice head);
/* Adds the secrets of one text that hold parts, or say how many there are; not mine when none does. */
cprof_parse cprof_secrets_add(cprof_secrets *secrets, cprof_slice text, cprof_error *err);

/* Takes the secrets of one dump out of *secrets and joins its parts; *name is its prefix.  Both live as long
 * as secrets.  *found is false when none is left.  A part that is missing is an error. */
bool cprof_secrets_join(cprof_secrets *secrets, bool *found, cprof_slice *name, cprof_slice *dump,
                        cprof_error *err);

#endif
