#include "profile/columns.h"

/* Row numbers are 32 bits, CPROF_NONE is none, and hash tables keep row + 1. */
#define MAX_ROWS (UINT32_MAX - 2)

/* Every column, and where the profile has it. */
#define COLUMNS(X)                                                                                           \
    X(types, types)                                                                                          \
    X(comments, comments)                                                                                    \
    X(attributes, attributes)                                                                                \
    X(mappings, mappings)                                                                                    \
    X(function_name, functions.name)                                                                         \
    X(function_system_name, functions.system_name)                                                           \
    X(function_filename, functions.filename)                                                                 \
    X(function_start_line, functions.start_line)                                                             \
    X(function_id, functions.id)                                                                             \
    X(location_address, locations.address)                                                                   \
    X(location_mapping, locations.mapping)                                                                   \
    X(location_first_line, locations.first_line)                                                             \
    X(location_folded, locations.folded)                                                                     \
    X(location_id, locations.id)                                                                             \
    X(line_function, locations.line_function)                                                                \
    X(line_number, locations.line_number)                                                                    \
    X(line_column, locations.line_column)                                                                    \
    X(stack_first, stacks.first)                                                                             \
    X(stack_frames, stacks.frames)                                                                           \
    X(label_set_first, label_sets.first)                                                                     \
    X(labels, label_sets.labels)                                                                             \
    X(sample_stack, samples.stack)                                                                           \
    X(sample_label_set, samples.label_set)                                                                   \
    X(sample_values, samples.values)

void cprof_columns_init(cprof_columns *columns, const cprof_env *env) {
    memset(columns, 0, sizeof *columns);
    columns->env = env;
}

void cprof_columns_deinit(cprof_columns *c) {
#define FREE(column, place) cprof_vec_free(c->env, &c->column);
    COLUMNS(FREE)
#undef FREE
}

cprof_profile *cprof_profile_new(const cprof_env *env, const char *format, cprof_error *err) {
    cprof_profile *p = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *p);
    if (!p) {
        cprof_error_memory(env, err);
        return NULL;
    }
    memset(p, 0, sizeof *p);
    p->env = env;
    p->format = format;
    if (cprof_strtab_init(&p->strings, env))
        return p;
    cprof_mem_free(cprof_env_budget(env), p, sizeof *p);
    cprof_error_memory(env, err);
    return NULL;
}

static void *block_adopt(cprof_profile *p, void *at, size_t size) {
    if (at)
        p->blocks[p->block_count++] = (cprof_block){at, size};
    return at;
}

/* Short tables that readers may walk without looking at the count are never NULL: one entry is the end. */
static bool close_first(const cprof_env *env, cprof_u32s *first, size_t end, cprof_error *err) {
    return cprof_vec_push(env, first, (uint32_t)end) || cprof_error_memory(env, err);
}

bool cprof_columns_move(cprof_columns *c, cprof_profile *p, cprof_error *err) {
    const cprof_env *env = c->env;
    if (!close_first(env, &c->location_first_line, c->line_function.count, err) ||
        !close_first(env, &c->stack_first, c->stack_frames.count, err) ||
        !close_first(env, &c->label_set_first, c->labels.count, err))
        return false;
    p->type_count = (uint32_t)c->types.count;
    p->comment_count = (uint32_t)c->comments.count;
    p->attribute_count = (uint32_t)c->attributes.count;
    p->mapping_count = (uint32_t)c->mappings.count;
    p->functions.count = (uint32_t)c->function_name.count;
    p->locations.count = (uint32_t)c->location_address.count;
    p->locations.line_count = (uint32_t)c->line_function.count;
    p->stacks.count = (uint32_t)c->stack_first.count - 1;
    p->label_sets.count = (uint32_t)c->label_set_first.count - 1;
    p->samples.count = (uint32_t)c->sample_stack.count;
/* The vector's memory becomes the profile's. */
#define MOVE(column, place)                                                                                  \
    cprof_vec_shrink(env, &c->column);                                                                       \
    p->place = block_adopt(p, c->column.at, c->column.capacity * sizeof *c->column.at);                      \
    memset(&c->column, 0, sizeof c->column);
    COLUMNS(MOVE)
#undef MOVE
    return true;
}

#define COLUMN_SET(name, vector, type, silent)                                                               \
    bool name(const cprof_env *env, vector *column, uint32_t row, type value) {                              \
        if (column->count == 0 && value == (silent))                                                         \
            return true;                                                                                     \
        if (!cprof_vec_reserve(env, column, (size_t)row + 1 - column->count))                                \
            return false;                                                                                    \
        uint32_t wanted = row;                                                                               \
        for (row = (uint32_t)column->count; row < wanted; row++)                                             \
            column->at[row] = (silent);                                                                      \
        column->at[wanted] = value;                                                                          \
        column->count = (size_t)wanted + 1;                                                                  \
        return true;                                                                                         \
    }

COLUMN_SET(cprof_column_set_u32, cprof_u32s, uint32_t, 0)
COLUMN_SET(cprof_column_set_i64, cprof_i64s, int64_t, 0)
COLUMN_SET(cprof_column_set_bool, cprof_bools, bool, false)
COLUMN_SET(cprof_column_set_id, cprof_u64s, uint64_t, (uint64_t)row + 1)

bool cprof_columns_room(size_t count, size_t extra, const char *what, cprof_error *err) {
    if (count <= MAX_ROWS && extra <= MAX_ROWS - count)
        return true;
    return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "more than %u %s", MAX_ROWS, what);
}
