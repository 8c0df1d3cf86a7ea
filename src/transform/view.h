/* A view: what one command sees of a loaded profile.
 *
 * The profile stays as it is.  A view says which samples are left, which frames of each stack, which lines of
 * each location, which labels, and how fine frames are told apart.  Making one costs no more than the tables
 * that a filter really changes: a part that is NULL is "as in the profile".
 *
 * Everything that reads samples (graphs, stacks, tags, raw dumps, the encoder) reads them through a view.
 */
#ifndef CPROF_TRANSFORM_VIEW_H
#define CPROF_TRANSFORM_VIEW_H

#include "profile/profile.h"

/* What tells frames apart; the rest of a frame's description is left out. */
typedef struct cprof_granularity {
    bool inlines; /* false: only the outermost line of a location */
    bool function, filename, line, column, address;
} cprof_granularity;

typedef struct cprof_view {
    const cprof_profile *profile; /* borrowed */
    const cprof_env *env;         /* borrowed */
    cprof_arena arena;            /* holds what is not NULL below */

    /* Samples that are left, ascending; NULL: all. */
    const uint32_t *samples;
    uint32_t sample_count;

    /* Frames of stack s: profile->stacks.frames[stack_from[s] .. stack_to[s]); NULL: all of them. */
    const uint32_t *stack_from, *stack_to;
    /* A bit a location: left out of every stack. NULL: none. */
    const uint64_t *hidden;
    /* Lines of location l: line_rows[line_first[l] .. line_first[l] + line_count[l]), rows of the profile's
     * lines, innermost first. NULL: as in the profile. */
    const uint32_t *line_first, *line_count, *line_rows;

    /* A bit a string id: text labels (numeric labels) of this key are left out.  NULL: none. */
    const uint64_t *hidden_text_keys, *hidden_number_keys;

    cprof_granularity granularity;

    uint32_t value_type; /* row of the profile's types that is shown */
    bool mean;           /* divide by the first type's value */
} cprof_view;

static inline bool cprof_bit(const uint64_t *bits, uint32_t i) {
    return bits && (bits[i >> 6] >> (i & 63) & 1);
}

static inline uint32_t cprof_view_sample_count(const cprof_view *v) {
    return v->samples ? v->sample_count : v->profile->samples.count;
}
static inline uint32_t cprof_view_sample(const cprof_view *v, uint32_t i) {
    return v->samples ? v->samples[i] : i;
}

/* The view's frames of a stack, leaf first, hidden locations among them (skip those with cprof_view_hides).
 */
static inline const uint32_t *cprof_view_frames(const cprof_view *v, uint32_t stack, uint32_t *count) {
    uint32_t from = v->stack_from ? v->stack_from[stack] : v->profile->stacks.first[stack];
    uint32_t to = v->stack_to ? v->stack_to[stack] : v->profile->stacks.first[stack + 1];
    *count = to - from;
    /* There is no array of frames where all stacks are empty. */
    return v->profile->stacks.frames ? v->profile->stacks.frames + from : NULL;
}
static inline bool cprof_view_hides(const cprof_view *v, uint32_t location) {
    return cprof_bit(v->hidden, location);
}

/* How many lines the view has of a location, innermost first; row i of them with cprof_view_line.  With
 * granularity.inlines false this is 1 at most: the outermost. */
static inline uint32_t cprof_view_line_count(const cprof_view *v, uint32_t location) {
    const cprof_locations *l = &v->profile->locations;
    uint32_t n =
        v->line_first ? v->line_count[location] : l->first_line[location + 1] - l->first_line[location];
    return n > 1 && !v->granularity.inlines ? 1 : n;
}
static inline uint32_t cprof_view_line(const cprof_view *v, uint32_t location, uint32_t i) {
    const cprof_locations *l = &v->profile->locations;
    if (v->line_first) {
        uint32_t skip =
            v->granularity.inlines || v->line_count[location] == 0 ? 0 : v->line_count[location] - 1;
        return v->line_rows[v->line_first[location] + skip + i];
    }
    uint32_t n = l->first_line[location + 1] - l->first_line[location];
    return l->first_line[location] + (v->granularity.inlines || n == 0 ? 0 : n - 1) + i;
}

/* The value that is shown of a sample, and its divisor (0 unless the view shows means). */
static inline int64_t cprof_view_value(const cprof_view *v, uint32_t sample) {
    return cprof_sample_values(v->profile, sample)[v->value_type];
}
static inline int64_t cprof_view_divisor(const cprof_view *v, uint32_t sample) {
    return v->mean ? cprof_sample_values(v->profile, sample)[0] : 0;
}
static inline bool cprof_view_shows_label(const cprof_view *v, const cprof_label *label) {
    return !cprof_bit(label->is_number ? v->hidden_number_keys : v->hidden_text_keys, label->key);
}

/* A view of the whole profile: all samples, all frames, finest granularity, default value type. */
void cprof_view_init(cprof_view *view, const cprof_profile *profile, const cprof_env *env);
/* A view that starts out as `base` is (base outlives it): filters change the copy only. */
void cprof_view_init_on(cprof_view *view, const cprof_view *base);
void cprof_view_deinit(cprof_view *view);

#endif
