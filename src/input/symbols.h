/* Names that a file gives for addresses. */
#ifndef CPROF_INPUT_SYMBOLS_H
#define CPROF_INPUT_SYMBOLS_H

#include "profile/builder.h"

typedef struct cprof_symbol {
    cprof_slice name, file; /* borrowed */
    int64_t line;           /* 0: not given */
} cprof_symbol;

typedef struct cprof_symbols {
    const cprof_env *env;
    cprof_idmap by_address;           /* -> index in first */
    CPROF_VEC(uint32_t) first, count; /* of an address, into at */
    CPROF_VEC(cprof_symbol) at;       /* an address's frames, innermost inlined one first */
} cprof_symbols;

void cprof_symbols_init(cprof_symbols *symbols, const cprof_env *env);
void cprof_symbols_deinit(cprof_symbols *symbols);
/* Names the address by the frames that were pushed to `at` from index `first` on; a later call for the
 * same address replaces an earlier one. False without memory. */
bool cprof_symbols_add(cprof_symbols *symbols, uint64_t address, size_t first);
/* Borrowed; NULL and *count 0 when the address has no name. */
const cprof_symbol *cprof_symbols_get(const cprof_symbols *symbols, uint64_t address, uint32_t *count);

#endif
