#include "graph/wanted.h"

#include "graph/chain.h"

typedef struct share {
    const cprof_graph_build *b;
    const cprof_wanted *wanted;
    const uint32_t *row; /* by vertex, of those that are wanted */
    const uint32_t *up;  /* of trees, by vertex: the next wanted one towards the root, or CPROF_NONE */
    cprof_chain chain;   /* not of trees */
    uint32_t from, to;   /* stacks */
    uint32_t *stamp;     /* by row: the last stack that has it, + 1 */
    CPROF_VEC(uint32_t) rows;
    uint32_t at; /* where they come to stand among those of all shares */
    bool ok;
    cprof_error error;
} share;

/* Room for it was made. */
static void add_row(share *s, uint32_t vertex, uint32_t stack, uint32_t marks) {
    uint32_t row = s->row[vertex];
    s->rows.at[s->rows.count++] = row | marks | (s->stamp[row] == stack + 1 ? CPROF_WANTED_AGAIN : 0);
    s->stamp[row] = stack + 1;
}

static bool add_stack(share *s, uint32_t stack) {
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(s->b->view, stack, &count);
    if (!cprof_chain_fill(&s->chain, frames, count) ||
        !cprof_vec_reserve(s->b->view->env, &s->rows, s->chain.nodes.count))
        return false;
    uint32_t leaf = s->chain.has_leaf ? CPROF_WANTED_LEAF : 0;
    for (size_t i = s->chain.nodes.count; i-- > 0; leaf = 0) {
        uint32_t n = s->chain.nodes.at[i];
        add_row(s, n & CPROF_NODE_MASK, stack,
                leaf | (n & CPROF_NODE_INLINED ? CPROF_WANTED_INLINED : 0) |
                    (n & CPROF_NODE_RESIDUAL ? CPROF_WANTED_RESIDUAL : 0));
    }
    return true;
}

/* The same in a call tree. */
static bool add_path(share *s, uint32_t stack) {
    uint32_t leaf = s->b->stack_leaf[stack];
    uint32_t last = leaf == CPROF_NONE ? leaf : leaf & ~CPROF_LEAF_BELOW;
    for (uint32_t v = last; v != CPROF_NONE; v = s->b->parent[v]) {
        v = s->up[v];
        if (v == CPROF_NONE)
            return true;
        if (!cprof_vec_reserve(s->b->view->env, &s->rows, 1))
            return false;
        add_row(s, v, stack, v == leaf ? CPROF_WANTED_LEAF : 0);
    }
    return true;
}

static void run_share(void *part) {
    share *s = part;
    const cprof_view *v = s->b->view;
    bool is_tree = s->b->options->call_tree;
    s->ok = true;
    for (uint32_t i = s->from; s->ok && i < s->to; i++) {
        s->wanted->first[i] = (uint32_t)s->rows.count;
        if (cprof_bits_get(s->b->weights.touched, i) && !(is_tree ? add_path : add_stack)(s, i))
            s->ok = cprof_error_memory(v->env, &s->error);
        if ((i & 4095) == 0 && cprof_stopped(v->env, &s->error))
            s->ok = false;
    }
}

static void place_share(void *part) {
    share *s = part;
    cprof_vec_copy(s->wanted->rows + s->at, s->rows.at, s->rows.count * sizeof *s->rows.at);
    for (uint32_t i = s->from; i < s->to; i++)
        s->wanted->first[i] += s->at;
}

/* Puts the shares' rows one behind the other. */
static bool combine(cprof_wanted *wanted, cprof_graph_build *b, share *shares, unsigned count) {
    size_t total = 0;
    for (unsigned i = 0; i < count; i++) {
        shares[i].at = (uint32_t)total; /* none that does not fit is used */
        total += shares[i].rows.count;
    }
    wanted->rows =
        total < UINT32_MAX ? cprof_arena_alloc(&b->scratch, (total + 1) * sizeof *wanted->rows) : NULL;
    if (!wanted->rows)
        return false;
    cprof_threads_take_turns(place_share, shares, sizeof *shares, count);
    wanted->first[b->view->profile->stacks.count] = (uint32_t)total;
    return true;
}

