/* Which label sets have which tags. */
#include "graph/tags.h"

#include "base/sink.h"
#include "measure/measure.h"

#include <stdlib.h>

typedef struct tagging {
    const cprof_graph_build *b;
    cprof_label_tags *labels;
    cprof_str base_key;         /* of the profile; CPROF_NONE: it has no such string */
    uint64_t *weights;          /* by label set: absolute values of its samples */
    CPROF_VEC(uint32_t) combos; /* label sets: the first with these text labels */
    CPROF_VEC(cprof_str) texts; /* of each combo: its text */
    cprof_index by_combo;
    cprof_idmap by_name; /* row of labels->tags, by text << 32 | name */
} tagging;

static cprof_str key_of(const tagging *t, const char *key) {
    cprof_str id;
    return cprof_strtab_find(&t->b->view->profile->strings, cprof_slice_of(key), &id) ? id : CPROF_NONE;
}

/* True for a text label that is shown: the mark of a base is not. */
static bool is_text(const tagging *t, const cprof_label *l) {
    return !l->is_number && l->key != t->base_key && cprof_view_shows_label(t->b->view, l);
}

/* --- text labels --- */

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
static bool join_pairs(tagging *t, pair *pairs, size_t count, cprof_str *text) {
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
    bool ok =
        cprof_sink_finish(&sink, NULL) && cprof_strtab_add(&t->labels->names, cprof_sink_bytes(&sink), text);
    cprof_sink_deinit(&sink);
    return ok;
}

static bool join_text(tagging *t, uint32_t set, cprof_str *text) {
    const cprof_view *v = t->b->view;
    const cprof_label_sets *sets = &v->profile->label_sets;
    CPROF_VEC(pair) pairs = {0};
    bool ok = true;
    for (uint32_t i = sets->first[set]; ok && i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        pair p = {cprof_profile_string(v->profile, l->key), cprof_profile_string(v->profile, l->text)};
        ok = !is_text(t, l) || cprof_vec_push(v->env, &pairs, p);
    }
    *text = 0;
    ok = ok && (pairs.count == 0 || join_pairs(t, pairs.at, pairs.count, text));
    cprof_vec_free(v->env, &pairs);
    return ok;
}

static uint64_t combo_hash(const tagging *t, uint32_t set) {
    const cprof_label_sets *sets = &t->b->view->profile->label_sets;
    uint64_t hash = 0;
    for (uint32_t i = sets->first[set]; i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (is_text(t, l))
            hash = cprof_hash_u64(hash * UINT64_C(0x9e3779b97f4a7c15) + ((uint64_t)l->key << 32 | l->text));
    }
    return hash;
}

/* True when two sets have the same text labels, in the same order. */
static bool is_same_combo(const tagging *t, uint32_t a, uint32_t b) {
    const cprof_label_sets *sets = &t->b->view->profile->label_sets;
    const cprof_label *x = sets->labels + sets->first[a], *x_end = sets->labels + sets->first[a + 1];
    const cprof_label *y = sets->labels + sets->first[b], *y_end = sets->labels + sets->first[b + 1];
    for (;; x++, y++) {
        while (x < x_end && !is_text(t, x))
            x++;
        while (y < y_end && !is_text(t, y))
            y++;
        if (x == x_end || y == y_end)
            return x == x_end && y == y_end;
        if (x->key != y->key || x->text != y->text)
            return false;
    }
}

/* The text of a set's text labels, which is made once: most sets differ in what is not shown, request numbers
 * and the like. */
static bool find_text(tagging *t, uint32_t set, cprof_str *text) {
    uint64_t hash = combo_hash(t, set);
    cprof_index_probe probe = cprof_index_start(&t->by_combo, hash);
    for (uint32_t row; cprof_index_next(&t->by_combo, &probe, &row);)
        if (is_same_combo(t, set, t->combos.at[row])) {
            *text = t->texts.at[row];
            return true;
        }
    const cprof_env *env = t->b->view->env;
    return join_text(t, set, text) && cprof_vec_push(env, &t->combos, set) &&
           cprof_vec_push(env, &t->texts, *text) &&
           cprof_index_insert(&t->by_combo, hash, (uint32_t)t->combos.count - 1);
}

