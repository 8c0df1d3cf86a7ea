/* The memory map at the end of older profiles: which file lies at which addresses.
 *
 * Lines are those of /proc/PID/maps, or briefer ones; only executable ranges count.
 */
#ifndef CPROF_INPUT_MAPS_H
#define CPROF_INPUT_MAPS_H

#include "input/text.h"

#define CPROF_MAPS_MAX 131072 /* executable ranges; twice what Linux lets a process have */

typedef struct cprof_map {
    uint64_t start, limit, offset;
    cprof_slice file, build_id; /* borrowed from the text, or from the maps' arena */
} cprof_map;

typedef CPROF_VEC(cprof_map) cprof_map_vec;

/* The address space cut where ranges start and end: [bounds[i], bounds[i + 1]) belongs to range owners[i],
 * the first that covers it (CPROF_NONE: to none). */
typedef struct cprof_cells {
    CPROF_VEC(uint64_t) bounds;
    CPROF_VEC(uint32_t) owners; /* as many */
} cprof_cells;

typedef struct cprof_maps {
    const cprof_env *env;
    cprof_arena arena; /* names in which a variable was replaced */
    cprof_map_vec at;  /* the main program's first */
    bool invented;     /* the last one covers everything: for addresses that no range holds */

    cprof_cells own;
    cprof_cells below;            /* where each range would reach if it started at its file's offset 0 */
    CPROF_VEC(uint32_t) extended; /* ranges that were extended downwards since `own` was made */
} cprof_maps;

void cprof_maps_init(cprof_maps *maps, const cprof_env *env);
void cprof_maps_deinit(cprof_maps *maps);

/* True for the line that announces a memory map. */
bool cprof_maps_announced(cprof_slice line);
/* Reads the rest of the text; lines that are no ranges are passed over. False: too many, or no memory. */
bool cprof_maps_read(cprof_maps *maps, cprof_text *text, cprof_error *err);
/* Joins ranges that are one, puts the main program first, and gets ready for cprof_maps_find. */
bool cprof_maps_settle(cprof_maps *maps, cprof_error *err);
/* The row for an address (not 0). A range may be extended downwards by it, or one be invented. */
bool cprof_maps_find(cprof_maps *maps, uint64_t address, uint32_t *row, cprof_error *err);

#endif
