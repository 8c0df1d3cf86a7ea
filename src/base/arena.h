/* Memory with one lifetime: allocated piece by piece, freed at once.
 *
 * Every byte counts against the budget.  With CPROF_ARENA_MALLOC=1 (sanitizer builds) each piece is a
 * malloc of its own, so that the sanitizers see its bounds.
 */
#ifndef CPROF_BASE_ARENA_H
#define CPROF_BASE_ARENA_H

#include "base/env.h"
#include "base/slice.h"

typedef struct cprof_arena_block cprof_arena_block;

typedef struct cprof_arena {
    cprof_budget *budget;      /* borrowed; may be NULL */
    cprof_arena_block *blocks; /* newest first */
    char *next, *end;          /* free room of the newest block */
} cprof_arena;

void cprof_arena_init(cprof_arena *arena, cprof_budget *budget);
void cprof_arena_deinit(cprof_arena *arena);

/* What the arena takes from the budget. */
size_t cprof_arena_bytes(const cprof_arena *arena);

/* Uninitialised bytes, aligned for any type; NULL when the budget or the system has no more. */
void *cprof_arena_alloc(cprof_arena *arena, size_t size);
/* The same, zeroed; count * size is checked for overflow. */
void *cprof_arena_calloc(cprof_arena *arena, size_t count, size_t size);
/* Unaligned copy of the bytes, with a NUL behind them; ptr NULL when there is no memory. */
cprof_slice cprof_arena_copy(cprof_arena *arena, cprof_slice bytes);

/* Plain heap memory on a budget: for arrays that grow.  old_size must be what was asked for. */
void *cprof_mem_resize(cprof_budget *budget, void *old, size_t old_size, size_t new_size);
void cprof_mem_free(cprof_budget *budget, void *old, size_t old_size);
/* Gives what was freed back to the system, as far as the C library has kept it.  That takes its time, which
 * the process would need at its end otherwise: for when there is nothing else to do. */
void cprof_mem_trim(void);

#endif
