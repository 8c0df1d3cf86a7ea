/* Interned strings: equal bytes have equal ids, id 0 is "".
 *
 * A table may stand on a parent that no longer changes (a report's names on its profile's): ids below
 * the parent's count are the parent's, new strings go into the child.
 */
#ifndef CPROF_BASE_STRTAB_H
#define CPROF_BASE_STRTAB_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/vec.h"

typedef uint32_t cprof_str; /* an id in some string table; 0 is "" */

typedef struct cprof_strtab {
    const struct cprof_strtab *parent; /* borrowed; may be NULL */
    uint32_t base;                     /* ids below this are the parent's */
    const cprof_env *env;              /* borrowed */
    cprof_arena bytes;
    CPROF_VEC(cprof_slice) slices; /* borrowed from bytes */
    cprof_index index;
    uint32_t next; /* the row behind the one that was asked for last: looked at before the index */
} cprof_strtab;

/* False when there is no memory for "" itself. */
bool cprof_strtab_init(cprof_strtab *tab, const cprof_env *env);
bool cprof_strtab_init_child(cprof_strtab *tab, const cprof_strtab *parent, const cprof_env *env);
void cprof_strtab_deinit(cprof_strtab *tab);
/* What it takes from the budget, without its parent. */
size_t cprof_strtab_bytes(const cprof_strtab *tab);

/* The id of a copy of the bytes. */
bool cprof_strtab_add(cprof_strtab *tab, cprof_slice bytes, cprof_str *id);
bool cprof_strtab_find(const cprof_strtab *tab, cprof_slice bytes, cprof_str *id);

static inline uint32_t cprof_strtab_count(const cprof_strtab *tab) {
    return tab->base + (uint32_t)tab->slices.count;
}

/* Borrowed from the table until it is freed.  id must be of this table. */
static inline cprof_slice cprof_strtab_get(const cprof_strtab *tab, cprof_str id) {
    while (id < tab->base)
        tab = tab->parent;
    return tab->slices.at[id - tab->base];
}

#endif
