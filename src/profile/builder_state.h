/* The builder's own state, for the files that build with it. */
#ifndef CPROF_PROFILE_BUILDER_STATE_H
#define CPROF_PROFILE_BUILDER_STATE_H

#include "profile/builder.h"
#include "profile/columns.h"
#include "profile/members.h"

struct cprof_builder {
    const cprof_env *env; /* borrowed */
    cprof_profile *profile;
    cprof_columns columns;
    cprof_index functions, locations, stacks, label_sets, samples;
    uint64_t last_mapping_id; /* the highest so far */
    bool samples_indexed;     /* samples holds every sample */
    bool overflow_noted;
    uint32_t last_sample; /* row that was added, or added to */
    cprof_member_list members;
    CPROF_VEC(cprof_label) sorted; /* scratch */
};

/* A builder with nothing in it, not even a profile; NULL without memory. */
cprof_builder *cprof_builder_bare(const cprof_env *env);

/* What the indexes hash.  The same row has the same hash, whether it is added or was there. */
static inline uint64_t cprof_builder_mix(uint64_t hash, uint64_t value) {
    return cprof_hash_u64(hash * UINT64_C(0x9e3779b97f4a7c15) + value);
}

static inline uint64_t cprof_builder_function_hash(cprof_str name, cprof_str system_name, cprof_str filename,
                                                   int64_t start_line) {
    return cprof_builder_mix(cprof_builder_mix((uint64_t)name << 32 | system_name, filename),
                             (uint64_t)start_line);
}

static inline uint64_t cprof_builder_location_hash(uint32_t mapping, uint64_t address, bool folded,
                                                   const cprof_line *lines, uint32_t line_count) {
    uint64_t hash =
        cprof_builder_mix(cprof_builder_mix((uint64_t)mapping << 1 | folded, address), line_count);
    for (uint32_t i = 0; i < line_count; i++)
        hash = cprof_builder_mix(cprof_builder_mix(hash + lines[i].function, (uint64_t)lines[i].line),
                                 (uint64_t)lines[i].column);
    return hash;
}

static inline uint64_t cprof_builder_stack_hash(const uint32_t *frames, uint32_t count) {
    return cprof_hash_bytes(count > 0 ? (const void *)frames : "", count * sizeof *frames);
}

static inline uint64_t cprof_builder_sample_hash(uint32_t stack, uint32_t label_set) {
    return cprof_hash_u64((uint64_t)stack << 32 | label_set);
}

#endif
