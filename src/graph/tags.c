/* Label tags: what the labels of a vertex's samples weigh.  For pictures.
 *
 * One pass over the samples with a hash table of (tag, vertex).  What weighs less than the cutoff is not
 * shown, so tags that weigh less in all do not even get there: the few that are left stay in the processor's
 * cache, however many different labels the samples have, and samples without any are passed over. */
#include "graph/tags.h"

#include "graph/pairs.h"
#include "graph/wanted.h"

/* One thread's share of the view's samples. */
typedef struct share {
    const cprof_graph_build *b;
    const cprof_label_tags *labels;
    const cprof_wanted *wanted;
    uint32_t from, to;
    cprof_pairs cum, flat; /* of (tag, row of wanted) */
    bool ok;
    cprof_error error;
} share;

/* --- counting --- */

/* stamp: the first of all samples that were counted. */
static void add_pair(cprof_pairs *pairs, uint32_t tag, uint32_t row, uint32_t sample, int64_t value,
                     int64_t divisor) {
    uint64_t key = cprof_pair_key(tag, row);
    cprof_pairs_add(pairs, key, cprof_pairs_home(pairs, key), sample, value, divisor);
}

static bool is_tagged(const share *s, uint32_t sample) {
    return cprof_bits_get(s->labels->tagged, cprof_sample_label_set(s->b->view->profile, sample));
}

static bool count_sample(share *s, uint32_t sample) {
    const cprof_view *v = s->b->view;
    uint32_t set = cprof_sample_label_set(v->profile, sample), stack = v->profile->samples.stack[sample];
    const uint32_t *tags = s->labels->set_tags.at + s->labels->set_first[set];
    const uint32_t *rows = s->wanted->rows + s->wanted->first[stack];
    uint32_t tag_count = s->labels->set_first[set + 1] - s->labels->set_first[set];
    uint32_t row_count = s->wanted->first[stack + 1] - s->wanted->first[stack];
    int64_t value = cprof_view_value(v, sample), divisor = cprof_view_divisor(v, sample);
    if (value == 0 && divisor == 0)
        return true;
    for (uint32_t t = 0; t < tag_count; t++) {
        if (!cprof_pairs_reserve(&s->cum, row_count) || !cprof_pairs_reserve(&s->flat, 1))
            return false;
        for (uint32_t i = 0; i < row_count; i++) {
            uint32_t row = rows[i] & CPROF_WANTED_ROW;
            if (rows[i] & CPROF_WANTED_AGAIN)
                continue;
            add_pair(&s->cum, tags[t], row, sample, value, divisor);
            if (rows[i] & CPROF_WANTED_LEAF)
                add_pair(&s->flat, tags[t], row, sample, value, divisor);
        }
    }
    return true;
}

/* Fetches what the samples that are to come will read. */
static void prefetch(const share *s, uint32_t i) {
    enum { FIRST = 24, ROWS = 12 }; /* samples ahead */
    const cprof_view *v = s->b->view;
    if (i + FIRST >= s->to)
        return;
    uint32_t sample = cprof_view_sample(v, i + FIRST);
    if (is_tagged(s, sample)) {
        __builtin_prefetch(&s->wanted->first[v->profile->samples.stack[sample]]);
        __builtin_prefetch(&s->labels->set_first[cprof_sample_label_set(v->profile, sample)]);
    }
    sample = cprof_view_sample(v, i + ROWS);
    if (is_tagged(s, sample))
        __builtin_prefetch(&s->wanted->rows[s->wanted->first[v->profile->samples.stack[sample]]]);
}

static void count_share(void *part) {
    share *s = part;
    const cprof_view *v = s->b->view;
    s->ok = true;
    for (uint32_t i = s->from; s->ok && i < s->to; i++) {
        prefetch(s, i);
        uint32_t sample = cprof_view_sample(v, i);
        if (is_tagged(s, sample) && !count_sample(s, sample))
            s->ok = cprof_error_memory(v->env, &s->error);
        else if ((i & 4095) == 0)
            s->ok = !cprof_stopped(v->env, &s->error);
    }
}

/* --- putting together --- */

