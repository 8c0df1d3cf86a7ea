#include "graph/contexts.h"

/* A stack on the way from its root to its leaf. */
typedef struct path {
    uint32_t stack;
    uint32_t node;  /* where it is, with CPROF_NODE_INLINED; CPROF_NONE: behind the leaf */
    uint32_t frame; /* of the node; as `leaf`, in the profile's frames */
    uint32_t lines; /* nodes that the frame has below this one */
    uint32_t leaf;
} path;

/* Paths that have come the same way. */
typedef struct group {
    uint32_t from, to; /* paths */
    uint32_t caller;   /* the context that they come from: the lowest that is kept */
    bool light;        /* it is further up: all that is below has been left out */
} group;

/* One thread's share of the contexts. */
typedef struct share {
    cprof_graph_build *b;
    const cprof_env *env;
    path *paths, *spare; /* of all shares: each has groups of its own */
    int64_t cutoff;
    uint32_t base;           /* the number of its first context */
    uint32_t small;          /* groups up to so many paths are put aside */
    size_t steps;            /* since it was asked whether to stop */
    CPROF_VEC(group) groups; /* to be split */
    CPROF_VEC(group) aside;
    size_t first, end; /* of those that were put aside: this share's */
    cprof_contexts found;
    bool overflowed, ok;
    cprof_error error;
} share;

static inline uint32_t step(const cprof_graph_build *b, path *p) {
    const cprof_node_table *table = &b->graph->table;
    const uint32_t *frames = b->view->profile->stacks.frames;
    while (p->lines == 0) {
        if (p->frame == p->leaf)
            return p->node = CPROF_NONE;
        p->lines = cprof_node_count(table, frames[--p->frame]);
    }
    p->lines--;
    return p->node = cprof_node_marked(table, frames[p->frame], p->lines);
}

/* --- paths in the order of their nodes --- */

static inline uint32_t key_of(const path *p) {
    return p->node & CPROF_NODE_MASK; /* behind the leaf: more than any node */
}

static void sort_few(path *paths, size_t count) {
    for (size_t i = 1; i < count; i++) {
        path p = paths[i];
        size_t k = i;
        for (; k > 0 && key_of(&paths[k - 1]) > key_of(&p); k--)
            paths[k] = paths[k - 1];
        paths[k] = p;
    }
}

/* By the bytes in which the keys differ, the lowest first. */
static void sort_many(path *paths, path *spare, size_t count) {
    path *from = paths, *to = spare;
    uint32_t differ = 0;
    for (size_t i = 1; i < count; i++)
        differ |= key_of(&paths[i]) ^ key_of(&paths[0]);
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t start[257] = {0};
        if ((differ >> shift & 255) == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            start[(key_of(&from[i]) >> shift & 255) + 1]++;
        for (size_t i = 0; i < 256; i++)
            start[i + 1] += start[i];
        for (size_t i = 0; i < count; i++)
            to[start[key_of(&from[i]) >> shift & 255]++] = from[i];
        path *swap = from;
        from = to;
        to = swap;
    }
    if (from != paths)
        memcpy(paths, from, count * sizeof *paths);
}

/* Equal ones stay as they were: in the order of the stacks. */
static void sort_paths(path *paths, path *spare, size_t count) {
    enum { FEW = 24 };
    if (count <= FEW)
        sort_few(paths, count);
    else
        sort_many(paths, spare, count);
}

/* --- contexts --- */

static int64_t weigh(share *s, const group *g) {
    int64_t sum = 0;
    for (uint32_t i = g->from; i < g->to; i++)
        cprof_i64_add(&sum, s->b->weights.value[s->paths[i].stack], &s->overflowed);
    return sum;
}

/* All that is below the group's context is too light. */
static void leave_out(share *s, group *g, int64_t weight) {
    g->light = true;
    cprof_i64_add(&s->found.light_flat, weight, &s->overflowed);
    for (uint32_t i = g->from; g->caller != CPROF_NONE && i < g->to; i++)
        s->b->stack_leaf[s->paths[i].stack] = g->caller | CPROF_LEAF_BELOW;
}

/* How many nodes a path has yet to pass. */
static uint64_t count_rest(const cprof_graph_build *b, const path *p) {
    uint64_t count = (uint64_t)1 + p->lines;
    for (uint32_t i = p->leaf; i < p->frame; i++)
        count += cprof_node_count(&b->graph->table, b->view->profile->stacks.frames[i]);
    return count;
}

