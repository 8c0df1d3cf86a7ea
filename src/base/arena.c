#include "base/arena.h"

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Blocks double from the first size to the last. */
enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20 };

struct cprof_arena_block {
    _Alignas(max_align_t) cprof_arena_block *older;
    size_t size; /* bytes, with this header */
};

#ifndef CPROF_ARENA_MALLOC
#define CPROF_ARENA_MALLOC 0
#endif

void cprof_arena_init(cprof_arena *arena, cprof_budget *budget) {
    *arena = (cprof_arena){.budget = budget};
}

void cprof_arena_deinit(cprof_arena *arena) {
    for (cprof_arena_block *block = arena->blocks, *older; block; block = older) {
        older = block->older;
        cprof_mem_free(arena->budget, block, block->size);
    }
    *arena = (cprof_arena){.budget = arena->budget};
}

size_t cprof_arena_bytes(const cprof_arena *arena) {
    size_t bytes = 0;
    for (const cprof_arena_block *block = arena->blocks; block; block = block->older)
        bytes += block->size;
    return bytes;
}

/* A block with room for size bytes behind its header, not yet in the list. */
static cprof_arena_block *new_block(cprof_arena *arena, size_t size) {
    if (size > PTRDIFF_MAX - sizeof(cprof_arena_block))
        return NULL;
    size += sizeof(cprof_arena_block);
    cprof_arena_block *block = cprof_mem_resize(arena->budget, NULL, 0, size);
    if (block)
        block->size = size;
    return block;
}

static void *add_own_block(cprof_arena *arena, size_t size) {
    cprof_arena_block *block = new_block(arena, size);
    if (!block)
        return NULL;
    /* Behind the newest, whose free room stays in use. */
    cprof_arena_block **place = arena->blocks ? &arena->blocks->older : &arena->blocks;
    block->older = *place;
    *place = block;
    return block + 1;
}

static void *take(cprof_arena *arena, size_t size, size_t align) {
    if (CPROF_ARENA_MALLOC)
        return add_own_block(arena, size);
    size_t skip = -(uintptr_t)arena->next & (align - 1);
    size_t room = (size_t)(arena->end - arena->next);
    if (skip <= room && size <= room - skip && arena->next) {
        char *at = arena->next + skip;
        arena->next = at + size;
        return at;
    }
    size_t want = arena->blocks ? arena->blocks->size : BLOCK_MIN / 2;
    want = want >= BLOCK_MAX / 2 ? BLOCK_MAX : want < BLOCK_MIN / 2 ? BLOCK_MIN : want * 2;
    want -= sizeof(cprof_arena_block);
    if (size > want / 4)
        return add_own_block(arena, size);
    cprof_arena_block *block = new_block(arena, want);
    if (!block)
        return NULL;
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = (char *)(block + 1);
    arena->end = arena->next + want;
    arena->next += size;
    return arena->next - size;
}

void *cprof_arena_alloc(cprof_arena *arena, size_t size) {
    return take(arena, size, _Alignof(max_align_t));
}

void *cprof_arena_calloc(cprof_arena *arena, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        return NULL;
    void *at = cprof_arena_alloc(arena, count * size);
    return at ? memset(at, 0, count * size) : NULL;
}

cprof_slice cprof_arena_copy(cprof_arena *arena, cprof_slice bytes) {
    char *at = bytes.len < SIZE_MAX ? take(arena, bytes.len + 1, 1) : NULL;
    if (!at)
        return (cprof_slice){NULL, 0};
    if (bytes.len > 0)
        memcpy(at, bytes.ptr, bytes.len);
    at[bytes.len] = '\0';
    return (cprof_slice){at, bytes.len};
}

void *cprof_mem_resize(cprof_budget *budget, void *old, size_t old_size, size_t new_size) {
    if (new_size == 0) {
        cprof_mem_free(budget, old, old_size);
        return NULL;
    }
    if (new_size > old_size && !cprof_budget_take(budget, new_size - old_size))
        return NULL;
    void *at = realloc(old, new_size);
    if (at && new_size < old_size)
        cprof_budget_give(budget, old_size - new_size);
    if (!at && new_size > old_size)
        cprof_budget_give(budget, new_size - old_size);
    return at;
}

void cprof_mem_free(cprof_budget *budget, void *old, size_t old_size) {
    if (!old)
        return;
    free(old);
    cprof_budget_give(budget, old_size);
}

void cprof_mem_trim(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
