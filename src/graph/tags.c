/* Label tags: what the labels of a vertex's samples weigh.  For pictures.
 *
 * Samples are brought into the order of their tags, and each tag's samples are walked one after the other:
 * the sums of one tag, a cell for each vertex that is wanted, stay in the processor's cache. */
#include "graph/tags.h"

#include <stdlib.h>

/* What a vertex's samples with the tag at hand sum up to. */
typedef struct cell {
    int64_t cum, flat, cum_div, flat_div;
    uint32_t tag;   /* that it is of, + 1 */
    uint32_t first; /* member that was counted first */
} cell;

/* One thread's share of the tags. */
typedef struct share {
    const cprof_graph_build *b;
    const cprof_label_tags *labels;
    const cprof_wanted *wanted;
    int64_t cutoff;
    uint32_t from, to; /* tags */
    cell *cells;       /* by wanted vertex */
    uint32_t *touched; /* wanted vertices that the tag at hand has */
    uint32_t touched_count;
    CPROF_VEC(cprof_tag) tags;
    bool overflowed, ok;
    cprof_error error;
} share;

/* --- one tag --- */

static void count_sample(share *s, uint32_t tag, uint32_t member) {
    const cprof_view *v = s->b->view;
    uint32_t sample = s->labels->members[member], stack = v->profile->samples.stack[sample];
    int64_t value = cprof_view_value(v, sample), divisor = cprof_view_divisor(v, sample);
    for (uint32_t i = s->wanted->first[stack]; i < s->wanted->first[stack + 1]; i++) {
        uint32_t row = s->wanted->rows[i] & ~CPROF_WANTED_LEAF;
        cell *c = &s->cells[row];
        if (c->tag != tag + 1) {
            *c = (cell){.tag = tag + 1, .first = member};
            s->touched[s->touched_count++] = row;
        }
        cprof_i64_add(&c->cum, value, &s->overflowed);
        cprof_i64_add(&c->cum_div, divisor, &s->overflowed);
        if (s->wanted->rows[i] & CPROF_WANTED_LEAF) {
            cprof_i64_add(&c->flat, value, &s->overflowed);
            cprof_i64_add(&c->flat_div, divisor, &s->overflowed);
        }
    }
}

/* Fetches what members that are to come will read: what is behind the share's is there too. */
static void prefetch_members(const share *s, uint32_t member) {
    enum { FIRST = 24, ROWS = 12 }; /* members ahead */
    const uint32_t *members = s->labels->members, *stack = s->b->view->profile->samples.stack;
    if (member + FIRST < s->labels->member_count)
        __builtin_prefetch(&s->wanted->first[stack[members[member + FIRST]]]);
    if (member + ROWS < s->labels->member_count)
        __builtin_prefetch(&s->wanted->rows[s->wanted->first[stack[members[member + ROWS]]]]);
}

static bool take_cells(share *s, const cprof_label_tag *label) {
    for (uint32_t i = 0; i < s->touched_count; i++) {
        uint32_t row = s->touched[i];
        const cell *c = &s->cells[row];
        if (cprof_i64_abs(c->flat) < s->cutoff && cprof_i64_abs(c->cum) < s->cutoff)
            continue;
        cprof_tag tag = {
            .vertex = s->wanted->vertices[row],
            .labels = label->text,
            .is_number = label->is_number,
            .name = cprof_strtab_get(&s->labels->names, label->is_number ? label->name : label->text),
            .number = label->is_number ? cprof_label_tag_number(s->labels, s->b, label, c->first) : 0,
            .flat = c->flat,
            .flat_div = c->flat_div,
            .cum = c->cum,
            .cum_div = c->cum_div};
        if (!cprof_vec_push(s->b->view->env, &s->tags, tag))
            return cprof_error_memory(s->b->view->env, &s->error);
    }
    return true;
}

static bool count_tag(share *s, uint32_t tag) {
    const cprof_label_tag *label = &s->labels->tags.at[tag];
    s->touched_count = 0;
    for (uint32_t i = label->first_member; i < label->first_member + label->member_count; i++) {
        prefetch_members(s, i);
        count_sample(s, tag, i);
        if ((i & 4095) == 0 && cprof_stopped(s->b->view->env, &s->error))
            return false;
    }
    return take_cells(s, label);
}

static void count_share(void *part) {
    share *s = part;
    s->ok = true;
    for (uint32_t i = s->from; s->ok && i < s->to; i++)
        s->ok = count_tag(s, i);
}

