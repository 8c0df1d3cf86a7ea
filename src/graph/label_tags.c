/* Which samples have which tag. */
#include "graph/tags.h"

#include "base/sink.h"
#include "measure/measure.h"

#include <stdlib.h>

/* A label set's tags. */
typedef struct label_set {
    uint32_t first, count; /* in tagging.set_tags */
    bool known;
} label_set;

typedef struct tagging {
    cprof_graph_build *b;
    cprof_label_tags *labels;
    cprof_str base_key; /* of the profile; CPROF_NONE: it has no such string */
    label_set *sets;
    CPROF_VEC(uint32_t) set_tags; /* rows of labels->tags */
    CPROF_VEC(uint32_t) combos;   /* label sets: the first with these text labels */
    CPROF_VEC(cprof_str) texts;   /* of each combo: its text */
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

static bool add_tag(tagging *t, const cprof_label_tag *wanted) {
    const cprof_env *env = t->b->view->env;
    uint64_t key = (uint64_t)wanted->text << 32 | wanted->name;
    uint32_t row = cprof_idmap_get(&t->by_name, key);
    if (row == CPROF_NONE) {
        row = (uint32_t)t->labels->tags.count;
        if (row >= UINT32_MAX - 2 || !cprof_vec_push(env, &t->labels->tags, *wanted) ||
            !cprof_idmap_set(&t->by_name, key, row))
            return false;
    }
    return cprof_vec_push(env, &t->set_tags, row);
}

/* True for the labels that pictures show as numbers. */
static bool is_number(const cprof_label_tags *labels, const cprof_view *view, const cprof_label *l) {
    return l->is_number && l->key == labels->bytes_key && cprof_view_shows_label(view, l);
}

static cprof_slice number_name(const cprof_graph_build *b, int64_t number, char buffer[CPROF_LABEL_MAX]) {
    return cprof_measure_label(number, b->options->tag_unit, b->options->show_unit, buffer);
}

static bool add_number(tagging *t, cprof_str text, int64_t number) {
    char buffer[CPROF_LABEL_MAX];
    cprof_label_tag tag = {.text = text, .is_number = true};
    return cprof_strtab_add(&t->labels->names, number_name(t->b, number, buffer), &tag.name) &&
           add_tag(t, &tag);
}

int64_t cprof_label_tag_number(const cprof_label_tags *labels, const cprof_graph_build *b,
                               const cprof_label_tag *tag, uint32_t member) {
    const cprof_profile *p = b->view->profile;
    uint32_t set = cprof_sample_label_set(p, labels->members[member]);
    cprof_slice name = cprof_strtab_get(&labels->names, tag->name);
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *l = &p->label_sets.labels[i];
        char buffer[CPROF_LABEL_MAX];
        if (is_number(labels, b->view, l) && cprof_slice_equal(number_name(b, l->number, buffer), name))
            return l->number;
    }
    return 0;
}

static bool know_set(tagging *t, uint32_t set) {
    const cprof_view *v = t->b->view;
    const cprof_label_sets *sets = &v->profile->label_sets;
    cprof_label_tag tag = {0};
    label_set *s = &t->sets[set];
    s->first = (uint32_t)t->set_tags.count;
    bool ok = find_text(t, set, &tag.text) && (tag.text == 0 || add_tag(t, &tag));
    for (uint32_t i = sets->first[set]; ok && i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (is_number(t->labels, v, l))
            ok = add_number(t, tag.text, l->number);
    }
    s->count = (uint32_t)t->set_tags.count - s->first;
    s->known = true;
    return ok && t->set_tags.count < UINT32_MAX;
}

/* --- samples --- */

/* The tags of a sample that weighs anything; NULL: it has none. */
static const label_set *tags_of(const tagging *t, uint32_t sample) {
    const cprof_view *v = t->b->view;
    uint32_t set = cprof_sample_label_set(v->profile, sample);
    if (set == 0 || (cprof_view_value(v, sample) == 0 && cprof_view_divisor(v, sample) == 0))
        return NULL;
    return &t->sets[set];
}

/* Counts each tag's samples. */
static bool count_members(tagging *t, cprof_error *err) {
    const cprof_view *v = t->b->view;
    uint64_t members = 0;
    uint32_t count = cprof_view_sample_count(v);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(v, i);
        const label_set *s = tags_of(t, sample);
        if (s && !s->known && !know_set(t, cprof_sample_label_set(v->profile, sample)))
            return cprof_error_memory(v->env, err);
        for (uint32_t k = 0; s && k < s->count; k++, members++)
            t->labels->tags.at[t->set_tags.at[s->first + k]].member_count++;
        if ((i & 4095) == 0 && cprof_stopped(v->env, err))
            return false;
    }
    if (members >= UINT32_MAX)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "more than %u labels of samples", UINT32_MAX - 1);
    t->labels->member_count = (uint32_t)members;
    return true;
}

static bool place_members(tagging *t, cprof_error *err) {
    const cprof_view *v = t->b->view;
    cprof_label_tags *labels = t->labels;
    labels->members =
        cprof_arena_alloc(&t->b->scratch, ((size_t)labels->member_count + 1) * sizeof *labels->members);
    if (!labels->members)
        return cprof_error_memory(v->env, err);
    uint32_t at = 0;
    for (size_t i = 0; i < labels->tags.count; i++) {
        labels->tags.at[i].first_member = at;
        at += labels->tags.at[i].member_count;
        labels->tags.at[i].member_count = 0;
    }
    uint32_t count = cprof_view_sample_count(v);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t sample = cprof_view_sample(v, i);
        const label_set *s = tags_of(t, sample);
        for (uint32_t k = 0; s && k < s->count; k++) {
            cprof_label_tag *tag = &labels->tags.at[t->set_tags.at[s->first + k]];
            labels->members[tag->first_member + tag->member_count++] = sample;
        }
    }
    return true;
}

bool cprof_label_tags_init(cprof_label_tags *labels, cprof_graph_build *b, cprof_error *err) {
    const cprof_env *env = b->view->env;
    tagging t = {.b = b, .labels = labels};
    *labels = (cprof_label_tags){0};
    cprof_index_init(&t.by_combo, cprof_env_budget(env));
    cprof_idmap_init(&t.by_name, cprof_env_budget(env));
    t.base_key = key_of(&t, "pprof::base");
    labels->bytes_key = key_of(&t, "bytes");
    t.sets = cprof_arena_calloc(&b->scratch, (size_t)b->view->profile->label_sets.count + 1, sizeof *t.sets);
    bool ok = (cprof_strtab_init(&labels->names, env) && t.sets) || cprof_error_memory(env, err);
    ok = ok && count_members(&t, err) && place_members(&t, err);
    cprof_vec_free(env, &t.set_tags);
    cprof_vec_free(env, &t.combos);
    cprof_vec_free(env, &t.texts);
    cprof_index_deinit(&t.by_combo);
    cprof_idmap_deinit(&t.by_name);
    return ok;
}

void cprof_label_tags_deinit(cprof_label_tags *labels, const cprof_env *env) {
    cprof_vec_free(env, &labels->tags);
    cprof_strtab_deinit(&labels->names);
}
