/* V8's sampled heap profiles (.heapprofile; node --heap-prof):
 *
 *     {"head": {"callFrame": {…}, "selfSize": bytes, "children": [nodes]}, …}
 */
#include "input/producers.h"
#include "input/v8.h"

/* A node whose children are being read. */
typedef struct level {
    const json_t *children;
    size_t next;       /* index of the child to read */
    bool has_location; /* on the stack of locations */
} level;

typedef struct heap {
    const cprof_env *env;
    cprof_builder *builder;
    CPROF_VEC(level) levels;
    CPROF_VEC(uint32_t) path;  /* locations, root first */
    CPROF_VEC(uint32_t) stack; /* scratch: the same, leaf first */
    size_t nodes;
} heap;

static bool add_sample(heap *h, int64_t size, cprof_error *err) {
    uint32_t stack;
    size_t count = h->path.count;
    h->stack.count = 0;
    if (!cprof_vec_reserve(h->env, &h->stack, count))
        return cprof_error_memory(h->env, err);
    for (size_t i = count; i > 0; i--)
        h->stack.at[h->stack.count++] = h->path.at[i - 1];
    return cprof_builder_stack(h->builder, h->stack.at, (uint32_t)count, &stack, err) &&
           cprof_builder_sample(h->builder, stack, 0, &size, err);
}

static bool enter(heap *h, const json_t *value, cprof_error *err) {
    const json_t *call_frame = json_object_get(value, "callFrame"),
                 *self = json_object_get(value, "selfSize");
    level new_level = {.children = json_object_get(value, "children")};
    int64_t size = 0;
    uint32_t location;
    h->nodes++;
    if (!json_is_object(call_frame))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "node %zu has no callFrame", h->nodes);
    if (self && (!cprof_json_tree_number(self, &size) || size < 0))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "node %zu: its selfSize is no size", h->nodes);
    new_level.has_location = !cprof_v8_is_root(call_frame);
    if (new_level.has_location) {
        if (!cprof_v8_location(h->builder, call_frame, &location, err))
            return false;
        if (!cprof_vec_push(h->env, &h->path, location))
            return cprof_error_memory(h->env, err);
    }
    if (!cprof_vec_push(h->env, &h->levels, new_level))
        return cprof_error_memory(h->env, err);
    return size == 0 || add_sample(h, size, err);
}

static bool read_tree(heap *h, const json_t *head, cprof_error *err) {
    if (!cprof_builder_type(h->builder, CPROF_SLICE("space"), CPROF_SLICE("bytes"), err) ||
        !enter(h, head, err))
        return false;
    while (h->levels.count > 0) {
        level *top = &h->levels.at[h->levels.count - 1];
        if (top->next < json_array_size(top->children)) {
            if (h->nodes % 1024 == 0 && cprof_stopped(h->env, err))
                return false;
            if (!enter(h, json_array_get(top->children, top->next++), err))
                return false;
        } else {
            h->path.count -= top->has_location;
            h->levels.count--;
        }
    }
    return true;
}

CPROF_PARSER(cprof_parse_v8_heapprofile) {
    cprof_json_tree json;
    heap h = {.env = env};
    if (!cprof_v8_has(text, "\"head\"") || !cprof_v8_has(text, "\"selfSize\""))
        return CPROF_PARSE_NOT_MINE;
    if (!cprof_json_tree_load(&json, text, env, err))
        return CPROF_PARSE_MALFORMED;
    h.builder = cprof_builder_new(env, "V8 heap profile", err);
    bool ok = h.builder && read_tree(&h, json_object_get(json.root, "head"), err);
    cprof_vec_free(env, &h.levels);
    cprof_vec_free(env, &h.path);
    cprof_vec_free(env, &h.stack);
    cprof_json_tree_free(&json);
    if (ok)
        return cprof_builder_take(h.builder, profile, err) ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
    cprof_builder_free(h.builder);
    return CPROF_PARSE_MALFORMED;
}
