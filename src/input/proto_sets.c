#include "input/proto_sets.h"

#include "base/threads.h"

enum {
    CHUNK = 2048, /* samples: enough for a thread to be woken for, few enough to stay in the cache */
    CHUNK_LABELS = 8 * CHUNK,
    CHUNKS_ALONE = 8, /* that are not worth a thread: many small files are read side by side instead */
    BATCH = 64        /* samples that are looked up together */
};

/* --- looking up --- */

/* Each kind of read is started for a whole batch before the first is waited for. */
static void prefetch_batch(const cprof_proto_sets *s, cprof_wire_set *sets, size_t count) {
    const cprof_wire_labels *labels = &s->working.labels;
    for (size_t i = 0; i < count; i++) {
        sets[i].hash = cprof_hash_bytes(labels->at + sets[i].labels, sets[i].count * sizeof *labels->at);
        cprof_index_prefetch(&s->index, sets[i].hash);
    }
    for (size_t i = 0; i < count; i++)
        sets[i].guess = cprof_index_guess(&s->index, sets[i].hash, s->first.at);
    for (size_t i = 0; i < count; i++)
        if (sets[i].guess != CPROF_NONE)
            cprof_prefetch_bytes(s->columns->labels.at + s->first.at[sets[i].guess],
                                 sets[i].count * sizeof *labels->at);
}

/* The last row ends where the labels do. */
static uint32_t end_of(const cprof_proto_sets *s, uint32_t row) {
    return row + 1 < s->first.count ? s->first.at[row + 1] : (uint32_t)s->columns->labels.count;
}

static bool add_row(cprof_proto_sets *s, uint64_t at) {
    return cprof_vec_push(s->env, &s->first, (uint32_t)s->columns->labels.count) &&
           cprof_vec_push(s->env, &s->at, at);
}

static bool add_set(cprof_proto_sets *s, const cprof_wire_set *set, const cprof_label *labels, uint32_t *row,
                    cprof_error *err) {
    if (!cprof_columns_room(s->columns->labels.count, set->count, "labels of distinct label sets", err) ||
        !cprof_columns_room(s->first.count, 2, "label sets", err))
        return false;
    bool ok = s->first.count > 0 || add_row(s, set->at);
    *row = (uint32_t)s->first.count;
    return (ok && add_row(s, set->at) && cprof_vec_append(s->env, &s->columns->labels, labels, set->count) &&
            cprof_index_insert(&s->index, set->hash, *row)) ||
           cprof_error_memory(s->env, err);
}

static bool find_row(cprof_proto_sets *s, const cprof_wire_set *set, uint32_t *row, cprof_error *err) {
    const cprof_label *labels = s->working.labels.at + set->labels;
    size_t size = set->count * sizeof *labels;
    cprof_index_probe probe = cprof_index_start(&s->index, set->hash);
    while (cprof_index_next(&s->index, &probe, row)) {
        uint32_t from = s->first.at[*row];
        if (end_of(s, *row) - from == set->count && memcmp(s->columns->labels.at + from, labels, size) == 0)
            return true;
    }
    return add_set(s, set, labels, row, err);
}

static bool look_up(cprof_proto_sets *s, cprof_error *err) {
    cprof_wire_set *sets = s->working.sets.at;
    size_t count = s->working.sets.count;
    for (size_t i = 0; i < count; i++) {
        uint32_t row;
        if (i % BATCH == 0)
            prefetch_batch(s, sets + i, count - i < BATCH ? count - i : BATCH);
        if (!find_row(s, &sets[i], &row, err))
            return false;
        if (!cprof_column_set_u32(s->env, &s->columns->sample_label_set, sets[i].sample, row))
            return cprof_error_memory(s->env, err);
    }
    s->working.labels.count = s->working.sets.count = 0;
    return true;
}

/* --- the thread --- */

static void *run(void *context) {
    cprof_proto_sets *s = context;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->busy && !s->ending)
            pthread_cond_wait(&s->changed, &s->lock);
        if (!s->busy)
            break;
        pthread_mutex_unlock(&s->lock);
        bool ok = look_up(s, &s->error);
        pthread_mutex_lock(&s->lock);
        s->busy = false;
        s->failed |= !ok;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Without a thread, the caller's does the work. */
static void start(cprof_proto_sets *s) {
    if (s->has_lock || s->chunks++ < CHUNKS_ALONE || cprof_threads_count(2, 1) < 2)
        return;
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return;
    if (pthread_cond_init(&s->changed, NULL) != 0) {
        pthread_mutex_destroy(&s->lock);
        return;
    }
    s->has_lock = true;
    s->threaded = cprof_thread_start(&s->thread, run, s) == 0;
}

static void stop(cprof_proto_sets *s) {
    if (s->threaded) {
        pthread_mutex_lock(&s->lock);
        s->ending = true;
        pthread_cond_signal(&s->changed);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
        s->threaded = false;
    }
    if (s->has_lock) {
        pthread_cond_destroy(&s->changed);
        pthread_mutex_destroy(&s->lock);
        s->has_lock = false;
    }
}

static void swap_chunks(cprof_proto_sets *s) {
    cprof_wire_chunk done = s->working;
    s->working = s->filling;
    s->filling = done;
}

/* Waits until the chunk before is done; false where that or an earlier one failed. */
static bool give_to_thread(cprof_proto_sets *s) {
    pthread_mutex_lock(&s->lock);
    while (s->busy)
        pthread_cond_wait(&s->changed, &s->lock);
    bool ok = !s->failed;
    if (ok) {
        swap_chunks(s);
        s->busy = true;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return ok;
}

static bool do_it_here(cprof_proto_sets *s) {
    swap_chunks(s);
    s->failed = !look_up(s, &s->error);
    return !s->failed;
}

static bool hand_over(cprof_proto_sets *s, cprof_error *err) {
    bool ok = s->threaded ? give_to_thread(s) : do_it_here(s);
    if (!ok && err) /* a thread that failed touches nothing any more */
        *err = s->error;
    return ok;
}

/* --- for the decoder --- */

void cprof_proto_sets_init(cprof_proto_sets *sets, const cprof_env *env, cprof_columns *columns) {
    *sets = (cprof_proto_sets){.env = env, .columns = columns, .error = CPROF_ERROR_INIT};
    cprof_index_init(&sets->index, cprof_env_budget(env));
}

void cprof_proto_sets_deinit(cprof_proto_sets *s) {
    stop(s);
    cprof_wire_chunk *chunks[] = {&s->filling, &s->working};
    for (int i = 0; i < 2; i++) {
        cprof_vec_free(s->env, &chunks[i]->labels);
        cprof_vec_free(s->env, &chunks[i]->sets);
    }
    cprof_vec_free(s->env, &s->first);
    cprof_vec_free(s->env, &s->at);
    cprof_index_deinit(&s->index);
}

bool cprof_proto_sets_advance(cprof_proto_sets *s, cprof_error *err) {
    if (s->filling.sets.count < CHUNK && s->filling.labels.count < CHUNK_LABELS)
        return true;
    start(s);
    return hand_over(s, err);
}

bool cprof_proto_sets_finish(cprof_proto_sets *s, uint32_t samples, cprof_error *err) {
    bool ok = hand_over(s, err);
    stop(s);
    cprof_index_deinit(&s->index);
    if (ok && s->failed && err) /* in the last chunk */
        *err = s->error;
    if (!ok || s->failed)
        return false;
    size_t known = s->columns->sample_label_set.count;
    return known == 0 || known == samples ||
           cprof_column_set_u32(s->env, &s->columns->sample_label_set, samples - 1, 0) ||
           cprof_error_memory(s->env, err);
}
