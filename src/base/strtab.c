#include "base/strtab.h"

static bool init(cprof_strtab *tab, const cprof_strtab *parent, const cprof_env *env) {
    *tab = (cprof_strtab){.parent = parent, .base = parent ? cprof_strtab_count(parent) : 0, .env = env};
    cprof_arena_init(&tab->bytes, cprof_env_budget(env));
    cprof_index_init(&tab->index, cprof_env_budget(env));
    cprof_str empty;
    if (parent || cprof_strtab_add(tab, CPROF_SLICE(""), &empty))
        return true;
    cprof_strtab_deinit(tab);
    return false;
}

bool cprof_strtab_init(cprof_strtab *tab, const cprof_env *env) {
    return init(tab, NULL, env);
}

bool cprof_strtab_init_child(cprof_strtab *tab, const cprof_strtab *parent, const cprof_env *env) {
    return init(tab, parent, env);
}

size_t cprof_strtab_bytes(const cprof_strtab *t) {
    return cprof_arena_bytes(&t->bytes) + t->slices.capacity * sizeof *t->slices.at +
           (t->index.mask + 1) * sizeof *t->index.slots;
}

void cprof_strtab_deinit(cprof_strtab *tab) {
    cprof_arena_deinit(&tab->bytes);
    cprof_index_deinit(&tab->index);
    cprof_vec_free(tab->env, &tab->slices);
}

static bool find_hashed(const cprof_strtab *tab, cprof_slice bytes, uint64_t hash, cprof_str *id) {
    uint32_t limit = UINT32_MAX; /* ids that the child saw of this table */
    for (; tab; limit = tab->base, tab = tab->parent) {
        cprof_index_probe probe = cprof_index_start(&tab->index, hash);
        for (uint32_t row; cprof_index_next(&tab->index, &probe, &row);) {
            if (tab->base + row < limit && cprof_slice_equal(tab->slices.at[row], bytes)) {
                *id = tab->base + row;
                return true;
            }
        }
    }
    return false;
}

bool cprof_strtab_find(const cprof_strtab *tab, cprof_slice bytes, cprof_str *id) {
    return find_hashed(tab, bytes, cprof_hash_bytes(bytes.ptr, bytes.len), id);
}

bool cprof_strtab_add(cprof_strtab *tab, cprof_slice bytes, cprof_str *id) {
    /* Tables that are brought together often have the same strings in the same order. */
    if (tab->next < tab->slices.count && cprof_slice_equal(tab->slices.at[tab->next], bytes)) {
        *id = tab->base + tab->next++;
        return true;
    }
    uint64_t hash = cprof_hash_bytes(bytes.ptr, bytes.len);
    if (find_hashed(tab, bytes, hash, id)) {
        tab->next = *id >= tab->base ? *id - tab->base + 1 : tab->next;
        return true;
    }
    uint32_t row = (uint32_t)tab->slices.count;
    if (cprof_strtab_count(tab) >= UINT32_MAX - 2 || !cprof_vec_reserve(tab->env, &tab->slices, 1))
        return false;
    cprof_slice copy = cprof_arena_copy(&tab->bytes, bytes);
    if (!copy.ptr || !cprof_index_insert(&tab->index, hash, row))
        return false;
    tab->slices.at[tab->slices.count++] = copy;
    *id = tab->base + row;
    return true;
}
