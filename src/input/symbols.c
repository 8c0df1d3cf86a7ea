#include "input/symbols.h"

void cprof_symbols_init(cprof_symbols *symbols, const cprof_env *env) {
    *symbols = (cprof_symbols){.env = env};
    cprof_idmap_init(&symbols->by_address, cprof_env_budget(env));
}

void cprof_symbols_deinit(cprof_symbols *symbols) {
    cprof_idmap_deinit(&symbols->by_address);
    cprof_vec_free(symbols->env, &symbols->first);
    cprof_vec_free(symbols->env, &symbols->count);
    cprof_vec_free(symbols->env, &symbols->at);
}

bool cprof_symbols_add(cprof_symbols *symbols, uint64_t address, size_t first) {
    if (symbols->at.count >= CPROF_NONE)
        return false;
    return cprof_vec_push(symbols->env, &symbols->first, (uint32_t)first) &&
           cprof_vec_push(symbols->env, &symbols->count, (uint32_t)(symbols->at.count - first)) &&
           cprof_idmap_set(&symbols->by_address, address, (uint32_t)symbols->first.count - 1);
}

const cprof_symbol *cprof_symbols_get(const cprof_symbols *symbols, uint64_t address, uint32_t *count) {
    uint32_t row = symbols->first.count > 0 ? cprof_idmap_get(&symbols->by_address, address) : CPROF_NONE;
    *count = row == CPROF_NONE ? 0 : symbols->count.at[row];
    return row == CPROF_NONE ? NULL : symbols->at.at + symbols->first.at[row];
}
