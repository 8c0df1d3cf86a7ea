/* Hash tables of row numbers.
 *
 * A cprof_index finds rows of a table that the caller keeps: it stores a row number and 32 bits of the
 * hash (the upper ones, which also give the slot), nothing else.  Equality is the caller's, asked for rows
 * whose hash agrees.
 *
 *     cprof_index_probe probe = cprof_index_start(&index, hash);
 *     while (cprof_index_next(&index, &probe, &row))
 *         if (rows[row] equals key) return row;
 *     … append the row …
 *     if (!cprof_index_insert(&index, hash, new_row)) return cprof_error_memory(env, err);
 */
#ifndef CPROF_BASE_HASH_H
#define CPROF_BASE_HASH_H

#include "base/env.h"
#include "base/slice.h"

#define CPROF_NONE UINT32_MAX /* no row */

typedef struct cprof_index {
    cprof_budget *budget; /* borrowed; may be NULL */
    uint64_t *slots;      /* row + 1 in the low half, hash in the high half; 0: free */
    size_t mask;          /* slots - 1, or 0 while there are none */
    size_t count;
} cprof_index;

typedef struct cprof_index_probe {
    size_t slot;
    uint32_t tag;
} cprof_index_probe;

void cprof_index_init(cprof_index *index, cprof_budget *budget);
void cprof_index_deinit(cprof_index *index);
/* Room for so many rows in all. */
bool cprof_index_reserve(cprof_index *index, size_t rows);

static inline cprof_index_probe cprof_index_start(const cprof_index *index, uint64_t hash) {
    return (cprof_index_probe){(size_t)(hash >> 32) & index->mask, (uint32_t)(hash >> 32)};
}

/* The next row whose hash agrees; false when there is none. */
static inline bool cprof_index_next(const cprof_index *index, cprof_index_probe *probe, uint32_t *row) {
    if (!index->slots)
        return false;
    for (;;) {
        uint64_t slot = index->slots[probe->slot];
        if (slot == 0)
            return false;
        probe->slot = (probe->slot + 1) & index->mask;
        if ((uint32_t)(slot >> 32) == probe->tag) {
            *row = (uint32_t)slot - 1;
            return true;
        }
    }
}

/* For who looks up many keys at a time, and does not want to wait for memory at each: first all slots are
 * fetched, then what the rows are found by in a table (`firsts`), then the rows' own bytes. */
static inline void cprof_index_prefetch(const cprof_index *index, uint64_t hash) {
    if (index->slots)
        __builtin_prefetch(&index->slots[cprof_index_start(index, hash).slot]);
}

/* The first row whose hash agrees, whose entry in firsts is fetched; CPROF_NONE: there is none. */
static inline uint32_t cprof_index_guess(const cprof_index *index, uint64_t hash, const uint32_t *firsts) {
    uint32_t row;
    cprof_index_probe probe = cprof_index_start(index, hash);
    if (!cprof_index_next(index, &probe, &row))
        return CPROF_NONE;
    __builtin_prefetch(&firsts[row]);
    return row;
}

static inline void cprof_prefetch_bytes(const void *at, size_t size) {
    enum { LINE = 64, MOST = 512 /* bytes; what follows, the processor's own look-ahead fetches */ };
    const char *p = at;
    for (size_t i = 0; i < size && i < MOST; i += LINE)
        __builtin_prefetch(p + i);
    __builtin_prefetch(p + (size < MOST ? size : MOST) - 1);
}

/* Rows go up to UINT32_MAX - 2. */
bool cprof_index_insert(cprof_index *index, uint64_t hash, uint32_t row);

/* Hashes differ from run to run, as its address is part of them: where the system loads programs at random
 * places, nobody can make a file whose keys all collide.  So nothing may depend on what a hash is. */
extern const char cprof_hash_anchor;

uint64_t cprof_hash_bytes(const void *bytes, size_t size); /* XXH3, 64 bits */

/* A good mix of one number (for keys that are numbers). */
static inline uint64_t cprof_hash_u64(uint64_t x) {
    x ^= (uint64_t)(uintptr_t)&cprof_hash_anchor;
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    return x;
}

/* uint64 -> uint32, for sparse ids. */
typedef struct cprof_idmap {
    cprof_budget *budget;
    uint64_t *keys;
    uint32_t *values; /* CPROF_NONE: free */
    size_t mask, count;
} cprof_idmap;

void cprof_idmap_init(cprof_idmap *map, cprof_budget *budget);
void cprof_idmap_deinit(cprof_idmap *map);
uint32_t cprof_idmap_get(const cprof_idmap *map, uint64_t key); /* CPROF_NONE where there is none */
/* value must not be CPROF_NONE; an older value of the key is replaced. */
bool cprof_idmap_set(cprof_idmap *map, uint64_t key, uint32_t value);

#endif
