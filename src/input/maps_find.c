/* Which range holds an address: the first in the list that does.  Ranges may overlap, so they are cut into
 * cells of which each belongs to one range. */
#include "input/maps.h"

#include <stdlib.h>

/* Ranges extended since the cells were made; more, and the cells are made anew. */
enum { EXTENDED_MAX = 1024 };

/* ---- Settling ---- */

static bool same_or_empty(cprof_slice a, cprof_slice b) {
    return a.len == 0 || b.len == 0 || cprof_slice_equal(a, b);
}

/* True when b goes on where a ends, in the same file. */
static bool goes_on(const cprof_map *a, const cprof_map *b) {
    return same_or_empty(a->file, b->file) && same_or_empty(a->build_id, b->build_id) &&
           a->limit == b->start &&
           (a->offset == 0 || b->offset == 0 || a->offset + (a->limit - a->start) == b->offset);
}

static void join_neighbours(cprof_map_vec *maps) {
    size_t kept = 0;
    for (size_t i = 0; i < maps->count; i++) {
        cprof_map *map = &maps->at[i], *last = kept > 0 ? &maps->at[kept - 1] : NULL;
        if (!last || !goes_on(last, map)) {
            maps->at[kept++] = *map;
            continue;
        }
        last->limit = map->limit;
        if (map->file.len > 0)
            last->file = map->file;
        if (map->build_id.len > 0)
            last->build_id = map->build_id;
    }
    maps->count = kept;
}

/* Ends in ".so", or has ".so." or ".so_" and a digit in it. */
static bool is_library(cprof_slice file) {
    if (cprof_slice_ends_with(file, ".so"))
        return true;
    for (size_t i = 0; i + 4 < file.len; i++)
        if (memcmp(file.ptr + i, ".so", 3) == 0 && (file.ptr[i + 3] == '.' || file.ptr[i + 3] == '_') &&
            cprof_is_digit(file.ptr[i + 4]))
            return true;
    return false;
}

/* Without the "(deleted)" that Linux appends to a file that is gone. */
static cprof_slice live_name(cprof_slice file) {
    cprof_slice trimmed = cprof_slice_trim(file);
    if (cprof_slice_ends_with(trimmed, "(deleted)"))
        trimmed = cprof_slice_trim(cprof_slice_sub(trimmed, 0, trimmed.len - strlen("(deleted)")));
    return trimmed;
}

static void put_main_first(cprof_map_vec *maps) {
    for (size_t i = 0; i < maps->count; i++) {
        cprof_slice file = live_name(maps->at[i].file);
        if (file.len == 0 || file.ptr[0] == '[' || is_library(file))
            continue;
        cprof_map main = maps->at[i];
        maps->at[i] = maps->at[0];
        maps->at[0] = main;
        return;
    }
}

/* A program's first part may have been moved to huge pages, or be listed with its file offset though it
 * starts where programs start. */
static void repair_main(cprof_map_vec *maps) {
    if (maps->count > 1 && cprof_slice_starts_with(maps->at[0].file, "/anon_hugepage") &&
        maps->at[0].limit == maps->at[1].start) {
        memmove(maps->at, maps->at + 1, (maps->count - 1) * sizeof *maps->at);
        maps->count--;
    }
    const uint64_t usual = 0x400000;
    if (maps->count > 0 && maps->at[0].start - maps->at[0].offset == usual) {
        maps->at[0].start = usual;
        maps->at[0].offset = 0;
    }
}

/* ---- Cells ---- */

