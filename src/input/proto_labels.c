/* The end of decoding labels: string indices become string ids, equal sets become one. */
#include "input/proto_state.h"
#include "profile/labels.h"

/* A number of no unit that is 0 is not there. */
static bool is_silent(const cprof_label *l) {
    return l->is_number && l->number == 0 && l->unit == 0;
}

/* --- sets of few shapes --- */

enum { SHAPES = 32, LABELS = 16 /* of one set */ };

/* The keys of a set as they come on the wire, and where each of them belongs. */
typedef struct shape {
    uint32_t count;
    bool in_order;
    cprof_str keys[LABELS];
    bool numbers[LABELS];
    uint8_t order[LABELS]; /* the label that comes first, second, … */
} shape;

typedef struct shapes {
    shape at[SHAPES];
    uint32_t count, last;
} shapes;

static bool has_shape(const shape *s, const cprof_label *set, uint32_t count) {
    if (s->count != count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (s->keys[i] != set[i].key || s->numbers[i] != set[i].is_number)
            return false;
    return true;
}

/* True when sets of both shapes could become the same set. */
static bool could_meet(const shape *a, const shape *b) {
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t x = a->order[i], y = b->order[i];
        if (a->keys[x] != b->keys[y] || a->numbers[x] != b->numbers[y])
            return false;
    }
    return true;
}

/* Finds out where the labels of a set belong. */
static bool make_shape(const cprof_proto *d, const cprof_label *set, uint32_t count, shape *s) {
    cprof_label sorted[LABELS];
    *s = (shape){.count = count, .in_order = true};
    for (uint32_t i = 0; i < count; i++) {
        s->keys[i] = set[i].key;
        s->numbers[i] = set[i].is_number;
        sorted[i] = set[i];
        sorted[i].number = i;
    }
    if (!cprof_labels_sort(d->env, &d->profile->strings, sorted, count, NULL))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        s->order[i] = (uint8_t)sorted[i].number;
        s->in_order &= s->order[i] == i;
    }
    return true;
}

/* NULL when there are too many, or when sets of different shapes could become equal. */
static const shape *find_shape(shapes *known, const cprof_proto *d, const cprof_label *set, uint32_t count) {
    if (known->count > 0 && has_shape(&known->at[known->last], set, count))
        return &known->at[known->last];
    for (known->last = 0; known->last < known->count; known->last++)
        if (has_shape(&known->at[known->last], set, count))
            return &known->at[known->last];
    if (known->count == SHAPES || count > LABELS)
        return NULL;
    shape *s = &known->at[known->count];
    if (!make_shape(d, set, count, s))
        return NULL;
    for (uint32_t i = 0; i < known->count; i++)
        if (could_meet(&known->at[i], s))
            return NULL;
    known->last = known->count++;
    return s;
}

static void put_in_order(const shape *s, cprof_label *set) {
    cprof_label raw[LABELS];
    if (s->in_order)
        return;
    memcpy(raw, set, s->count * sizeof *set);
    for (uint32_t i = 0; i < s->count; i++)
        set[i] = raw[s->order[i]];
}

static bool is_sound(const cprof_proto *d, const cprof_label *l) {
    return l->key < d->string_count && l->text < d->string_count && l->unit < d->string_count &&
           !is_silent(l);
}

/* Most profiles write labels of one kind in one order.  Then sets that differ on the wire, as all do that are
 * kept, differ in the right order too, and stay where they are.  False: that is not so, or something is wrong
 * with a label; then what was put in order so far is as good as before. */
static bool order_sets(cprof_proto *d) {
    cprof_label *all = d->columns.labels.at;
    size_t sets = d->sets.first.count;
    shapes known;
    known.count = known.last = 0;
    if (d->string_ids.count > 0 || sets == 0)
        return false;
    for (size_t i = 0; i < sets; i++) {
        size_t from = d->sets.first.at[i],
               to = i + 1 < sets ? d->sets.first.at[i + 1] : d->columns.labels.count;
        for (size_t l = from; l < to; l++)
            if (!is_sound(d, &all[l]))
                return false;
        const shape *s = to > from ? find_shape(&known, d, all + from, (uint32_t)(to - from)) : NULL;
        if (!s && to > from)
            return false;
        if (s)
            put_in_order(s, all + from);
    }
    return true;
}

/* --- all others --- */

typedef CPROF_VEC(cprof_label) label_vec;

/* Resolves labels, in place; those that say nothing are left out. */
static bool resolve_labels(const cprof_proto *d, label_vec *labels, uint64_t offset, cprof_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < labels->count; i++) {
        cprof_label *l = &labels->at[i];
        bool silent = is_silent(l);
        if (!cprof_proto_resolve_string(d, &l->key, offset, err) ||
            !cprof_proto_resolve_string(d, &l->text, offset, err) ||
            !cprof_proto_resolve_string(d, &l->unit, offset, err))
            return false;
        if (!silent)
            labels->at[kept++] = *l;
    }
    labels->count = kept;
    return true;
}

/* Label sets are resolved one by one into the memory that they came from: they only get shorter and fewer, so
 * what is written never catches up with what is still to be read. */
static bool intern_sets(cprof_proto *d, cprof_index *index, cprof_u32s *rows, label_vec *set,
                        cprof_error *err) {
    uint32_t row;
    const cprof_label *raw = d->columns.labels.at;
    size_t raw_count = d->columns.labels.count;
    d->columns.labels.count = 0;
    if (!cprof_labels_intern(&d->columns, index, NULL, 0, &row, err))
        return false;
    for (size_t i = 0; i < d->sets.first.count; i++) {
        size_t from = d->sets.first.at[i],
               to = i + 1 < d->sets.first.count ? d->sets.first.at[i + 1] : raw_count;
        set->count = 0;
        if (!cprof_vec_append(d->env, set, raw + from, to - from))
            return cprof_error_memory(d->env, err);
        if (!resolve_labels(d, set, d->sets.at.at[i], err) ||
            !cprof_labels_sort(d->env, &d->profile->strings, set->at, (uint32_t)set->count, err) ||
            !cprof_labels_intern(&d->columns, index, set->at, (uint32_t)set->count, &row, err))
            return false;
        if (!cprof_vec_push(d->env, rows, row))
            return cprof_error_memory(d->env, err);
    }
    return true;
}

static bool rewrite_sets(cprof_proto *d, cprof_error *err) {
    cprof_index index;
    cprof_u32s rows = {0};
    label_vec set = {0};
    cprof_index_init(&index, cprof_env_budget(d->env));
    bool ok = intern_sets(d, &index, &rows, &set, err);
    cprof_u32s *samples = &d->columns.sample_label_set;
    for (size_t i = 0; ok && i < samples->count; i++)
        samples->at[i] = rows.at[samples->at[i]];
    cprof_index_deinit(&index);
    cprof_vec_free(d->env, &rows);
    cprof_vec_free(d->env, &set);
    return ok;
}

bool cprof_proto_resolve_label_sets(cprof_proto *d, cprof_error *err) {
    cprof_str highest = (cprof_str)d->label_string.value; /* of labels that are not kept */
    if (!cprof_proto_resolve_string(d, &highest, d->label_string.offset, err))
        return false;
    if (!cprof_proto_sets_finish(&d->sets, (uint32_t)d->columns.sample_stack.count, err))
        return false;
    if (!order_sets(d))
        return rewrite_sets(d, err);
    d->columns.label_set_first = d->sets.first;
    d->sets.first = (cprof_u32s){0};
    return true;
}
