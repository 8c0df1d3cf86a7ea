#include "base/ordered.h"

#include "base/arena.h"
#include "base/threads.h"

typedef struct ordered {
    cprof_sink *sink; /* only of the thread whose turn it is */
    cprof_piece_make *make;
    void *context;
    const cprof_env *env;
    uint32_t pieces;

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t turned;
    uint32_t next; /* piece that nobody makes yet */
    uint32_t turn; /* piece that is to be written */
    bool ended;    /* nothing more is written */
} ordered;

typedef struct worker {
    ordered *all;
    unsigned thread;
} worker;

/* False when there is no more. */
static bool take_piece(ordered *all, uint32_t *piece) {
    pthread_mutex_lock(&all->lock);
    bool taken = !all->ended && all->next < all->pieces;
    if (taken)
        *piece = all->next++;
    pthread_mutex_unlock(&all->lock);
    return taken;
}

/* Waits for the piece's turn and writes it; false when nothing more is to be made. */
static bool put_piece(ordered *all, uint32_t piece, const cprof_sink *made) {
    cprof_slice bytes = cprof_sink_bytes(made);
    pthread_mutex_lock(&all->lock);
    while (all->turn != piece && !all->ended)
        pthread_cond_wait(&all->turned, &all->lock);
    bool ended = all->ended;
    pthread_mutex_unlock(&all->lock);
    if (ended)
        return false;
    cprof_sink_write(all->sink, bytes.ptr, bytes.len);
    cprof_sink_fail(all->sink, &made->error);
    pthread_mutex_lock(&all->lock);
    all->turn++;
    all->ended = ended = all->sink->error.code != CPROF_OK;
    pthread_cond_broadcast(&all->turned);
    pthread_mutex_unlock(&all->lock);
    return !ended;
}

static void work(void *part) {
    worker *w = part;
    ordered *all = w->all;
    cprof_sink made;
    uint32_t piece;
    cprof_sink_init_memory(&made, all->env);
    while (take_piece(all, &piece)) {
        made.count = 0;
        all->make(all->context, w->thread, piece, &made);
        if (!put_piece(all, piece, &made))
            break;
    }
    cprof_sink_deinit(&made);
}

static void run_alone(ordered *all) {
    for (uint32_t i = 0; i < all->pieces && all->sink->error.code == CPROF_OK; i++)
        if (!all->make(all->context, 0, i, all->sink))
            return;
}

void cprof_sink_ordered(cprof_sink *sink, uint32_t pieces, unsigned threads, cprof_piece_make *make,
                        void *context, const cprof_env *env) {
    worker workers[CPROF_THREADS_MAX];
    ordered all = {.sink = sink, .make = make, .context = context, .env = env, .pieces = pieces};
    bool locked = threads > 1 && pthread_mutex_init(&all.lock, NULL) == 0;
    bool turned = locked && pthread_cond_init(&all.turned, NULL) == 0;
    for (unsigned i = 0; i < threads; i++)
        workers[i] = (worker){&all, i};
    if (turned)
        cprof_threads_run(work, workers, sizeof *workers, threads);
    else
        run_alone(&all);
    if (turned)
        pthread_cond_destroy(&all.turned);
    if (locked)
        pthread_mutex_destroy(&all.lock);
}