static int compare_u64(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The first index in bounds[0..count) that is not below x. */
static size_t lower_bound(const uint64_t *bounds, size_t count, uint64_t x) {
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (bounds[low + half] < x) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* The part of the address space that a range stands for: its own, or (low) what lies below it up to its
 * file's beginning. False when that is nothing. */
static bool extent(const cprof_map *map, bool low, uint64_t *start, uint64_t *limit) {
    *start = low ? map->start - map->offset : map->start;
    *limit = low ? map->start : map->limit;
    return *start < *limit && !(low && map->offset == 0);
}

/* Gives owners[from..to), where they are free, to owner. next[i]: a cell from i on that may be free. */
static void give_cells(uint32_t *owners, uint32_t *next, size_t from, size_t to, uint32_t owner) {
    for (size_t i = from; i < to;) {
        size_t open = i;
        while (next[open] != open)
            open = next[open];
        for (size_t j = i; j != open;) { /* shorten the way for the next time */
            size_t on = next[j];
            next[j] = (uint32_t)open;
            j = on;
        }
        if (open >= to)
            return;
        owners[open] = owner;
        next[open] = (uint32_t)open + 1;
        i = open + 1;
    }
}

static bool collect_bounds(const cprof_maps *maps, bool low, cprof_cells *cells) {
    cells->bounds.count = cells->owners.count = 0;
    for (size_t i = 0; i < maps->at.count; i++) {
        uint64_t start, limit;
        if (extent(&maps->at.at[i], low, &start, &limit) &&
            !(cprof_vec_push(maps->env, &cells->bounds, start) &&
              cprof_vec_push(maps->env, &cells->bounds, limit)))
            return false;
    }
    if (cells->bounds.count == 0)
        return true;
    uint64_t *bounds = cells->bounds.at;
    qsort(bounds, cells->bounds.count, sizeof *bounds, compare_u64);
    size_t kept = 1;
    for (size_t i = 1; i < cells->bounds.count; i++)
        if (bounds[i] != bounds[kept - 1])
            bounds[kept++] = bounds[i];
    cells->bounds.count = kept;
    return true;
}

static bool make_cells(const cprof_maps *maps, bool low, cprof_cells *cells) {
    if (!collect_bounds(maps, low, cells))
        return false;
    size_t count = cells->bounds.count;
    if (count == 0)
        return true;
    CPROF_VEC(uint32_t) next = {0};
    bool ok =
        cprof_vec_reserve(maps->env, &cells->owners, count) && cprof_vec_reserve(maps->env, &next, count + 1);
    if (ok) {
        cells->owners.count = count;
        for (size_t i = 0; i < count; i++) {
            cells->owners.at[i] = CPROF_NONE;
            next.at[i] = (uint32_t)i;
        }
        next.at[count] = (uint32_t)count;
        for (size_t i = 0; i < maps->at.count; i++) {
            uint64_t start, limit;
            if (extent(&maps->at.at[i], low, &start, &limit))
                give_cells(cells->owners.at, next.at, lower_bound(cells->bounds.at, count, start),
                           lower_bound(cells->bounds.at, count, limit), (uint32_t)i);
        }
    }
    cprof_vec_free(maps->env, &next);
    return ok;
}

static uint32_t find_owner(const cprof_cells *cells, uint64_t address) {
    size_t i = lower_bound(cells->bounds.at, cells->bounds.count, address);
    if (i == cells->bounds.count || cells->bounds.at[i] != address) {
        if (i == 0)
            return CPROF_NONE;
        i--;
    }
    return cells->owners.at[i];
}

bool cprof_maps_settle(cprof_maps *maps, cprof_error *err) {
    join_neighbours(&maps->at);
    put_main_first(&maps->at);
    repair_main(&maps->at);
    if (make_cells(maps, false, &maps->own) && make_cells(maps, true, &maps->below))
        return true;
    return cprof_error_memory(maps->env, err);
}

/* ---- Finding ---- */

/* The row of a range that covers everything, made when it is first needed. */
static bool invent(cprof_maps *maps, uint32_t *row, cprof_error *err) {
    if (!maps->invented) {
        cprof_map all = {.limit = UINT64_MAX};
        if (!cprof_vec_push(maps->env, &maps->at, all))
            return cprof_error_memory(maps->env, err);
        maps->invented = true;
    }
    *row = (uint32_t)maps->at.count - 1;
    return true;
}

/* Makes the range reach down to where its file's beginning would be. */
static bool extend(cprof_maps *maps, uint32_t row, cprof_error *err) {
    maps->at.at[row].start -= maps->at.at[row].offset;
    maps->at.at[row].offset = 0;
    if (!cprof_vec_push(maps->env, &maps->extended, row))
        return cprof_error_memory(maps->env, err);
    if (maps->extended.count < EXTENDED_MAX)
        return true;
    maps->extended.count = 0;
    return make_cells(maps, false, &maps->own) || cprof_error_memory(maps->env, err);
}

bool cprof_maps_find(cprof_maps *maps, uint64_t address, uint32_t *row, cprof_error *err) {
    *row = find_owner(&maps->own, address);
    for (size_t i = 0; i < maps->extended.count; i++) {
        uint32_t candidate = maps->extended.at[i];
        const cprof_map *map = &maps->at.at[candidate];
        if (candidate < *row && map->start <= address && address < map->limit)
            *row = candidate;
    }
    if (*row != CPROF_NONE)
        return true;
    if (maps->invented)
        return invent(maps, row, err);
    *row = find_owner(&maps->below, address);
    return *row != CPROF_NONE ? extend(maps, *row, err) : invent(maps, row, err);
}