static bool add_context(share *s, group *g, bool inlined) {
    if (g->light) {
        s->found.light++;
        return true;
    }
    const path *first = &s->paths[g->from];
    cprof_context c = {key_of(first) | (inlined ? CPROF_NODE_INLINED : 0), g->caller, first->stack};
    if (s->base + s->found.rows.count >= CPROF_LEAF_BELOW - 1 || !cprof_vec_push(s->env, &s->found.rows, c))
        return cprof_error_memory(s->env, &s->error);
    g->caller = s->base + (uint32_t)s->found.rows.count - 1;
    return true;
}

/* Takes the group's paths on by one node.  True when all have come to the same, which then is *inlined when
 * it is in all of them. */
static bool step_all(share *s, const group *g, bool *inlined) {
    enum { AHEAD = 16 };
    const uint32_t *frames = s->b->view->profile->stacks.frames;
    uint32_t first = step(s->b, &s->paths[g->from]), differ = 0, all = first;
    for (uint32_t i = g->from + 1; i < g->to; i++) {
        if (i + AHEAD < g->to)
            __builtin_prefetch(&frames[s->paths[i + AHEAD].frame]); /* the next is beside it */
        uint32_t node = step(s->b, &s->paths[i]);
        differ |= node ^ first;
        all &= node;
    }
    *inlined = all & CPROF_NODE_INLINED;
    return (differ & CPROF_NODE_MASK) == 0;
}

static bool put_group(share *s, const group *g) {
    bool ok = g->to - g->from <= s->small ? cprof_vec_push(s->env, &s->aside, *g)
                                          : cprof_vec_push(s->env, &s->groups, *g);
    return ok || cprof_error_memory(s->env, &s->error);
}

/* The group's stacks end at its context. */
static bool end(share *s, const group *g) {
    for (uint32_t i = g->from; !g->light && i < g->to; i++)
        s->b->stack_leaf[s->paths[i].stack] = g->caller;
    return true;
}

/* Follows paths that are at the same node to where they part or end. */
static bool follow(share *s, group g) {
    if (s->paths[g.from].node == CPROF_NONE)
        return end(s, &g);
    if (!g.light && s->cutoff > 0) {
        int64_t weight = weigh(s, &g);
        if (weight < s->cutoff)
            leave_out(s, &g, weight);
    }
    if (g.light && g.to - g.from == 1) {
        s->found.light += count_rest(s->b, &s->paths[g.from]);
        return true;
    }
    bool inlined = true, same = true;
    for (uint32_t i = g.from; i < g.to; i++)
        inlined &= (s->paths[i].node & CPROF_NODE_INLINED) != 0;
    while (same && s->paths[g.from].node != CPROF_NONE) {
        if (!add_context(s, &g, inlined))
            return false;
        same = step_all(s, &g, &inlined);
        s->steps += g.to - g.from;
        if (s->steps >= 1 << 16) {
            s->steps = 0;
            if (cprof_stopped(s->env, &s->error))
                return false;
        }
    }
    return same ? end(s, &g) : put_group(s, &g);
}

/* Follows each part of a group that has come to a fork. */
static bool split(share *s, const group *g) {
    sort_paths(s->paths + g->from, s->spare + g->from, g->to - g->from);
    for (uint32_t from = g->from, to; from < g->to; from = to) {
        to = from + 1;
        while (to < g->to && key_of(&s->paths[to]) == key_of(&s->paths[from]))
            to++;
        if (!follow(s, (group){from, to, g->caller, g->light}))
            return false;
    }
    return true;
}

static void run_share(void *part) {
    share *s = part;
    s->ok = true;
    while (s->ok && s->groups.count > 0) {
        group g = s->groups.at[--s->groups.count];
        s->ok = split(s, &g);
    }
}

/* --- all of them --- */

/* The stacks that weigh anything and have nodes, each at its root. */
static uint32_t start_paths(cprof_graph_build *b, path *paths) {
    const cprof_view *v = b->view;
    uint32_t stacks = v->profile->stacks.count, started = 0;
    memset(b->stack_leaf, 0xff, stacks * sizeof *b->stack_leaf);
    for (uint32_t i = 0; i < stacks; i++) {
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(v, i, &count);
        if (count == 0 || !cprof_bits_get(b->weights.touched, i))
            continue;
        uint32_t leaf = (uint32_t)(frames - v->profile->stacks.frames);
        paths[started] = (path){.stack = i, .frame = leaf + count, .leaf = leaf};
        started += step(b, &paths[started]) != CPROF_NONE;
    }
    return started;
}

/* Splits large groups, until there are enough small ones for all threads. */
static bool split_large(share *s, uint32_t paths, unsigned threads) {
    enum { GROUPS_PER_THREAD = 32 };
    s->small = threads > 1 ? paths / (threads * GROUPS_PER_THREAD) : 0;
    s->ok = paths == 0 || put_group(s, &(group){0, paths, CPROF_NONE, false});
    if (s->ok)
        run_share(s);
    s->small = 0;
    return s->ok;
}

