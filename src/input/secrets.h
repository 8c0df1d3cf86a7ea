/* Dumps that were cut in parts and stored as Kubernetes secrets, read as `kubectl get secret -o json` prints
 * them: one secret, several behind one another, or a List.
 *
 *     PREFIX      data.keyNumberOfDataSecrets: how many parts there are
 *     PREFIX-0    data.keyBytes: the first bytes of a gzip stream
 *     PREFIX-1    data.keyBytes: the next
 */
#ifndef CPROF_INPUT_SECRETS_H
#define CPROF_INPUT_SECRETS_H

#include "base/strtab.h"
#include "input/format.h"

typedef struct cprof_secret {
    cprof_slice name;
    cprof_slice prefix; /* name without "-N" */
    int64_t number;     /* N; -1: the name ends in none */
    cprof_slice bytes;  /* of a part: base64; empty: none */
    int64_t parts;      /* how many there are; -1: this secret does not say */
    uint32_t next;      /* row of the dump's next secret; CPROF_NONE: this is the last */
} cprof_secret;

/* The secrets of one prefix; rows. */
typedef struct cprof_secret_dump {
    uint32_t first, last; /* CPROF_NONE: there are none */
} cprof_secret_dump;

typedef struct cprof_secrets {
    const cprof_env *env;
    cprof_arena arena; /* holds the slices, and joined dumps */
    CPROF_VEC(cprof_secret) at;
    cprof_strtab prefixes;
    CPROF_VEC(cprof_secret_dump) dumps; /* by the prefix's id */
    size_t joined;                      /* dumps that were taken out */
} cprof_secrets;

/* False (and err) without memory; fine to deinit then, too. */
bool cprof_secrets_init(cprof_secrets *secrets, const cprof_env *env, cprof_error *err);
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
