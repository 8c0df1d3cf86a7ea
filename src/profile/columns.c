#include "profile/columns.h"

/* Row numbers are 32 bits, CPROF_NONE is none, and hash tables keep row + 1. */
#define MAX_ROWS (UINT32_MAX - 2)

void cprof_columns_init(cprof_columns *columns, const cprof_env *env) {
    memset(columns, 0, sizeof *columns);
    columns->env = env;
}

void cprof_columns_deinit(cprof_columns *c) {
    cprof_vec_free(c->env, &c->types);
    cprof_vec_free(c->env, &c->comments);
    cprof_vec_free(c->env, &c->attributes);
    cprof_vec_free(c->env, &c->mappings);
    cprof_vec_free(c->env, &c->function_name);
    cprof_vec_free(c->env, &c->function_system_name);
    cprof_vec_free(c->env, &c->function_filename);
    cprof_vec_free(c->env, &c->function_start_line);
    cprof_vec_free(c->env, &c->function_id);
    cprof_vec_free(c->env, &c->location_address);
    cprof_vec_free(c->env, &c->location_mapping);
    cprof_vec_free(c->env, &c->location_first_line);
    cprof_vec_free(c->env, &c->location_folded);
    cprof_vec_free(c->env, &c->location_id);
    cprof_vec_free(c->env, &c->line_function);
    cprof_vec_free(c->env, &c->line_number);
    cprof_vec_free(c->env, &c->line_column);
    cprof_vec_free(c->env, &c->stack_first);
    cprof_vec_free(c->env, &c->stack_frames);
    cprof_vec_free(c->env, &c->label_set_first);
    cprof_vec_free(c->env, &c->labels);
    cprof_vec_free(c->env, &c->sample_stack);
    cprof_vec_free(c->env, &c->sample_label_set);
    cprof_vec_free(c->env, &c->sample_values);
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

/* The vector's memory becomes the profile's; an expression that gives the array. */
#define MOVE(profile, env, vec)                                                                              \
    (cprof_vec_shrink((env), (vec)), move_at = (vec)->at, move_size = (vec)->capacity * sizeof *(vec)->at,   \
     (vec)->at = NULL, (vec)->count = (vec)->capacity = 0, block_adopt((profile), move_at, move_size))

/* Short tables that readers may walk without looking at the count are never NULL: one entry is the end. */
static bool close_first(const cprof_env *env, cprof_u32s *first, size_t end, cprof_error *err) {
    return cprof_vec_push(env, first, (uint32_t)end) || cprof_error_memory(env, err);
}

bool cprof_columns_move(cprof_columns *c, cprof_profile *p, cprof_error *err) {
    const cprof_env *env = c->env;
    void *move_at;
    size_t move_size;
    if (!close_first(env, &c->location_first_line, c->line_function.count, err) ||
        !close_first(env, &c->stack_first, c->stack_frames.count, err) ||
        !close_first(env, &c->label_set_first, c->labels.count, err))
        return false;
    p->type_count = (uint32_t)c->types.count;
    p->types = MOVE(p, env, &c->types);
    p->comment_count = (uint32_t)c->comments.count;
    p->comments = MOVE(p, env, &c->comments);
    p->attribute_count = (uint32_t)c->attributes.count;
    p->attributes = MOVE(p, env, &c->attributes);
    p->mapping_count = (uint32_t)c->mappings.count;
    p->mappings = MOVE(p, env, &c->mappings);

    p->functions.count = (uint32_t)c->function_name.count;
    p->functions.name = MOVE(p, env, &c->function_name);
    p->functions.system_name = MOVE(p, env, &c->function_system_name);
    p->functions.filename = MOVE(p, env, &c->function_filename);
    p->functions.start_line = MOVE(p, env, &c->function_start_line);
    p->functions.id = MOVE(p, env, &c->function_id);

    p->locations.count = (uint32_t)c->location_address.count;
    p->locations.address = MOVE(p, env, &c->location_address);
    p->locations.mapping = MOVE(p, env, &c->location_mapping);
    p->locations.first_line = MOVE(p, env, &c->location_first_line);
    p->locations.folded = MOVE(p, env, &c->location_folded);
    p->locations.id = MOVE(p, env, &c->location_id);
    p->locations.line_count = (uint32_t)c->line_function.count;
    p->locations.line_function = MOVE(p, env, &c->line_function);
    p->locations.line_number = MOVE(p, env, &c->line_number);
    p->locations.line_column = MOVE(p, env, &c->line_column);

    p->stacks.count = (uint32_t)c->stack_first.count - 1;
    p->stacks.first = MOVE(p, env, &c->stack_first);
    p->stacks.frames = MOVE(p, env, &c->stack_frames);
    p->label_sets.count = (uint32_t)c->label_set_first.count - 1;
    p->label_sets.first = MOVE(p, env, &c->label_set_first);
    p->label_sets.labels = MOVE(p, env, &c->labels);

    p->samples.count = (uint32_t)c->sample_stack.count;
    p->samples.stack = MOVE(p, env, &c->sample_stack);
    p->samples.label_set = MOVE(p, env, &c->sample_label_set);
    p->samples.values = MOVE(p, env, &c->sample_values);
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
