#include "input/ring.h"

#include "base/arena.h"
#include "base/threads.h"

enum { SLOTS = 4 };

struct cprof_ring {
    const cprof_env *env; /* borrowed */
    cprof_source *source; /* borrowed; the thread's */
    size_t chunk_size;    /* bytes */
    uint8_t *chunks;      /* SLOTS × chunk_size */
    pthread_t thread;

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    size_t counts[SLOTS];    /* bytes in each chunk */
    uint64_t filled, handed; /* chunks so far; the last that was handed out is still in use */
    uint64_t freed;
    bool ended; /* the thread fills no more */
    bool failed;
    cprof_error error; /* where it failed */
};

/* A slot that may be filled; false when it is to end. */
static bool wait_for_room(cprof_ring *ring, size_t *slot) {
    pthread_mutex_lock(&ring->lock);
    while (ring->filled - ring->freed == SLOTS && !atomic_load(&ring->source->cancelled))
        pthread_cond_wait(&ring->changed, &ring->lock);
    *slot = ring->filled % SLOTS;
    bool go_on = !atomic_load(&ring->source->cancelled);
    pthread_mutex_unlock(&ring->lock);
    return go_on;
}

static void *fill_chunks(void *context) {
    cprof_ring *ring = context;
    bool end = false;
    size_t slot, count;
    while (!end && wait_for_room(ring, &slot)) {
        cprof_error err = CPROF_ERROR_INIT;
        count = 0;
        bool ok = cprof_source_fill(ring->source, ring->chunks + slot * ring->chunk_size, ring->chunk_size,
                                    &count, &end, &err);
        end |= !ok;
        pthread_mutex_lock(&ring->lock);
        ring->counts[slot] = count;
        ring->filled += ok && count > 0;
        ring->ended = end;
        ring->failed = !ok;
        ring->error = err;
        pthread_cond_signal(&ring->changed);
        pthread_mutex_unlock(&ring->lock);
    }
    return NULL;
}

static void release(cprof_ring *ring) {
    cprof_budget *budget = cprof_env_budget(ring->env);
    cprof_mem_free(budget, ring->chunks, SLOTS * ring->chunk_size);
    cprof_mem_free(budget, ring, sizeof *ring);
}

cprof_ring *cprof_ring_new(cprof_source *source, size_t chunk_size, const cprof_env *env) {
    cprof_budget *budget = cprof_env_budget(env);
    cprof_ring *ring = cprof_mem_resize(budget, NULL, 0, sizeof *ring);
    if (!ring)
        return NULL;
    memset(ring, 0, sizeof *ring);
    ring->env = env;
    ring->source = source;
    ring->chunk_size = chunk_size;
    ring->chunks = cprof_mem_resize(budget, NULL, 0, SLOTS * chunk_size);
    if (!ring->chunks || pthread_mutex_init(&ring->lock, NULL) != 0) {
        release(ring);
        return NULL;
    }
    bool condition = pthread_cond_init(&ring->changed, NULL) == 0;
    if (condition && cprof_thread_start(&ring->thread, fill_chunks, ring) == 0)
        return ring;
    if (condition)
        pthread_cond_destroy(&ring->changed);
    pthread_mutex_destroy(&ring->lock);
    release(ring);
    return NULL;
}

void cprof_ring_free(cprof_ring *ring) {
    if (!ring)
        return;
    pthread_mutex_lock(&ring->lock);
    atomic_store(&ring->source->cancelled, true);
    pthread_cond_signal(&ring->changed);
    pthread_mutex_unlock(&ring->lock);
    pthread_join(ring->thread, NULL);
    pthread_cond_destroy(&ring->changed);
    pthread_mutex_destroy(&ring->lock);
    release(ring);
}

bool cprof_ring_next(cprof_ring *ring, cprof_slice *chunk, cprof_error *err) {
    *chunk = (cprof_slice){"", 0};
    pthread_mutex_lock(&ring->lock);
    if (ring->freed < ring->handed) {
        ring->freed = ring->handed;
        pthread_cond_signal(&ring->changed);
    }
    while (ring->handed == ring->filled && !ring->ended)
        pthread_cond_wait(&ring->changed, &ring->lock);
    bool ok = true;
    if (ring->handed < ring->filled) {
        size_t slot = ring->handed++ % SLOTS;
        *chunk = (cprof_slice){(const char *)ring->chunks + slot * ring->chunk_size, ring->counts[slot]};
    } else if (ring->failed) {
        ok = false;
        if (err)
            *err = ring->error;
    }
    pthread_mutex_unlock(&ring->lock);
    return ok;
}
