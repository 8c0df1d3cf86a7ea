/* V8's CPU profiles (.cpuprofile; node --cpu-prof, Chromium's tools):
 *
 *     {"nodes": [{"id": 1, "callFrame": {…}, "hitCount": 0, "children": [2, 3]}, …],
 *      "startTime": µs, "endTime": µs, "samples": [node ids], "timeDeltas": [µs]}
 *
 * A sample lasts until the next one, the last until the end.  Without samples the nodes' hit counts stand
 * for them, and time is not known.
 */
#include "input/producers.h"
#include "input/v8.h"

enum { DEPTH_MAX = 1 << 16 };

typedef struct node {
    uint32_t parent;   /* row; CPROF_NONE: none */
    uint32_t location; /* row; CPROF_NONE: the root */
    int64_t count, micros;
} node;

typedef struct cpu {
    const cprof_env *env;
    cprof_builder *builder;
    cprof_idmap by_id; /* a node's id -> row */
    CPROF_VEC(node) nodes;
    CPROF_VEC(uint32_t) stack;
    bool timed;
} cpu;

static cprof_parse bad(cprof_error *err, const char *format, ...) CPROF_PRINTF(2, 3);

static cprof_parse bad(cprof_error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    cprof_error_setv(err, CPROF_ERR_FORMAT, -1, format, args);
    va_end(args);
    return CPROF_PARSE_MALFORMED;
}

static cprof_parse no_memory(const cpu *c, cprof_error *err) {
    cprof_error_memory(c->env, err);
    return CPROF_PARSE_MALFORMED;
}

/* ---- Nodes ---- */

static cprof_parse add_node(cpu *c, const json_t *value, size_t index, cprof_error *err) {
    const json_t *call_frame = json_object_get(value, "callFrame"),
                 *hits = json_object_get(value, "hitCount");
    node new = {.parent = CPROF_NONE, .location = CPROF_NONE};
    int64_t id;
    if (!json_is_object(call_frame) || !cprof_json_tree_number(json_object_get(value, "id"), &id))
        return bad(err, "node %zu has no id or no callFrame", index);
    if (cprof_idmap_get(&c->by_id, (uint64_t)id) != CPROF_NONE)
        return bad(err, "node %zu: there are two nodes %lld", index, (long long)id);
    if (hits && (!cprof_json_tree_number(hits, &new.count) || new.count < 0))
        return bad(err, "node %zu: its hitCount is no count", index);
    if (!cprof_v8_is_root(call_frame) && !cprof_v8_location(c->builder, call_frame, &new.location, err))
        return CPROF_PARSE_MALFORMED;
    if (!cprof_vec_push(c->env, &c->nodes, new) ||
        !cprof_idmap_set(&c->by_id, (uint64_t)id, (uint32_t)c->nodes.count - 1))
        return no_memory(c, err);
    return CPROF_PARSE_OK;
}

static cprof_parse find_node(const cpu *c, const json_t *id, const char *what, size_t index, uint32_t *row,
                             cprof_error *err) {
    int64_t number;
    if (!cprof_json_tree_number(id, &number))
        return bad(err, "%s %zu: no node's id", what, index);
    *row = cprof_idmap_get(&c->by_id, (uint64_t)number);
    return *row == CPROF_NONE ? bad(err, "%s %zu: there is no node %lld", what, index, (long long)number)
                              : CPROF_PARSE_OK;
}

static cprof_parse set_parent(cpu *c, uint32_t child, uint32_t parent, size_t index, cprof_error *err) {
    node *at = &c->nodes.at[child];
    if (at->parent != CPROF_NONE && at->parent != parent)
        return bad(err, "node %zu: one of its children has another parent, too", index);
    at->parent = parent;
    return CPROF_PARSE_OK;
}

/* Children are listed by their parent, or name it. */
static cprof_parse link_node(cpu *c, const json_t *value, uint32_t row, cprof_error *err) {
    const json_t *children = json_object_get(value, "children"), *parent = json_object_get(value, "parent");
    uint32_t other = CPROF_NONE;
    cprof_parse parse = CPROF_PARSE_OK;
    if (parent) {
        parse = find_node(c, parent, "parent of node", row, &other, err);
        if (parse == CPROF_PARSE_OK)
            parse = set_parent(c, row, other, row, err);
    }
    for (size_t i = 0; parse == CPROF_PARSE_OK && i < json_array_size(children); i++) {
        parse = find_node(c, json_array_get(children, i), "child of node", row, &other, err);
        if (parse == CPROF_PARSE_OK)
            parse = set_parent(c, other, row, row, err);
    }
    return parse;
}

static cprof_parse read_nodes(cpu *c, const json_t *nodes, cprof_error *err) {
    cprof_parse parse = CPROF_PARSE_OK;
    size_t count = json_array_size(nodes);
    if (count >= CPROF_NONE)
        return bad(err, "more than 4 billion nodes");
    for (size_t i = 0; parse == CPROF_PARSE_OK && i < count; i++)
        parse = add_node(c, json_array_get(nodes, i), i, err);
    for (size_t i = 0; parse == CPROF_PARSE_OK && i < count; i++)
        parse = link_node(c, json_array_get(nodes, i), (uint32_t)i, err);
    return parse;
}

/* ---- Samples ---- */

/* How long sample i lasts, when the last ends `left` microseconds after it; clocks that step back give 0. */
static bool get_duration(const json_t *deltas, size_t i, size_t count, int64_t left, int64_t *micros) {
    *micros = left;
    if (i + 1 < count && !cprof_json_tree_number(json_array_get(deltas, i + 1), micros))
        return false;
    if (*micros < 0)
        *micros = 0;
    return true;
}