/* --- tags of a label set --- */

static bool add_tag(tagging *t, const cprof_label_tag *wanted, uint64_t weight) {
    const cprof_env *env = t->b->view->env;
    uint64_t key = (uint64_t)wanted->text << 32 | wanted->name;
    uint32_t row = cprof_idmap_get(&t->by_name, key);
    if (row == CPROF_NONE) {
        row = (uint32_t)t->labels->tags.count;
        if (row >= UINT32_MAX - 2 || !cprof_vec_push(env, &t->labels->tags, *wanted) ||
            !cprof_idmap_set(&t->by_name, key, row))
            return false;
    }
    cprof_label_tag *tag = &t->labels->tags.at[row];
    tag->weight = tag->weight + weight < weight ? UINT64_MAX : tag->weight + weight;
    return cprof_vec_push(env, &t->labels->set_tags, row);
}

/* True for the labels that pictures show as numbers. */
static bool is_number(const cprof_label_tags *labels, const cprof_view *view, const cprof_label *l) {
    return l->is_number && l->key == labels->bytes_key && cprof_view_shows_label(view, l);
}

static cprof_slice number_name(const cprof_graph_build *b, int64_t number, char buffer[CPROF_LABEL_MAX]) {
    return cprof_measure_label(number, b->options->tag_unit, b->options->show_unit, buffer);
}

static bool add_number(tagging *t, cprof_str text, int64_t number, uint64_t weight) {
    char buffer[CPROF_LABEL_MAX];
    cprof_label_tag tag = {.text = text, .is_number = true};
    return cprof_strtab_add(&t->labels->names, number_name(t->b, number, buffer), &tag.name) &&
           add_tag(t, &tag, weight);
}

int64_t cprof_label_tag_number(const cprof_label_tags *labels, const cprof_graph_build *b,
                               const cprof_label_tag *tag, uint32_t sample) {
    const cprof_profile *p = b->view->profile;
    uint32_t set = cprof_sample_label_set(p, sample);
    cprof_slice name = cprof_strtab_get(&labels->names, tag->name);
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *l = &p->label_sets.labels[i];
        char buffer[CPROF_LABEL_MAX];
        if (is_number(labels, b->view, l) && cprof_slice_equal(number_name(b, l->number, buffer), name))
            return l->number;
    }
    return 0;
}

static bool tag_set(tagging *t, uint32_t set) {
    const cprof_view *v = t->b->view;
    const cprof_label_sets *sets = &v->profile->label_sets;
    cprof_label_tag tag = {0};
    uint64_t weight = t->weights[set];
    bool ok = find_text(t, set, &tag.text) && (tag.text == 0 || add_tag(t, &tag, weight));
    for (uint32_t i = sets->first[set]; ok && i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (is_number(t->labels, v, l))
            ok = add_number(t, tag.text, l->number, weight);
    }
    return ok && t->labels->set_tags.count < UINT32_MAX;
}

/* --- all label sets --- */

static uint64_t magnitude(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static bool weigh_sets(tagging *t, cprof_error *err) {
    const cprof_view *v = t->b->view;
    uint32_t count = cprof_view_sample_count(v);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(v, i);
        uint64_t *sum = &t->weights[cprof_sample_label_set(v->profile, sample)];
        uint64_t weight = magnitude(cprof_view_value(v, sample));
        *sum = *sum + weight < weight ? UINT64_MAX : *sum + weight;
        if ((i & 65535) == 0 && cprof_stopped(v->env, err))
            return false;
    }
    return true;
}

