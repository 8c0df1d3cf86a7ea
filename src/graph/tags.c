/* Label tags: what the labels of a vertex's samples weigh.  For pictures. */
#include "graph/build.h"

#include "base/sink.h"
#include "graph/pairs.h"
#include "measure/measure.h"

#include <stdlib.h>

/* What a label set means here: its text labels as one name, and the numbers of its "bytes" labels. */
typedef struct label_group {
    cprof_str text;      /* in tagging.names; 0: no text labels */
    uint32_t first, end; /* of tagging.numbers */
    uint32_t same;       /* the first label set that means the same: this one's samples count for it */
    bool known;
} label_group;

typedef struct number_label {
    int64_t number;
    cprof_str name; /* as it is shown */
} number_label;

typedef struct tagging {
    cprof_graph_build *b;
    cprof_strtab names;
    label_group *groups; /* of each label set */
    cprof_idmap by_text; /* the first label set with this text and without numbers */
    CPROF_VEC(number_label) numbers;
    CPROF_VEC(cprof_tag) tags;
    CPROF_VEC(cprof_str) tag_name; /* of each tag; 0 for label tags */
    cprof_index index;             /* of tags, by vertex, labels and name */
    uint64_t *wanted;              /* a bit a vertex */
    cprof_pairs cum, flat;         /* of a vertex and a label set */
    cprof_node_stack stack;
} tagging;

static bool is_base_mark(const tagging *t, const cprof_label *l) {
    return !l->is_number && cprof_slice_is(cprof_profile_string(t->b->view->profile, l->key), "pprof::base");
}

/* "key:value" of one label. */
typedef struct pair {
    cprof_slice key, value;
} pair;

static int byte_at(const pair *p, size_t i) {
    if (i < p->key.len)
        return (unsigned char)p->key.ptr[i];
    if (i == p->key.len)
        return ':';
    i -= p->key.len + 1;
    return i < p->value.len ? (unsigned char)p->value.ptr[i] : -1;
}

static int compare_pairs(const void *left, const void *right) {
    const pair *a = left, *b = right;
    for (size_t i = 0;; i++) {
        int x = byte_at(a, i), y = byte_at(b, i);
        if (x != y)
            return x < y ? -1 : 1;
        if (x < 0)
            return 0;
    }
}

/* Text labels joined by newlines, in byte order. */
static bool join_text(tagging *t, pair *pairs, size_t count, cprof_str *text) {
    if (count > 1)
        qsort(pairs, count, sizeof *pairs, compare_pairs);
    cprof_sink sink;
    cprof_sink_init_memory(&sink, t->b->view->env);
    for (size_t i = 0; i < count; i++) {
        if (i)
            cprof_sink_putc(&sink, '\n');
        cprof_sink_slice(&sink, pairs[i].key);
        cprof_sink_putc(&sink, ':');
        cprof_sink_slice(&sink, pairs[i].value);
    }
    bool ok = cprof_sink_finish(&sink, NULL) && cprof_strtab_add(&t->names, cprof_sink_bytes(&sink), text);
    cprof_sink_deinit(&sink);
    return ok;
}

static bool add_number(tagging *t, int64_t number) {
    const cprof_graph_options *o = t->b->options;
    char buffer[CPROF_LABEL_MAX];
    number_label label = {.number = number};
    return cprof_strtab_add(&t->names, cprof_measure_label(number, o->tag_unit, o->show_unit, buffer),
                            &label.name) &&
           cprof_vec_push(t->b->view->env, &t->numbers, label);
}

static bool know_group(tagging *t, uint32_t set) {
    const cprof_view *v = t->b->view;
    const cprof_label_sets *sets = &v->profile->label_sets;
    label_group *g = &t->groups[set];
    if (g->known)
        return true;
    CPROF_VEC(pair) pairs = {0};
    bool ok = true;
    g->first = (uint32_t)t->numbers.count;
    for (uint32_t i = sets->first[set]; ok && i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (!cprof_view_shows_label(v, l) || is_base_mark(t, l))
            continue;
        cprof_slice key = cprof_profile_string(v->profile, l->key);
        if (!l->is_number) {
            pair p = {key, cprof_profile_string(v->profile, l->text)};
            ok = cprof_vec_push(v->env, &pairs, p);
        } else if (cprof_slice_is(key, "bytes")) {
            ok = add_number(t, l->number);
        }
    }
    ok = ok && (pairs.count == 0 || join_text(t, pairs.at, pairs.count, &g->text));
    cprof_vec_free(v->env, &pairs);
    g->end = (uint32_t)t->numbers.count;
    g->known = true;
    g->same = set;
    if (!ok || g->first < g->end)
        return ok;
    /* Most sets differ in labels that are not shown: request numbers and the like. */
    g->same = cprof_idmap_get(&t->by_text, g->text);
    if (g->same != CPROF_NONE)
        return true;
    g->same = set;
    return cprof_idmap_set(&t->by_text, g->text, set);
}

