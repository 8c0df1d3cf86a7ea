#include "profile/labels.h"

static bool stands_before(const cprof_strtab *strings, const cprof_label *a, const cprof_label *b) {
    if (a->is_number != b->is_number)
        return b->is_number;
    return a->key != b->key &&
           cprof_slice_compare(cprof_strtab_get(strings, a->key), cprof_strtab_get(strings, b->key)) < 0;
}

static void insertion_sort(const cprof_strtab *strings, cprof_label *labels, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        cprof_label label = labels[i];
        uint32_t k = i;
        for (; k > 0 && stands_before(strings, &label, &labels[k - 1]); k--)
            labels[k] = labels[k - 1];
        labels[k] = label;
    }
}

/* Merges the sorted runs [from, middle) and [middle, to) of `in` to the same place of `out`. */
static void merge_runs(const cprof_strtab *strings, const cprof_label *in, cprof_label *out, size_t from,
                       size_t middle, size_t to) {
    size_t left = from, right = middle;
    for (size_t i = from; i < to; i++) {
        bool take_right = left == middle || (right < to && stands_before(strings, &in[right], &in[left]));
        out[i] = take_right ? in[right++] : in[left++];
    }
}

#define RUN 16 /* labels that insertion sort is good for */

bool cprof_labels_sort(const cprof_env *env, const cprof_strtab *strings, cprof_label *labels, uint32_t count,
                       cprof_error *err) {
    for (size_t from = 0; from < count; from += RUN)
        insertion_sort(strings, labels + from, count - from < RUN ? (uint32_t)(count - from) : RUN);
    if (count <= RUN)
        return true;
    size_t size = count * sizeof *labels;
    cprof_label *other = cprof_mem_resize(cprof_env_budget(env), NULL, 0, size);
    if (!other)
        return cprof_error_memory(env, err);
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t from = 0; from < count; from += 2 * width) {
            size_t middle = from + width < count ? from + width : count;
            size_t to = middle + width < count ? middle + width : count;
            merge_runs(strings, labels, other, from, middle, to);
        }
        memcpy(labels, other, size);
    }
    cprof_mem_free(cprof_env_budget(env), other, size);
    return true;
}

uint64_t cprof_labels_hash(const cprof_label *labels, uint32_t count) {
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++) {
        const cprof_label *l = &labels[i];
        hash = cprof_hash_u64(hash * UINT64_C(0x9e3779b97f4a7c15) + ((uint64_t)l->key << 32 | l->text));
        hash = cprof_hash_u64(hash + (uint64_t)l->number) + ((uint64_t)l->unit << 1 | l->is_number);
    }
    return cprof_hash_u64(hash);
}

static bool labels_equal(const cprof_label *a, const cprof_label *b, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (a[i].key != b[i].key || a[i].text != b[i].text || a[i].number != b[i].number ||
            a[i].unit != b[i].unit || a[i].is_number != b[i].is_number)
            return false;
    }
    return true;
}

bool cprof_labels_intern(cprof_columns *c, cprof_index *index, const cprof_label *labels, uint32_t count,
                         uint32_t *row, cprof_error *err) {
    uint64_t hash = cprof_labels_hash(labels, count);
    cprof_index_probe probe = cprof_index_start(index, hash);
    while (cprof_index_next(index, &probe, row)) {
        size_t first = c->label_set_first.at[*row];
        size_t end = *row + 1 < c->label_set_first.count ? c->label_set_first.at[*row + 1] : c->labels.count;
        if (end - first == count && (count == 0 || labels_equal(c->labels.at + first, labels, count)))
            return true;
    }
    if (!cprof_columns_room(c->label_set_first.count, 1, "label sets", err) ||
        !cprof_columns_room(c->labels.count, count, "labels of distinct label sets", err))
        return false;
    *row = (uint32_t)c->label_set_first.count;
    if (!cprof_vec_push(c->env, &c->label_set_first, (uint32_t)c->labels.count) ||
        !cprof_vec_append(c->env, &c->labels, labels, count) || !cprof_index_insert(index, hash, *row))
        return cprof_error_memory(c->env, err);
    return true;
}
