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
    /* The rows behind those that were asked for last: profiles of one program list things in much the same
     * order, so these are looked at before the indexes. */
    uint32_t next_function, next_location;
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

/* The end of a stack's frames. */
static inline size_t cprof_builder_stack_end(const cprof_builder *b, uint32_t stack) {
    const cprof_columns *c = &b->columns;
    return stack + 1 < c->stack_first.count ? c->stack_first.at[stack + 1] : c->stack_frames.count;
}

static inline bool cprof_builder_stack_equals(const cprof_builder *b, uint32_t stack, const uint32_t *frames,
                                              uint32_t count) {
    size_t first = b->columns.stack_first.at[stack];
    return cprof_builder_stack_end(b, stack) - first == count &&
           (count == 0 || memcmp(b->columns.stack_frames.at + first, frames, count * sizeof *frames) == 0);
}

static inline uint64_t cprof_builder_sample_hash(uint32_t stack, uint32_t label_set) {
    return cprof_hash_u64((uint64_t)stack << 32 | label_set);
}

/* Fetches what cprof_builder_sample_sum will read first. */
static inline void cprof_builder_prefetch_sample(const cprof_builder *b, uint32_t stack, uint32_t label_set) {
    uint64_t hash = cprof_builder_sample_hash(stack, label_set);
    if (b->samples.slots)
        __builtin_prefetch(&b->samples.slots[cprof_index_start(&b->samples, hash).slot]);
}

#endif
