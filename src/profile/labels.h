/* Label sets: their order, and equal ones kept once. */
#ifndef CPROF_PROFILE_LABELS_H
#define CPROF_PROFILE_LABELS_H

#include "profile/columns.h"

/* Brings labels into the table's order: text before numbers, keys by their bytes, else as they stood. */
bool cprof_labels_sort(const cprof_env *env, const cprof_strtab *strings, cprof_label *labels, uint32_t count,
                       cprof_error *err);

uint64_t cprof_labels_hash(const cprof_label *labels, uint32_t count);

/* The row of the set of exactly these labels, which are in order already. */
bool cprof_labels_intern(cprof_columns *columns, cprof_index *index, const cprof_label *labels,
                         uint32_t count, uint32_t *row, cprof_error *err);

#endif
