#include "base/hash.h"

#include "base/arena.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FIRST_SLOTS = 16 };

/* Slots for so many entries at a load of at most two thirds; 0: too many. */
static size_t slots_for(size_t entries) {
    size_t slots = FIRST_SLOTS;
    while (slots / 3 * 2 < entries) {
        if (slots > SIZE_MAX / 32)
            return 0;
        slots *= 2;
    }
    return slots;
}

const char cprof_hash_anchor = 0;

uint64_t cprof_hash_bytes(const void *bytes, size_t size) {
    return XXH3_64bits_withSeed(bytes, size, (uintptr_t)&cprof_hash_anchor);
}

void cprof_index_init(cprof_index *index, cprof_budget *budget) {
    *index = (cprof_index){.budget = budget};
}

static size_t index_slots(const cprof_index *index) {
    return index->slots ? index->mask + 1 : 0;
}

void cprof_index_deinit(cprof_index *index) {
    cprof_mem_free(index->budget, index->slots, index_slots(index) * sizeof *index->slots);
    cprof_index_init(index, index->budget);
}

static void index_put(uint64_t *slots, size_t mask, uint64_t entry) {
    size_t at = (size_t)(entry >> 32) & mask;
    while (slots[at])
        at = (at + 1) & mask;
    slots[at] = entry;
}

bool cprof_index_reserve(cprof_index *index, size_t rows) {
    size_t old = index_slots(index), slots = slots_for(rows);
    if (slots == 0)
        return false;
    if (slots <= old)
        return true;
    uint64_t *table = cprof_mem_resize(index->budget, NULL, 0, slots * sizeof *table);
    if (!table)
        return false;
    memset(table, 0, slots * sizeof *table);
    for (size_t i = 0; i < old; i++) {
        if (index->slots[i])
            index_put(table, slots - 1, index->slots[i]);
    }
    cprof_mem_free(index->budget, index->slots, old * sizeof *table);
    index->slots = table;
    index->mask = slots - 1;
    return true;
}

bool cprof_index_insert(cprof_index *index, uint64_t hash, uint32_t row) {
    if (!cprof_index_reserve(index, index->count + 1))
        return false;
    index_put(index->slots, index->mask, (hash & ~(uint64_t)UINT32_MAX) | ((uint64_t)row + 1));
    index->count++;
    return true;
}

void cprof_idmap_init(cprof_idmap *map, cprof_budget *budget) {
    *map = (cprof_idmap){.budget = budget};
}

static size_t idmap_slots(const cprof_idmap *map) {
    return map->keys ? map->mask + 1 : 0;
}

void cprof_idmap_deinit(cprof_idmap *map) {
    size_t slots = idmap_slots(map);
    cprof_mem_free(map->budget, map->keys, slots * sizeof *map->keys);
    cprof_mem_free(map->budget, map->values, slots * sizeof *map->values);
    cprof_idmap_init(map, map->budget);
}

/* Where the key is, or the free slot where it would be; there is always a free one. */
static size_t idmap_slot(const cprof_idmap *map, uint64_t key) {
    size_t at = (size_t)cprof_hash_u64(key) & map->mask;
    while (map->values[at] != CPROF_NONE && map->keys[at] != key)
        at = (at + 1) & map->mask;
    return at;
}

uint32_t cprof_idmap_get(const cprof_idmap *map, uint64_t key) {
    return map->keys ? map->values[idmap_slot(map, key)] : CPROF_NONE;
}

static bool idmap_grow(cprof_idmap *map) {
    size_t slots = slots_for(map->count + 1);
    if (slots == 0)
        return false;
    if (slots <= idmap_slots(map))
        return true;
    cprof_idmap more = {.budget = map->budget, .mask = slots - 1, .count = map->count};
    more.keys = cprof_mem_resize(map->budget, NULL, 0, slots * sizeof *more.keys);
    if (more.keys)
        more.values = cprof_mem_resize(map->budget, NULL, 0, slots * sizeof *more.values);
    if (!more.values) {
        cprof_idmap_deinit(&more);
        return false;
    }
    memset(more.values, 0xff, slots * sizeof *more.values);
    for (size_t i = 0; i < idmap_slots(map); i++) {
        if (map->values[i] == CPROF_NONE)
            continue;
        size_t at = idmap_slot(&more, map->keys[i]);
        more.keys[at] = map->keys[i];
        more.values[at] = map->values[i];
    }
    cprof_idmap_deinit(map);
    *map = more;
    return true;
}

bool cprof_idmap_set(cprof_idmap *map, uint64_t key, uint32_t value) {
    if (!idmap_grow(map))
        return false;
    size_t at = idmap_slot(map, key);
    if (map->values[at] == CPROF_NONE)
        map->count++;
    map->keys[at] = key;
    map->values[at] = value;
    return true;
}