/* Of each vertex, the next one that is wanted on the way to the root: itself, or a caller. */
static const uint32_t *find_ways_up(cprof_graph_build *b, const uint64_t *bits) {
    uint32_t count = b->graph->vertex_count;
    uint32_t *up = cprof_arena_alloc(&b->scratch, ((size_t)count + 1) * sizeof *up);
    for (uint32_t v = 0; up && v < count; v++) /* callers stand before what they call */
        up[v] = cprof_bits_get(bits, v) ? v : b->parent[v] == CPROF_NONE ? CPROF_NONE : up[b->parent[v]];
    return up;
}

/* Fills what all shares have in common. */
static bool start(share *like, cprof_graph_build *b, cprof_wanted *wanted, cprof_chain_choice *choice) {
    cprof_graph *g = b->graph;
    uint64_t *bits = cprof_arena_calloc(&b->scratch, (size_t)g->vertex_count / 64 + 1, sizeof *bits);
    uint32_t *row = cprof_arena_alloc(&b->scratch, ((size_t)g->vertex_count + 1) * sizeof *row);
    uint32_t stacks = b->view->profile->stacks.count;
    *like = (share){.b = b, .wanted = wanted, .row = row, .error = CPROF_ERROR_INIT};
    like->chain = (cprof_chain){.env = b->view->env, .choice = choice};
    wanted->first = cprof_arena_alloc(&b->scratch, ((size_t)stacks + 1) * sizeof *wanted->first);
    if (!bits || !row || !wanted->first)
        return false;
    for (uint32_t i = 0; i < wanted->count; i++) {
        cprof_bits_set(bits, g->order[i]);
        row[g->order[i]] = i;
    }
    if (!b->options->call_tree)
        return cprof_chain_choose(b, bits, b->chosen, choice);
    like->up = find_ways_up(b, bits);
    return like->up != NULL;
}

static bool run_shares(share *shares, unsigned count, cprof_graph_build *b, cprof_wanted *wanted,
                       cprof_error *err) {
    cprof_threads_take_turns(run_share, shares, sizeof *shares, count);
    for (unsigned i = 0; i < count; i++) {
        if (shares[i].ok)
            continue;
        if (err)
            *err = shares[i].error;
        return false;
    }
    return combine(wanted, b, shares, count) || cprof_error_memory(b->view->env, err);
}

bool cprof_wanted_init(cprof_wanted *wanted, cprof_graph_build *b, uint32_t count, cprof_error *err) {
    const cprof_env *env = b->view->env;
    const cprof_graph *g = b->graph;
    uint32_t cuts[CPROF_TURNS_MAX + 1];
    share shares[CPROF_TURNS_MAX], like;
    unsigned parts = cprof_graph_share_stacks(b, CPROF_TURNS, cuts);
    cprof_chain_choice choice;
    *wanted = (cprof_wanted){.vertices = g->order, .count = count < g->count ? count : g->count};
    if (wanted->count > CPROF_WANTED_ROW)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "more than %u nodes in a picture", CPROF_WANTED_ROW);
    if (!start(&like, b, wanted, &choice))
        return cprof_error_memory(env, err);
    bool ok = true;
    for (unsigned i = 0; i < parts; i++) {
        shares[i] = like;
        shares[i].from = cuts[i];
        shares[i].to = cuts[i + 1];
        shares[i].stamp = cprof_arena_calloc(&b->scratch, (size_t)wanted->count + 1, sizeof(uint32_t));
        ok = shares[i].stamp && ok;
    }
    ok = ok ? run_shares(shares, parts, b, wanted, err) : cprof_error_memory(env, err);
    for (unsigned i = 0; i < parts; i++) {
        cprof_chain_deinit(&shares[i].chain);
        cprof_vec_free(env, &shares[i].rows);
    }
    return ok;
}