static bool find_tag(tagging *t, const cprof_tag *wanted, cprof_str name, uint32_t *row) {
    uint64_t key = (uint64_t)wanted->labels << 32 | name;
    uint64_t hash = cprof_hash_u64(cprof_hash_u64(key) + wanted->vertex + (wanted->is_number ? 0 : 1));
    cprof_index_probe probe = cprof_index_start(&t->index, hash);
    while (cprof_index_next(&t->index, &probe, row)) {
        const cprof_tag *tag = &t->tags.at[*row];
        if (tag->vertex == wanted->vertex && tag->labels == wanted->labels && t->tag_name.at[*row] == name &&
            tag->is_number == wanted->is_number)
            return true;
    }
    *row = (uint32_t)t->tags.count;
    return t->tags.count < UINT32_MAX - 2 && cprof_vec_push(t->b->view->env, &t->tags, *wanted) &&
           cprof_vec_push(t->b->view->env, &t->tag_name, name) && cprof_index_insert(&t->index, hash, *row);
}

static bool count_tag(tagging *t, const cprof_tag *wanted, cprof_str name, bool flat, int64_t value,
                      int64_t divisor) {
    uint32_t row;
    if (!find_tag(t, wanted, name, &row))
        return false;
    cprof_tag *tag = &t->tags.at[row];
    cprof_i64_add(flat ? &tag->flat : &tag->cum, value, &t->b->overflowed);
    cprof_i64_add(flat ? &tag->flat_div : &tag->cum_div, divisor, &t->b->overflowed);
    return true;
}

static bool count_group(tagging *t, const label_group *g, uint32_t vertex, bool flat, int64_t value,
                        int64_t divisor) {
    cprof_tag tag = {.vertex = vertex, .labels = g->text};
    if (g->text && !count_tag(t, &tag, 0, flat, value, divisor))
        return false;
    tag.is_number = true;
    for (uint32_t i = g->first; i < g->end; i++) {
        tag.number = t->numbers.at[i].number;
        if (!count_tag(t, &tag, t->numbers.at[i].name, flat, value, divisor))
            return false;
    }
    return true;
}

/* Fills t->stack with the sample's vertices, wanted or not, leaf first. */
static bool find_vertices(tagging *t, uint32_t stack) {
    const cprof_graph_build *b = t->b;
    if (!b->options->call_tree) {
        uint32_t count;
        const uint32_t *frames = cprof_view_frames(b->view, stack, &count);
        return cprof_node_stack_fill(&t->stack, &b->graph->table, frames, count);
    }
    t->stack.nodes.count = 0;
    for (uint32_t v = b->stack_leaf[stack]; v != CPROF_NONE; v = b->parent[v])
        if (!cprof_vec_push(t->stack.env, &t->stack.nodes, v))
            return false;
    return true;
}

static void count_pair(cprof_pairs *pairs, uint32_t vertex, uint32_t group, uint32_t sample, int64_t value,
                       int64_t divisor) {
    uint64_t key = cprof_pair_key(vertex, group);
    cprof_pairs_count(pairs, key, cprof_pairs_home(pairs, key), sample + 1, value, divisor, 0);
}

/* Counts a sample's labels at its vertices, once each, and at its leaf. */
static bool count_sample(tagging *t, uint32_t sample, uint32_t group, int64_t value, int64_t divisor) {
    if (!find_vertices(t, t->b->view->profile->samples.stack[sample]))
        return false;
    uint32_t *vertices = t->stack.nodes.at;
    uint32_t mask = t->b->options->call_tree ? UINT32_MAX : CPROF_NODE_MASK;
    size_t count = t->stack.nodes.count, wanted = 0;
    bool leaf_wanted = count && cprof_bits_get(t->wanted, vertices[0] & mask);
    for (size_t i = 0; i < count; i++) {
        vertices[wanted] = vertices[i] & mask;
        wanted += cprof_bits_get(t->wanted, vertices[wanted]);
    }
    if (!cprof_pairs_reserve(&t->cum, wanted) || !cprof_pairs_reserve(&t->flat, 1))
        return false;
    for (size_t i = 0; i < wanted; i++)
        count_pair(&t->cum, vertices[i], group, sample, value, divisor);
    if (leaf_wanted)
        count_pair(&t->flat, vertices[0], group, sample, value, divisor);
    return true;
}

