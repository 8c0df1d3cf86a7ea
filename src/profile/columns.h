/* The tables of a profile while they grow.
 *
 * The builder and the profile.proto decoder fill these; cprof_columns_move hands the memory to a profile
 * without copying.  Optional columns (ids, start lines, columns, folded, label sets) stay empty as long as
 * they would say nothing: the *_set helpers materialise them on the first value that does.
 */
#ifndef CPROF_PROFILE_COLUMNS_H
#define CPROF_PROFILE_COLUMNS_H

#include "profile/profile.h"

typedef CPROF_VEC(uint32_t) cprof_u32s;
typedef CPROF_VEC(uint64_t) cprof_u64s;
typedef CPROF_VEC(int64_t) cprof_i64s;
typedef CPROF_VEC(bool) cprof_bools;

typedef struct cprof_columns {
    const cprof_env *env; /* borrowed */

    CPROF_VEC(cprof_value_type) types;
    cprof_u32s comments; /* string ids */
    CPROF_VEC(cprof_attribute) attributes;
    CPROF_VEC(cprof_mapping) mappings;

    cprof_u32s function_name, function_system_name, function_filename;
    cprof_i64s function_start_line; /* optional */
    cprof_u64s function_id;         /* optional */

    cprof_u64s location_address;
    cprof_u32s location_mapping, location_first_line; /* the last entry is added by cprof_columns_move */
    cprof_bools location_folded;                      /* optional */
    cprof_u64s location_id;                           /* optional */
    cprof_u32s line_function;
    cprof_i64s line_number;
    cprof_i64s line_column; /* optional */

    cprof_u32s stack_first, stack_frames;
    cprof_u32s label_set_first;
    CPROF_VEC(cprof_label) labels;

    cprof_u32s sample_stack;
    cprof_u32s sample_label_set; /* optional */
    cprof_i64s sample_values;
} cprof_columns;

void cprof_columns_init(cprof_columns *columns, const cprof_env *env);
void cprof_columns_deinit(cprof_columns *columns);

/* An empty profile, to move columns into; NULL (and err) without memory. */
cprof_profile *cprof_profile_new(const cprof_env *env, const char *format, cprof_error *err);

/* Moves all tables into the profile (whose own are empty); what is left of columns is empty. */
bool cprof_columns_move(cprof_columns *columns, cprof_profile *profile, cprof_error *err);

/* Row `row`, the newest of its table, gets `value` in an optional column where `silent` is what an absent
 * column stands for. */
bool cprof_column_set_u32(const cprof_env *env, cprof_u32s *column, uint32_t row, uint32_t value);
bool cprof_column_set_i64(const cprof_env *env, cprof_i64s *column, uint32_t row, int64_t value);
bool cprof_column_set_bool(const cprof_env *env, cprof_bools *column, uint32_t row, bool value);
/* The same for ids, where absent stands for row + 1. */
bool cprof_column_set_id(const cprof_env *env, cprof_u64s *column, uint32_t row, uint64_t id);

/* False (CPROF_ERR_LIMIT) when a table of `count` rows cannot take `extra` more. */
bool cprof_columns_room(size_t count, size_t extra, const char *what, cprof_error *err);

#endif
