/* Sums of pairs of numbers (caller and callee, tag and vertex), in a hash table, or in one with a slot for
 * each pair where there are few: all that counting a pair touches is in one half of a cache line. */
#ifndef CPROF_GRAPH_PAIRS_H
#define CPROF_GRAPH_PAIRS_H

#include "base/arena.h"
#include "base/hash.h"
#include "graph/arith.h"

typedef struct cprof_pair {
    uint64_t key; /* first << 32 | second; CPROF_PAIR_FREE: a free slot */
    int64_t weight, divisor;
    uint32_t stamp;  /* the last stack that counted, + 1, or the first sample: see below */
    uint32_t serial; /* order of first appearance; the caller's flags are in the highest bits */
} cprof_pair;

#define CPROF_PAIR_FREE     UINT64_MAX
#define CPROF_PAIR_INLINED  UINT32_C(0x80000000)
#define CPROF_PAIR_RESIDUAL UINT32_C(0x40000000)
#define CPROF_PAIR_SERIAL   UINT32_C(0x3fffffff)

typedef struct cprof_pairs {
    cprof_budget *budget;
    cprof_pair *slots;
    size_t size, count; /* slots; a power of two where they are a hash table */
    size_t columns;     /* of a table with a slot for each pair there can be; 0: a hash table */
    bool overflowed;
} cprof_pairs;

/* Of pairs below (rows, columns); 0 where that is not known.  Few enough get a slot each. */
bool cprof_pairs_init(cprof_pairs *pairs, cprof_budget *budget, size_t rows, size_t columns);
void cprof_pairs_deinit(cprof_pairs *pairs);

bool cprof_pairs_grow(cprof_pairs *pairs, size_t extra);

/* Room for `extra` more pairs: the slots do not move while they are counted. */
static inline bool cprof_pairs_reserve(cprof_pairs *pairs, size_t extra) {
    return pairs->columns || pairs->count + extra <= pairs->size / 2 || cprof_pairs_grow(pairs, extra);
}

static inline uint64_t cprof_pair_key(uint32_t first, uint32_t second) {
    return (uint64_t)first << 32 | second;
}

static inline size_t cprof_pairs_home(const cprof_pairs *pairs, uint64_t key) {
    return pairs->columns ? (size_t)(key >> 32) * pairs->columns + (uint32_t)key
                          : (size_t)cprof_hash_u64(key) & (pairs->size - 1);
}

/* The pair's slot, or the free one where it belongs.  home: cprof_pairs_home. */
static inline cprof_pair *cprof_pairs_at(const cprof_pairs *pairs, uint64_t key, size_t home) {
    while (pairs->slots[home].key != key && pairs->slots[home].key != CPROF_PAIR_FREE)
        home = (home + 1) & (pairs->size - 1);
    return &pairs->slots[home];
}

/* Counts a pair once a stamp.  Of the flags, RESIDUAL stays when it was given once, INLINED when it was given
 * always. */
static inline void cprof_pairs_count(cprof_pairs *pairs, uint64_t key, size_t home, uint32_t stamp,
                                     int64_t weight, int64_t divisor, uint32_t flags) {
    cprof_pair *p = cprof_pairs_at(pairs, key, home);
    if (p->key == CPROF_PAIR_FREE) {
        *p = (cprof_pair){key, weight, divisor, stamp, (uint32_t)pairs->count++ | flags};
        return;
    }
    if (p->stamp == stamp)
        return;
    p->stamp = stamp;
    p->serial |= flags & CPROF_PAIR_RESIDUAL;
    p->serial &= flags | ~CPROF_PAIR_INLINED;
    cprof_i64_add(&p->weight, weight, &pairs->overflowed);
    if (divisor)
        cprof_i64_add(&p->divisor, divisor, &pairs->overflowed);
}

/* Counts a pair each time; its stamp stays the first.  There are no flags. */
static inline void cprof_pairs_add(cprof_pairs *pairs, uint64_t key, size_t home, uint32_t stamp,
                                   int64_t weight, int64_t divisor) {
    cprof_pair *p = cprof_pairs_at(pairs, key, home);
    if (p->key == CPROF_PAIR_FREE) {
        *p = (cprof_pair){key, weight, divisor, stamp, (uint32_t)pairs->count++};
        return;
    }
    cprof_i64_add(&p->weight, weight, &pairs->overflowed);
    if (divisor)
        cprof_i64_add(&p->divisor, divisor, &pairs->overflowed);
}

/* The pairs in order of first appearance, in the arena; NULL without memory.  The slots are gone. */
cprof_pair *cprof_pairs_take(cprof_pairs *pairs, cprof_arena *arena, uint32_t *count);

#endif