static bool add_pairs(cprof_graph_build *b, cprof_pairs *to, cprof_pairs *from) {
    uint32_t count;
    const cprof_pair *pairs = cprof_pairs_take(from, &b->scratch, &count);
    if (!pairs || !cprof_pairs_reserve(to, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        cprof_pairs_add(to, pairs[i].key, cprof_pairs_home(to, pairs[i].key), pairs[i].stamp, pairs[i].weight,
                        pairs[i].divisor);
    b->overflowed |= from->overflowed;
    return true;
}

/* Adds the other shares to the first. */
static bool combine(cprof_graph_build *b, share *shares, unsigned count, cprof_error *err) {
    for (unsigned i = 0; i < count; i++) {
        if (!shares[i].ok) {
            if (err)
                *err = shares[i].error;
            return false;
        }
        if (i > 0 && (!add_pairs(b, &shares[0].cum, &shares[i].cum) ||
                      !add_pairs(b, &shares[0].flat, &shares[i].flat)))
            return cprof_error_memory(b->view->env, err);
    }
    b->overflowed |= shares[0].cum.overflowed || shares[0].flat.overflowed;
    return true;
}

static uint32_t vertex_of(const share *s, const cprof_pair *pair) {
    return s->wanted->vertices[(uint32_t)pair->key];
}

/* What of a pair's samples end in the vertex. */
static cprof_pair flat_of(const share *s, const cprof_pair *cum) {
    const cprof_pair *flat = cprof_pairs_at(&s->flat, cum->key, cprof_pairs_home(&s->flat, cum->key));
    return flat->key == CPROF_PAIR_FREE ? (cprof_pair){0} : *flat;
}

static bool is_light(const share *s, const cprof_pair *cum, int64_t cutoff) {
    return cprof_i64_abs(cum->weight) < cutoff && cprof_i64_abs(flat_of(s, cum).weight) < cutoff;
}

static bool take_tag(const share *s, const cprof_pair *cum, cprof_tag *tag) {
    const cprof_label_tags *labels = s->labels;
    const cprof_label_tag *label = &labels->tags.at[cum->key >> 32];
    cprof_pair flat = flat_of(s, cum);
    cprof_slice name = cprof_strtab_get(&labels->names, label->is_number ? label->name : label->text);
    *tag = (cprof_tag){
        .vertex = vertex_of(s, cum),
        .labels = label->text,
        .is_number = label->is_number,
        .name = cprof_arena_copy(&s->b->graph->arena, name),
        .number = label->is_number ? cprof_label_tag_number(labels, s->b, label, cum->stamp) : 0,
        .flat = flat.weight,
        .flat_div = flat.divisor,
        .cum = cum->weight,
        .cum_div = cum->divisor,
    };
    return tag->name.ptr != NULL;
}

/* Makes the graph's tags, grouped by vertex, of what s counted. */
static bool take_tags(cprof_graph *g, const share *s, cprof_pair *cums, uint32_t count, int64_t cutoff) {
    uint32_t left = 0;
    g->tag_first = cprof_arena_calloc(&g->arena, (size_t)g->vertex_count + 2, sizeof *g->tag_first);
    if (!g->tag_first)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (is_light(s, &cums[i], cutoff))
            continue;
        g->tag_first[vertex_of(s, &cums[i]) + 2]++;
        cums[left++] = cums[i];
    }
    for (uint32_t v = 0; v < g->vertex_count; v++)
        g->tag_first[v + 2] += g->tag_first[v + 1];
    g->tags = cprof_arena_alloc(&g->arena, ((size_t)left + 1) * sizeof *g->tags);
    g->tag_count = left;
    for (uint32_t i = 0; g->tags && i < left; i++)
        if (!take_tag(s, &cums[i], &g->tags[g->tag_first[vertex_of(s, &cums[i]) + 1]++]))
            return false;
    return g->tags != NULL;
}

enum { SAMPLES_PER_THREAD = 1 << 14 }; /* fewer are not worth a thread */

static unsigned make_shares(cprof_graph_build *b, const share *like, share *shares, bool *ok) {
    cprof_budget *budget = cprof_env_budget(b->view->env);
    size_t tags = like->labels->tags.count, rows = like->wanted->count;
    uint32_t samples = cprof_view_sample_count(b->view);
    unsigned count = cprof_threads_count(samples, SAMPLES_PER_THREAD);
    count *= count > 1 ? CPROF_TURNS : 1;
    *ok = true;
    for (unsigned i = 0; i < count; i++) {
        shares[i] = *like;
        shares[i].from = (uint32_t)((uint64_t)samples * i / count);
        shares[i].to = (uint32_t)((uint64_t)samples * (i + 1) / count);
        *ok = cprof_pairs_init(&shares[i].cum, budget, tags, rows) && *ok;
        *ok = cprof_pairs_init(&shares[i].flat, budget, tags, rows) && *ok;
    }
    return count;
}

bool cprof_graph_find_tags(cprof_graph_build *b, const cprof_wanted *wanted, int64_t cutoff,
                           cprof_error *err) {
    const cprof_env *env = b->view->env;
    share shares[CPROF_TURNS_MAX];
    const share like = {.b = b, .labels = b->labels, .wanted = wanted, .error = CPROF_ERROR_INIT};
    bool ok;
    if (!cprof_label_tags_drop_light(b->labels, b, cutoff))
        return cprof_error_memory(env, err);
    unsigned count = make_shares(b, &like, shares, &ok);
    if (ok)
        cprof_threads_take_turns(count_share, shares, sizeof *shares, count);
    else
        cprof_error_memory(env, err);
    if (ok && (ok = combine(b, shares, count, err))) {
        uint32_t pairs;
        cprof_pair *cums = cprof_pairs_take(&shares[0].cum, &b->scratch, &pairs);
        ok = (cums && take_tags(b->graph, &shares[0], cums, pairs, cutoff)) || cprof_error_memory(env, err);
    }
    for (unsigned i = 0; i < count; i++) {
        cprof_pairs_deinit(&shares[i].cum);
        cprof_pairs_deinit(&shares[i].flat);
    }
    return ok;
}

uint32_t cprof_graph_count_tags(const cprof_graph *g, uint32_t vertex) {
    uint32_t count = 0;
    for (uint32_t i = g->tag_first[vertex]; i < g->tag_first[vertex + 1]; i++)
        count += g->tags[i].flat != 0;
    return count;
}
