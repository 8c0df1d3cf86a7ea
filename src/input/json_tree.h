/* JSON as a tree, on the budget: the library's own memory is bounded before it starts. */
#ifndef CPROF_INPUT_JSON_TREE_H
#define CPROF_INPUT_JSON_TREE_H

#include "base/env.h"
#include "base/slice.h"

#include <jansson.h>

typedef struct cprof_json_tree {
    json_t *root;
    cprof_budget *budget;
    size_t reserved; /* bytes taken off the budget for the tree */
} cprof_json_tree;

/* An upper bound of the memory that the library takes for a text; false when that overflows. */
bool cprof_json_memory(cprof_slice text, size_t *bytes);
/* json_loadb, which takes failed allocations for broken text: *memory tells them apart. */
json_t *cprof_json_load(cprof_slice text, size_t flags, json_error_t *error, bool *memory);

/* False (and err, with the line) when it is no JSON, too deep or too large. */
bool cprof_json_tree_load(cprof_json_tree *json, cprof_slice text, const cprof_env *env, cprof_error *err);
void cprof_json_tree_free(cprof_json_tree *json);

/* Borrowed; empty where the value is no string. */
cprof_slice cprof_json_tree_text(const json_t *value);
/* A whole number, also where it is written with a fraction; false where the value is no number that fits. */
bool cprof_json_tree_number(const json_t *value, int64_t *number);

#endif
