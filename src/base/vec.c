#include "base/vec.h"

/* The vector's pointer has a type of its own, so it is read and written as bytes here. */
static void *get(void **at) {
    void *p;
    memcpy(&p, at, sizeof p);
    return p;
}

static bool resize(const cprof_env *env, void **at, size_t *capacity, size_t to, size_t size) {
    void *p = cprof_mem_resize(cprof_env_budget(env), get(at), *capacity * size, to * size);
    if (!p && to > 0)
        return false;
    memcpy(at, &p, sizeof p);
    *capacity = to;
    return true;
}

bool cprof_vec_grow(const cprof_env *env, void **at, size_t *capacity, size_t count, size_t extra,
                    size_t size) {
    size_t most = PTRDIFF_MAX / size;
    if (extra > most || count > most - extra)
        return false;
    size_t need = count + extra, room = *capacity;
    /* Small vectors double, big ones grow by half; where that is too much for the budget, what is needed. */
    size_t want = room > most / 2 ? most : room * size < 65536 ? room * 2 : room + room / 2;
    size_t least = size < 64 ? 64 / size : 1;
    if (want < least)
        want = least;
    if (want > need && resize(env, at, capacity, want, size))
        return true;
    return resize(env, at, capacity, need, size);
}

void cprof_vec_fit(const cprof_env *env, void **at, size_t *capacity, size_t count, size_t size) {
    if (count < *capacity)
        resize(env, at, capacity, count, size);
}