static bool tag_sets(tagging *t, cprof_error *err) {
    const cprof_view *v = t->b->view;
    cprof_label_tags *labels = t->labels;
    uint32_t count = v->profile->label_sets.count;
    for (uint32_t set = 0; set < count; set++) {
        labels->set_first[set] = (uint32_t)labels->set_tags.count;
        if (t->weights[set] > 0 && !tag_set(t, set))
            return cprof_error_memory(v->env, err);
        if ((set & 4095) == 0 && cprof_stopped(v->env, err))
            return false;
    }
    labels->set_first[count] = (uint32_t)labels->set_tags.count;
    return true;
}

bool cprof_label_tags_init(cprof_label_tags *labels, const cprof_graph_build *b, cprof_error *err) {
    const cprof_env *env = b->view->env;
    cprof_budget *budget = cprof_env_budget(env);
    tagging t = {.b = b, .labels = labels};
    size_t sets = (size_t)b->view->profile->label_sets.count + 1;
    *labels = (cprof_label_tags){0};
    cprof_arena scratch;
    cprof_arena_init(&scratch, budget);
    cprof_arena_init(&labels->arena, budget);
    cprof_index_init(&t.by_combo, budget);
    cprof_idmap_init(&t.by_name, budget);
    t.base_key = key_of(&t, "pprof::base");
    labels->bytes_key = key_of(&t, "bytes");
    t.weights = cprof_arena_calloc(&scratch, sets, sizeof *t.weights);
    labels->set_first = cprof_arena_alloc(&labels->arena, sets * sizeof *labels->set_first);
    labels->tagged = cprof_arena_calloc(&labels->arena, sets / 64 + 1, sizeof *labels->tagged);
    bool ok = (cprof_strtab_init(&labels->names, env) && t.weights && labels->set_first && labels->tagged) ||
              cprof_error_memory(env, err);
    ok = ok && weigh_sets(&t, err) && tag_sets(&t, err);
    cprof_arena_deinit(&scratch);
    cprof_vec_free(env, &t.combos);
    cprof_vec_free(env, &t.texts);
    cprof_index_deinit(&t.by_combo);
    cprof_idmap_deinit(&t.by_name);
    return ok;
}

/* The row that each tag has among those that weigh enough, which close up; CPROF_NONE for the others. */
static const uint32_t *close_up(cprof_label_tags *labels, uint64_t least) {
    uint32_t *rows = cprof_arena_alloc(&labels->arena, (labels->tags.count + 1) * sizeof *rows), left = 0;
    if (!rows)
        return NULL;
    for (size_t i = 0; i < labels->tags.count; i++) {
        bool light = labels->tags.at[i].weight < least;
        rows[i] = light ? CPROF_NONE : left;
        if (!light)
            labels->tags.at[left++] = labels->tags.at[i];
    }
    labels->tags.count = left;
    return rows;
}

bool cprof_label_tags_drop_light(cprof_label_tags *labels, const cprof_graph_build *b, int64_t cutoff) {
    uint32_t sets = b->view->profile->label_sets.count, from = 0, left = 0, *tags = labels->set_tags.at;
    const uint32_t *rows = close_up(labels, cutoff > 0 ? (uint64_t)cutoff : 0);
    if (!rows)
        return false;
    for (uint32_t set = 0; set < sets; set++) {
        uint32_t to = labels->set_first[set + 1];
        labels->set_first[set] = left;
        for (uint32_t i = from; i < to; i++)
            if (rows[tags[i]] != CPROF_NONE)
                tags[left++] = rows[tags[i]];
        if (left > labels->set_first[set])
            cprof_bits_set(labels->tagged, set);
        from = to;
    }
    labels->set_first[sets] = left;
    return true;
}

void cprof_label_tags_deinit(cprof_label_tags *labels, const cprof_env *env) {
    cprof_vec_free(env, &labels->tags);
    cprof_vec_free(env, &labels->set_tags);
    cprof_strtab_deinit(&labels->names);
    cprof_arena_deinit(&labels->arena);
}