/* Microseconds from the last sample to the end of the profile. */
static bool get_rest(const json_t *root, const json_t *deltas, int64_t *rest) {
    int64_t start, end, delta;
    if (!cprof_json_tree_number(json_object_get(root, "startTime"), &start) ||
        !cprof_json_tree_number(json_object_get(root, "endTime"), &end) ||
        __builtin_sub_overflow(end, start, rest))
        return false;
    for (size_t i = 0; i < json_array_size(deltas); i++)
        if (!cprof_json_tree_number(json_array_get(deltas, i), &delta) ||
            __builtin_sub_overflow(*rest, delta, rest))
            return false;
    return true;
}

static cprof_parse read_samples(cpu *c, const json_t *root, const json_t *samples, const json_t *deltas,
                                cprof_error *err) {
    size_t count = json_array_size(samples);
    int64_t rest = 0, micros;
    c->timed = json_array_size(deltas) == count;
    if (!c->timed && json_array_size(deltas) > 0)
        return bad(err, "%zu samples, but %zu timeDeltas", count, json_array_size(deltas));
    if (c->timed && !get_rest(root, deltas, &rest))
        return bad(err, "startTime, endTime and timeDeltas do not fit together");
    for (size_t i = 0; i < c->nodes.count; i++)
        c->nodes.at[i].count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t row;
        cprof_parse parse = find_node(c, json_array_get(samples, i), "sample", i, &row, err);
        if (parse != CPROF_PARSE_OK)
            return parse;
        node *at = &c->nodes.at[row];
        at->count++;
        if (c->timed && (!get_duration(deltas, i, count, rest, &micros) ||
                         __builtin_add_overflow(at->micros, micros, &at->micros)))
            return bad(err, "timeDelta %zu is no number that fits", i);
    }
    return CPROF_PARSE_OK;
}

/* ---- The profile ---- */

static bool add_stack(cpu *c, uint32_t row, uint32_t *stack, cprof_error *err) {
    c->stack.count = 0;
    for (size_t depth = 0; row != CPROF_NONE; depth++, row = c->nodes.at[row].parent) {
        if (depth == DEPTH_MAX || depth > c->nodes.count)
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "nodes that go in circles, or too deep");
        if (c->nodes.at[row].location != CPROF_NONE &&
            !cprof_vec_push(c->env, &c->stack, c->nodes.at[row].location))
            return cprof_error_memory(c->env, err);
    }
    return cprof_builder_stack(c->builder, c->stack.at, (uint32_t)c->stack.count, stack, err);
}

static bool add_samples(cpu *c, cprof_error *err) {
    for (uint32_t i = 0; i < c->nodes.count; i++) {
        int64_t values[2] = {c->nodes.at[i].count, c->nodes.at[i].micros};
        uint32_t stack;
        if (i % 1024 == 0 && cprof_stopped(c->env, err))
            return false;
        if ((values[0] != 0 || values[1] != 0) &&
            (!add_stack(c, i, &stack, err) || !cprof_builder_sample(c->builder, stack, 0, values, err)))
            return false;
    }
    return true;
}

static bool set_header(cpu *c, const json_t *root, size_t samples, cprof_error *err) {
    cprof_profile *p = cprof_builder_profile(c->builder);
    int64_t start, end;
    if (!cprof_builder_type(c->builder, CPROF_SLICE("sample"), CPROF_SLICE("count"), err) ||
        (c->timed && !cprof_builder_type(c->builder, CPROF_SLICE("wall"), CPROF_SLICE("microseconds"), err)))
        return false;
    if (!cprof_json_tree_number(json_object_get(root, "startTime"), &start) ||
        !cprof_json_tree_number(json_object_get(root, "endTime"), &end) ||
        __builtin_sub_overflow(end, start, &end) || end < 0 || end > INT64_MAX / 1000)
        return true;
    p->duration_nanos = end * 1000;
    if (samples == 0)
        return true;
    p->period = end / (int64_t)samples;
    return cprof_builder_string(c->builder, CPROF_SLICE("wall"), &p->period_type.type, err) &&
           cprof_builder_string(c->builder, CPROF_SLICE("microseconds"), &p->period_type.unit, err);
}

static cprof_parse read_root(cpu *c, const json_t *root, cprof_error *err) {
    const json_t *nodes = json_object_get(root, "nodes"), *samples = json_object_get(root, "samples");
    if (!json_is_array(nodes))
        return bad(err, "\"nodes\" is no array");
    cprof_parse parse = read_nodes(c, nodes, err);
    if (parse == CPROF_PARSE_OK && samples)
        parse = read_samples(c, root, samples, json_object_get(root, "timeDeltas"), err);
    if (parse == CPROF_PARSE_OK &&
        !(set_header(c, root, json_array_size(samples), err) && add_samples(c, err)))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}

CPROF_PARSER(cprof_parse_v8_cpuprofile) {
    cprof_json_tree json;
    cpu c = {.env = env};
    if (!cprof_v8_has(text, "\"nodes\"") || !cprof_v8_has(text, "\"callFrame\""))
        return CPROF_PARSE_NOT_MINE;
    if (!cprof_json_tree_load(&json, text, env, err))
        return CPROF_PARSE_MALFORMED;
    cprof_idmap_init(&c.by_id, cprof_env_budget(env));
    c.builder = cprof_builder_new(env, "V8 CPU profile", err);
    cprof_parse parse = c.builder ? read_root(&c, json.root, err) : CPROF_PARSE_MALFORMED;
    cprof_idmap_deinit(&c.by_id);
    cprof_vec_free(env, &c.nodes);
    cprof_vec_free(env, &c.stack);
    cprof_json_tree_free(&json);
    if (parse != CPROF_PARSE_OK)
        cprof_builder_free(c.builder);
    else if (!cprof_builder_take(c.builder, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    return parse;
}