/* Hands the groups that were put aside out, about the same number of paths to each. */
static bool hand_out(share *shares, unsigned count, const share *from) {
    uint64_t paths = 0, passed = 0;
    for (size_t i = 0; i < from->aside.count; i++)
        paths += from->aside.at[i].to - from->aside.at[i].from;
    size_t next = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t first = next;
        while (next < from->aside.count && passed < paths * (i + 1) / count) {
            passed += from->aside.at[next].to - from->aside.at[next].from;
            next++;
        }
        shares[i] = (share){.b = from->b,
                            .env = from->env,
                            .paths = from->paths,
                            .spare = from->spare,
                            .cutoff = from->cutoff,
                            .found.env = from->env,
                            .base = (uint32_t)from->found.rows.count,
                            .first = first,
                            .end = next,
                            .error = CPROF_ERROR_INIT};
        if (!cprof_vec_append(from->env, &shares[i].groups, from->aside.at + first, next - first))
            return false;
    }
    return true;
}

/* Adds what a share found behind what stands there. */
static bool add_share(share *to, share *s) {
    uint32_t more = (uint32_t)to->found.rows.count - s->base;
    for (size_t i = 0; i < s->found.rows.count; i++) {
        cprof_context *c = &s->found.rows.at[i];
        c->caller += c->caller != CPROF_NONE && c->caller >= s->base ? more : 0;
    }
    for (size_t i = s->first; i < s->end; i++) {
        const group *g = &to->aside.at[i];
        for (uint32_t k = g->from; k < g->to; k++) {
            uint32_t *leaf = &s->b->stack_leaf[s->paths[k].stack];
            *leaf += *leaf != CPROF_NONE && (*leaf & ~CPROF_LEAF_BELOW) >= s->base ? more : 0;
        }
    }
    to->overflowed |= s->overflowed;
    to->found.light += s->found.light;
    cprof_i64_add(&to->found.light_flat, s->found.light_flat, &to->overflowed);
    return to->found.rows.count + s->found.rows.count < CPROF_LEAF_BELOW &&
           cprof_vec_append(to->env, &to->found.rows, s->found.rows.at, s->found.rows.count);
}

static void share_deinit(share *s) {
    cprof_vec_free(s->env, &s->groups);
    cprof_vec_free(s->env, &s->aside);
    cprof_contexts_deinit(&s->found);
}

/* Splits the groups that were put aside. */
static bool split_small(share *all, unsigned threads, cprof_error *err) {
    share shares[CPROF_THREADS_MAX] = {0};
    bool ok = hand_out(shares, threads, all);
    if (ok)
        cprof_threads_run(run_share, shares, sizeof *shares, threads);
    else
        cprof_error_memory(all->env, err);
    for (unsigned i = 0; i < threads; i++) {
        if (ok && !shares[i].ok && err)
            *err = shares[i].error;
        ok = ok && shares[i].ok && (add_share(all, &shares[i]) || cprof_error_memory(all->env, err));
        share_deinit(&shares[i]);
    }
    return ok;
}

bool cprof_contexts_init(cprof_contexts *contexts, cprof_graph_build *b, int64_t cutoff, cprof_error *err) {
    const cprof_env *env = b->view->env;
    uint32_t cuts[CPROF_TURNS_MAX + 1];
    unsigned threads = cprof_graph_share_stacks(b, 1, cuts);
    size_t size = ((size_t)b->view->profile->stacks.count + 1) * sizeof(path);
    share all = {.b = b, .env = env, .cutoff = cutoff, .found.env = env, .error = CPROF_ERROR_INIT};
    cprof_arena memory;
    cprof_arena_init(&memory, cprof_env_budget(env));
    all.paths = cprof_arena_alloc(&memory, size);
    all.spare = cprof_arena_alloc(&memory, size);
    bool ok = (all.paths && all.spare) || cprof_error_memory(env, err);
    if (ok) {
        ok = split_large(&all, start_paths(b, all.paths), threads);
        if (!ok && err)
            *err = all.error;
    }
    ok = ok && split_small(&all, threads, err);
    cprof_arena_deinit(&memory);
    b->overflowed |= all.overflowed;
    *contexts = all.found;
    all.found = (cprof_contexts){0};
    share_deinit(&all);
    return ok;
}

void cprof_contexts_deinit(cprof_contexts *contexts) {
    cprof_vec_free(contexts->env, &contexts->rows);
}
