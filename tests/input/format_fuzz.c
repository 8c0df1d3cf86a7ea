/* Any bytes, read by one format: what must hold of its answer.  PARSE is given by the build: one program for
 * each of the formats. */
#include "input/go_formats.h"
#include "input/producers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cprof_budget budget = {.limit = (size_t)256 << 20};
    cprof_env env = {.budget = &budget};
    cprof_profile *p = NULL;
    cprof_error err = CPROF_ERROR_INIT;
    cprof_parse outcome = PARSE((cprof_slice){(const char *)data, size}, &env, &p, &err);
    require((outcome == CPROF_PARSE_OK) == (p != NULL));
    require((outcome == CPROF_PARSE_MALFORMED) == (err.code != CPROF_OK));
    require(outcome != CPROF_PARSE_MALFORMED || err.message[0] != '\0');
    require(!p || p->type_count > 0);
    if (p && p->members.first)
        require(p->members.first[0] == 0 && p->type_count == 1);
    cprof_profile_free(p);
    require(budget.used == 0);
    return 0;
}