/* --- all of them --- */

enum { MEMBERS_PER_THREAD = 1 << 13 }; /* fewer samples are not worth a thread */

static bool share_init(cprof_graph_build *b, share *s) {
    s->cells = cprof_arena_calloc(&b->scratch, (size_t)s->wanted->count + 1, sizeof *s->cells);
    s->touched = cprof_arena_calloc(&b->scratch, (size_t)s->wanted->count + 1, sizeof *s->touched);
    return s->cells && s->touched;
}

/* Cuts the tags into shares of about the same number of samples. */
static bool make_shares(cprof_graph_build *b, const share *like, share *shares, unsigned threads) {
    const cprof_label_tags *labels = like->labels;
    uint32_t tag = 0, count = (uint32_t)labels->tags.count;
    bool ok = true;
    for (unsigned i = 0; i < threads; i++) {
        uint64_t end = (uint64_t)labels->member_count * (i + 1) / threads;
        shares[i] = *like;
        shares[i].from = tag;
        while (tag < count && labels->tags.at[tag].first_member < end)
            tag++;
        shares[i].to = i + 1 < threads ? tag : count;
        ok = share_init(b, &shares[i]) && ok;
    }
    return ok;
}

/* The shares' tags, grouped by vertex. */
static bool take_tags(cprof_graph *g, const share *shares, unsigned threads) {
    size_t count = 0;
    for (unsigned i = 0; i < threads; i++)
        count += shares[i].tags.count;
    g->tags = cprof_arena_alloc(&g->arena, (count + 1) * sizeof *g->tags);
    g->tag_first = cprof_arena_calloc(&g->arena, (size_t)g->vertex_count + 2, sizeof *g->tag_first);
    if (!g->tags || !g->tag_first || count >= UINT32_MAX)
        return false;
    g->tag_count = (uint32_t)count;
    for (unsigned i = 0; i < threads; i++)
        for (size_t k = 0; k < shares[i].tags.count; k++)
            g->tag_first[shares[i].tags.at[k].vertex + 2]++;
    for (uint32_t v = 0; v < g->vertex_count; v++)
        g->tag_first[v + 2] += g->tag_first[v + 1];
    for (unsigned i = 0; i < threads; i++)
        for (size_t k = 0; k < shares[i].tags.count; k++) {
            cprof_tag tag = shares[i].tags.at[k];
            tag.name = cprof_arena_copy(&g->arena, tag.name);
            if (!tag.name.ptr)
                return false;
            g->tags[g->tag_first[tag.vertex + 1]++] = tag;
        }
    return true;
}

static bool count_all(cprof_graph_build *b, const share *like, cprof_error *err) {
    const cprof_env *env = b->view->env;
    share shares[CPROF_THREADS_MAX];
    unsigned threads = cprof_threads_count(like->labels->member_count, MEMBERS_PER_THREAD);
    bool ok = make_shares(b, like, shares, threads) || cprof_error_memory(env, err);
    if (ok)
        cprof_threads_run(count_share, shares, sizeof *shares, threads);
    for (unsigned i = 0; ok && i < threads; i++) {
        b->overflowed |= shares[i].overflowed;
        ok = shares[i].ok;
        if (!ok && err)
            *err = shares[i].error;
    }
    ok = ok && (take_tags(b->graph, shares, threads) || cprof_error_memory(env, err));
    for (unsigned i = 0; i < threads; i++)
        cprof_vec_free(env, &shares[i].tags);
    return ok;
}

bool cprof_graph_find_tags(cprof_graph_build *b, uint32_t count, int64_t cutoff, cprof_error *err) {
    const cprof_env *env = b->view->env;
    cprof_wanted wanted;
    cprof_label_tags labels;
    bool ok = cprof_label_tags_init(&labels, b, err) && cprof_wanted_init(&wanted, b, count, err);
    if (ok) {
        share like = {
            .b = b, .labels = &labels, .wanted = &wanted, .cutoff = cutoff, .error = CPROF_ERROR_INIT};
        ok = count_all(b, &like, err);
    }
    cprof_label_tags_deinit(&labels, env);
    return ok;
}

uint32_t cprof_graph_count_tags(const cprof_graph *g, uint32_t vertex) {
    uint32_t count = 0;
    for (uint32_t i = g->tag_first[vertex]; i < g->tag_first[vertex + 1]; i++)
        count += g->tags[i].flat != 0;
    return count;
}
