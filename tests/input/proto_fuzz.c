/* Any bytes, decoded in chunks and held to protobuf-c's decoder. */
#include "proto_oracle.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    size_t chunk = data[0]; /* 0: all at once */
    cprof_slice bytes = {(const char *)data + 1, size - 1};
    cprof_budget budget = {.limit = (size_t)256 << 20};
    cprof_env env = {.budget = &budget};
    cprof_error err = CPROF_ERROR_INIT, whole_err = CPROF_ERROR_INIT;
    cprof_profile *p = NULL, *whole = NULL;
    bool ok = proto_decode(bytes, chunk, &env, &p, &err);
    bool whole_ok = proto_decode(bytes, 0, &env, &whole, &whole_err);
    /* Chunks make no difference. */
    require(ok == whole_ok && err.code == whole_err.code && strcmp(err.message, whole_err.message) == 0);
    require(ok || err.message[0]);
    cprof_profile_free(whole);
    if (size < 65536) { /* protobuf-c takes many bytes of memory for each of the wire's */
        proto_oracle oracle;
        proto_oracle_init(&oracle, bytes);
        if (ok && oracle.message)
            require(!oracle.defect && !proto_oracle_differs(&oracle, p, false));
        if (!ok && !oracle.defect)
            require(proto_oracle_excuses(&err) || err.code == CPROF_ERR_LIMIT);
        proto_oracle_deinit(&oracle);
    }
    cprof_profile_free(p);
    require(budget.used == 0);
    return 0;
}
