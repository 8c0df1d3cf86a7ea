/* Growing arrays on a budget.
 *
 *     CPROF_VEC(uint32_t) ids = {0};
 *     if (!cprof_vec_push(env, &ids, 7)) return cprof_error_memory(env, err);
 *     … ids.at[0], ids.count …
 *     cprof_vec_free(env, &ids);
 */
#ifndef CPROF_BASE_VEC_H
#define CPROF_BASE_VEC_H

#include "base/arena.h"

#define CPROF_VEC(type)                                                                                      \
    struct {                                                                                                 \
        type *at;        /* NULL while empty */                                                              \
        size_t count;    /* elements in use */                                                               \
        size_t capacity; /* elements there is room for */                                                    \
    }

/* Room for `extra` more elements; false when there is no memory (the vector is as it was). */
#define cprof_vec_reserve(env, vec, extra)                                                                   \
    ((vec)->capacity - (vec)->count >= (size_t)(extra) ||                                                    \
     cprof_vec_grow((env), (void **)&(vec)->at, &(vec)->capacity, (vec)->count, (size_t)(extra),             \
                    sizeof *(vec)->at))

#define cprof_vec_push(env, vec, value)                                                                      \
    (cprof_vec_reserve((env), (vec), 1) ? ((vec)->at[(vec)->count++] = (value), true) : false)

#define cprof_vec_append(env, vec, from, n)                                                                  \
    ((n) == 0 ? true /* an empty vector has no address to copy to */                                         \
     : cprof_vec_reserve((env), (vec), (n))                                                                  \
         ? (cprof_vec_copy((vec)->at + (vec)->count, (from), (n) * sizeof *(vec)->at), (vec)->count += (n),  \
            true)                                                                                            \
         : false)

/* Gives back the room that is not used. */
#define cprof_vec_shrink(env, vec)                                                                           \
    cprof_vec_fit((env), (void **)&(vec)->at, &(vec)->capacity, (vec)->count, sizeof *(vec)->at)

#define cprof_vec_free(env, vec)                                                                             \
    (cprof_mem_free(cprof_env_budget(env), (vec)->at, (vec)->capacity * sizeof *(vec)->at),                  \
     (vec)->at = NULL, (vec)->count = (vec)->capacity = 0)

bool cprof_vec_grow(const cprof_env *env, void **at, size_t *capacity, size_t count, size_t extra,
                    size_t size);
void cprof_vec_fit(const cprof_env *env, void **at, size_t *capacity, size_t count, size_t size);

static inline void cprof_vec_copy(void *to, const void *from, size_t size) {
    if (size > 0)
        memcpy(to, from, size);
}

#endif