static bool count_samples(tagging *t, cprof_error *err) {
    const cprof_view *v = t->b->view;
    uint32_t count = cprof_view_sample_count(v);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(v, i);
        uint32_t set = cprof_sample_label_set(v->profile, sample);
        int64_t value = cprof_view_value(v, sample), divisor = cprof_view_divisor(v, sample);
        if (set == 0 || (value == 0 && divisor == 0))
            continue;
        if (!know_group(t, set))
            return cprof_error_memory(v->env, err);
        const label_group *g = &t->groups[set];
        if ((g->text || g->first < g->end) && !count_sample(t, sample, g->same, value, divisor))
            return cprof_error_memory(v->env, err);
        if ((i & 4095) == 0 && cprof_stopped(v->env, err))
            return false;
    }
    return true;
}

/* What was counted for label sets goes to the tags that they have, in order of appearance. */
static bool spread(tagging *t, cprof_pairs *pairs, bool flat) {
    uint32_t count;
    const cprof_pair *p = cprof_pairs_take(pairs, &t->b->scratch, &count);
    for (uint32_t i = 0; p && i < count; i++)
        if (!count_group(t, &t->groups[(uint32_t)p[i].key], (uint32_t)(p[i].key >> 32), flat, p[i].weight,
                         p[i].divisor))
            return false;
    t->b->overflowed |= pairs->overflowed;
    return p != NULL;
}

/* Leaves out what is light and groups the rest by vertex. */
static bool take_tags(tagging *t, int64_t cutoff) {
    cprof_graph *g = t->b->graph;
    size_t n = t->tags.count;
    g->tags = cprof_arena_alloc(&g->arena, (n + 1) * sizeof *g->tags);
    g->tag_first = cprof_arena_calloc(&g->arena, (size_t)g->vertex_count + 2, sizeof *g->tag_first);
    if (!g->tags || !g->tag_first)
        return false;
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        cprof_tag *tag = &t->tags.at[i];
        if (cprof_i64_abs(tag->flat) < cutoff && cprof_i64_abs(tag->cum) < cutoff)
            continue;
        cprof_str name = tag->is_number ? t->tag_name.at[i] : tag->labels;
        tag->name = cprof_arena_copy(&g->arena, cprof_strtab_get(&t->names, name));
        if (!tag->name.ptr)
            return false;
        t->tags.at[left++] = *tag;
    }
    g->tag_count = (uint32_t)left;
    for (size_t i = 0; i < left; i++)
        g->tag_first[t->tags.at[i].vertex + 2]++;
    for (uint32_t v = 0; v < g->vertex_count; v++)
        g->tag_first[v + 2] += g->tag_first[v + 1];
    for (size_t i = 0; i < left; i++)
        g->tags[g->tag_first[t->tags.at[i].vertex + 1]++] = t->tags.at[i];
    return true;
}

bool cprof_graph_find_tags(cprof_graph_build *b, uint32_t count, int64_t cutoff, cprof_error *err) {
    const cprof_env *env = b->view->env;
    cprof_graph *g = b->graph;
    tagging t = {.b = b, .stack.env = env};
    cprof_index_init(&t.index, cprof_env_budget(env));
    cprof_idmap_init(&t.by_text, cprof_env_budget(env));
    if (!cprof_strtab_init(&t.names, env))
        return cprof_error_memory(env, err);
    t.groups = cprof_arena_calloc(&b->scratch, b->view->profile->label_sets.count, sizeof *t.groups);
    t.wanted = cprof_arena_calloc(&b->scratch, g->vertex_count / 64 + 1, sizeof *t.wanted);
    bool ok = cprof_pairs_init(&t.cum, cprof_env_budget(env));
    ok = cprof_pairs_init(&t.flat, cprof_env_budget(env)) && ok; /* both are torn down whatever happens */
    ok = ok && t.wanted && (t.groups || b->view->profile->label_sets.count == 0);
    for (uint32_t i = 0; ok && i < count && i < g->count; i++)
        cprof_bits_set(t.wanted, g->order[i]);
    ok = ok ? count_samples(&t, err) : cprof_error_memory(env, err);
    if (ok)
        ok = (spread(&t, &t.cum, false) && spread(&t, &t.flat, true) && take_tags(&t, cutoff)) ||
             cprof_error_memory(env, err);
    cprof_pairs_deinit(&t.cum);
    cprof_pairs_deinit(&t.flat);
    cprof_node_stack_deinit(&t.stack);
    cprof_vec_free(env, &t.numbers);
    cprof_vec_free(env, &t.tags);
    cprof_vec_free(env, &t.tag_name);
    cprof_index_deinit(&t.index);
    cprof_idmap_deinit(&t.by_text);
    cprof_strtab_deinit(&t.names);
    return ok;
}

uint32_t cprof_graph_count_tags(const cprof_graph *g, uint32_t vertex) {
    uint32_t count = 0;
    for (uint32_t i = g->tag_first[vertex]; i < g->tag_first[vertex + 1]; i++)
        count += g->tags[i].flat != 0;
    return count;
}
