#include "transform/merge_stacks.h"

#include "base/threads.h"
#include "profile/builder_state.h"

enum {
    BATCH = 32, /* stacks that are looked up at a time: their reads wait for memory together */
    FRAMES_PER_THREAD = 1 << 19, /* below that, a thread costs more than it saves */
    LINE = 64                    /* bytes that are fetched at once */
};

/* A stack that is looked for. */
typedef struct query {
    uint32_t stack, at, count; /* its frames: share.frames[at .. at + count) */
    uint32_t guess;            /* the first row with its hash; CPROF_NONE: none */
    uint64_t hash;
} query;

typedef struct share {
    const cprof_builder *b;
    const cprof_profile *p;
    const uint32_t *locations;
    uint32_t *rows;
    uint32_t from, to; /* stacks */
    cprof_u32s frames; /* of the batch, as the builder's rows */
    bool ok;
} share;

/* Fills the query and share.frames. */
static bool map_frames(share *s, uint32_t stack, query *q) {
    const cprof_stacks *stacks = &s->p->stacks;
    const uint32_t *from = stacks->frames + stacks->first[stack];
    q->stack = stack;
    q->at = (uint32_t)s->frames.count;
    q->count = stacks->first[stack + 1] - stacks->first[stack];
    if (!cprof_vec_reserve(s->p->env, &s->frames, q->count))
        return false;
    uint32_t *to = s->frames.at + s->frames.count;
    for (uint32_t i = 0; i < q->count; i++)
        to[i] = s->locations[from[i]];
    s->frames.count += q->count;
    q->hash = cprof_builder_stack_hash(to, q->count);
    const cprof_index *index = &s->b->stacks;
    if (index->slots)
        __builtin_prefetch(&index->slots[cprof_index_start(index, q->hash).slot]);
    return true;
}

static void guess(const share *s, query *q) {
    cprof_index_probe probe = cprof_index_start(&s->b->stacks, q->hash);
    if (cprof_index_next(&s->b->stacks, &probe, &q->guess))
        __builtin_prefetch(&s->b->columns.stack_first.at[q->guess]);
    else
        q->guess = CPROF_NONE;
}

static void fetch_guess(const share *s, const query *q) {
    const cprof_columns *c = &s->b->columns;
    if (q->guess == CPROF_NONE || !c->stack_frames.at)
        return;
    const char *frames = (const char *)(c->stack_frames.at + c->stack_first.at[q->guess]);
    for (size_t i = 0; i < q->count * sizeof(uint32_t); i += LINE)
        __builtin_prefetch(frames + i);
}

static void look_up(const share *s, const query *q) {
    cprof_index_probe probe = cprof_index_start(&s->b->stacks, q->hash);
    uint32_t row;
    while (q->guess != CPROF_NONE && cprof_index_next(&s->b->stacks, &probe, &row))
        if (cprof_builder_stack_equals(s->b, row, s->frames.at + q->at, q->count)) {
            s->rows[q->stack] = row;
            return;
        }
}

static void run_share(void *part) {
    share *s = part;
    query batch[BATCH];
    s->ok = true;
    for (uint32_t at = s->from; s->ok && at < s->to; at += BATCH) {
        uint32_t count = s->to - at < BATCH ? s->to - at : BATCH;
        s->frames.count = 0;
        for (uint32_t i = 0; s->ok && i < count; i++)
            s->ok = map_frames(s, at + i, &batch[i]);
        if (!s->ok)
            break;
        for (uint32_t i = 0; i < count; i++)
            guess(s, &batch[i]);
        for (uint32_t i = 0; i < count; i++)
            fetch_guess(s, &batch[i]);
        for (uint32_t i = 0; i < count; i++)
            look_up(s, &batch[i]);
    }
    cprof_vec_free(s->p->env, &s->frames);
}

bool cprof_merge_find_stacks(const cprof_builder *b, const cprof_profile *p, const uint32_t *locations,
                             uint32_t *rows, cprof_error *err) {
    share shares[CPROF_THREADS_MAX];
    uint32_t stacks = p->stacks.count;
    unsigned threads = cprof_threads_count(p->stacks.first[stacks], FRAMES_PER_THREAD);
    if (threads == 1 || b->columns.stack_first.count == 0)
        return true;
    for (unsigned i = 0; i < threads; i++)
        shares[i] = (share){.b = b,
                            .p = p,
                            .locations = locations,
                            .rows = rows,
                            .from = (uint32_t)((uint64_t)stacks * i / threads),
                            .to = (uint32_t)((uint64_t)stacks * (i + 1) / threads)};
    cprof_threads_run(run_share, shares, sizeof *shares, threads);
    for (unsigned i = 0; i < threads; i++)
        if (!shares[i].ok)
            return cprof_error_memory(p->env, err);
    return true;
}
