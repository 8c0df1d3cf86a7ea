#include "input/json_tree.h"

#include "base/arena.h"

#include <errno.h>

/* What the library allocates at most for each of these, with malloc's own share: measured by its structures
 * on a 64-bit machine, with room for tables that double when they are full. */
enum { OBJECT_BYTES = 288, ARRAY_BYTES = 192, PAIR_BYTES = 176, VALUE_BYTES = 96 };

bool cprof_json_memory(cprof_slice text, size_t *bytes) {
    size_t objects = 0, arrays = 0, pairs = 0, values = 1, total = text.len;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\'; /* what follows is no quote that ends the string */
        else if (c == '{')
            objects++, values++;
        else if (c == '[')
            arrays++, values++;
        else if (c == ':')
            pairs++;
        else if (c == ',')
            values++;
    }
    /* Strings take their own length once more. */
    return !__builtin_mul_overflow(objects, OBJECT_BYTES, &objects) &&
           !__builtin_mul_overflow(arrays, ARRAY_BYTES, &arrays) &&
           !__builtin_mul_overflow(pairs, PAIR_BYTES, &pairs) &&
           !__builtin_mul_overflow(values, VALUE_BYTES, &values) &&
           !__builtin_add_overflow(total, objects, &total) &&
           !__builtin_add_overflow(total, arrays, &total) && !__builtin_add_overflow(total, pairs, &total) &&
           !__builtin_add_overflow(total, values, bytes);
}

json_t *cprof_json_load(cprof_slice text, size_t flags, json_error_t *error, bool *memory) {
    errno = 0;
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, flags, error);
    *memory = !root && (errno == ENOMEM || json_error_code(error) == json_error_out_of_memory);
    return root;
}

bool cprof_json_tree_load(cprof_json_tree *json, cprof_slice text, const cprof_env *env, cprof_error *err) {
    *json = (cprof_json_tree){.budget = cprof_env_budget(env)};
    json_error_t error;
    size_t bytes;
    if (!cprof_json_memory(text, &bytes) || !cprof_budget_take(json->budget, bytes))
        return cprof_error_memory(env, err);
    json->reserved = bytes;
    bool memory;
    json->root = cprof_json_load(text, JSON_ALLOW_NUL, &error, &memory);
    if (json->root)
        return true;
    cprof_json_tree_free(json);
    if (memory)
        return cprof_error_memory(env, err);
    return cprof_error_set(err, CPROF_ERR_FORMAT, error.position, "JSON, line %d, column %d: %s", error.line,
                           error.column, error.text);
}

void cprof_json_tree_free(cprof_json_tree *json) {
    json_decref(json->root);
    cprof_budget_give(json->budget, json->reserved);
    *json = (cprof_json_tree){0};
}

cprof_slice cprof_json_tree_text(const json_t *value) {
    return json_is_string(value) ? (cprof_slice){json_string_value(value), json_string_length(value)}
                                 : (cprof_slice){"", 0};
}

bool cprof_json_tree_number(const json_t *value, int64_t *number) {
    if (json_is_integer(value)) {
        *number = json_integer_value(value);
        return true;
    }
    double real = json_is_real(value) ? json_real_value(value) : 0x1p63;
    if (!(real > -0x1p63 && real < 0x1p63))
        return false;
    *number = (int64_t)real;
    return true;
}
