/* Any bytes behind zstd's magic, read to their end. */
#include "input/reader.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cprof_budget budget = {.limit = (size_t)256 << 20};
    cprof_env env = {.budget = &budget};
    cprof_error err = CPROF_ERROR_INIT;
    char *bytes = malloc(size + 4);
    if (!bytes)
        return 0;
    memcpy(bytes, "\x28\xb5\x2f\xfd", 4);
    memcpy(bytes + 4, data, size);
    cprof_reader *reader = cprof_reader_of((cprof_slice){bytes, size + 4}, "fuzz", &env, &err);
    cprof_slice chunk = {"", 1};
    for (size_t total = 0; reader && chunk.len > 0 && total < (size_t)64 << 20; total += chunk.len)
        if (!cprof_reader_next(reader, &chunk, &err))
            break;
    cprof_reader_free(reader);
    free(bytes);
    if (budget.used != 0)
        abort();
    return 0;
}
