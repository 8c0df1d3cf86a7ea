#include "graph/pairs.h"

enum { SLOT_EACH = 1 << 13 }; /* pairs; a quarter of a megabyte, for each part of the work */

static cprof_pair *new_slots(cprof_budget *budget, size_t size) {
    cprof_pair *slots =
        size <= CPROF_PAIR_SERIAL ? cprof_mem_resize(budget, NULL, 0, size * sizeof *slots) : NULL;
    for (size_t i = 0; slots && i < size; i++)
        slots[i].key = CPROF_PAIR_FREE;
    return slots;
}

bool cprof_pairs_init(cprof_pairs *pairs, cprof_budget *budget, size_t rows, size_t columns) {
    *pairs = (cprof_pairs){.budget = budget, .size = 1024};
    if (rows > 0 && columns > 0 && rows <= SLOT_EACH / columns) {
        pairs->columns = columns;
        pairs->size = rows * columns;
    }
    pairs->slots = new_slots(budget, pairs->size);
    return pairs->slots != NULL;
}

void cprof_pairs_deinit(cprof_pairs *pairs) {
    if (pairs->slots)
        cprof_mem_free(pairs->budget, pairs->slots, pairs->size * sizeof *pairs->slots);
    pairs->slots = NULL;
}

bool cprof_pairs_grow(cprof_pairs *pairs, size_t extra) {
    size_t old_size = pairs->size, size = old_size;
    while (pairs->count + extra > size / 2)
        size *= 2;
    cprof_pair *old = pairs->slots, *slots = new_slots(pairs->budget, size);
    if (!slots)
        return false;
    pairs->slots = slots;
    pairs->size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].key != CPROF_PAIR_FREE)
            *cprof_pairs_at(pairs, old[i].key, cprof_pairs_home(pairs, old[i].key)) = old[i];
    cprof_mem_free(pairs->budget, old, old_size * sizeof *old);
    return true;
}

cprof_pair *cprof_pairs_take(cprof_pairs *pairs, cprof_arena *arena, uint32_t *count) {
    cprof_pair *taken = cprof_arena_alloc(arena, (pairs->count + 1) * sizeof *taken);
    for (size_t i = 0; taken && i < pairs->size; i++)
        if (pairs->slots[i].key != CPROF_PAIR_FREE)
            taken[pairs->slots[i].serial & CPROF_PAIR_SERIAL] = pairs->slots[i];
    *count = (uint32_t)pairs->count;
    cprof_pairs_deinit(pairs);
    return taken;
}
