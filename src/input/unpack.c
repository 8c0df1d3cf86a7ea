#include "input/unpack.h"

static const cprof_unpacker *const unpackers[] = {&cprof_gunzip, &cprof_unzstd};

const cprof_unpacker *cprof_unpacker_find(cprof_slice head) {
    for (size_t i = 0; i < sizeof unpackers / sizeof *unpackers; i++) {
        const cprof_unpacker *u = unpackers[i];
        if (head.len >= u->magic_size && memcmp(head.ptr, u->magic, u->magic_size) == 0)
            return u;
    }
    return NULL;
}
