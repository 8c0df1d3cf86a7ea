/* What filters share: names matched once each, lines of locations taken away, samples taken away.
 *
 * A filter never writes into the arrays that a view has already: they may belong to the view that it was
 * made from.  It makes new ones and puts them in place when nothing can fail any more.
 */
#ifndef CPROF_TRANSFORM_EDIT_H
#define CPROF_TRANSFORM_EDIT_H

#include "base/regex.h"
#include "transform/view.h"

/* One regex held against the names of a profile, each distinct string once. */
typedef struct cprof_matcher {
    const cprof_profile *profile; /* borrowed */
    cprof_regex *regex;           /* borrowed; NULL: matches nothing */
    uint8_t *strings;             /* by string id: 0 not asked yet, else 1 + the answer */
} cprof_matcher;

/* The memory is scratch's. */
bool cprof_matcher_init(cprof_matcher *m, const cprof_profile *profile, cprof_regex *regex,
                        cprof_arena *scratch);
bool cprof_matcher_string(cprof_matcher *m, cprof_str id);
/* By its name or its file. */
bool cprof_matcher_function(cprof_matcher *m, uint32_t function);
/* By the file of its mapping. */
bool cprof_matcher_mapping(cprof_matcher *m, uint32_t location);
/* By any of these. */
bool cprof_matcher_location(cprof_matcher *m, const cprof_view *view, uint32_t location);

/* A location's lines in a view, whatever its granularity: filters work before frames are made coarser. */
static inline uint32_t cprof_edit_line_count(const cprof_view *v, uint32_t location) {
    const cprof_locations *l = &v->profile->locations;
    return v->line_first ? v->line_count[location] : l->first_line[location + 1] - l->first_line[location];
}
static inline uint32_t cprof_edit_line(const cprof_view *v, uint32_t location, uint32_t i) {
    return v->line_first ? v->line_rows[v->line_first[location] + i]
                         : v->profile->locations.first_line[location] + i;
}
static inline uint32_t cprof_edit_line_function(const cprof_view *v, uint32_t location, uint32_t i) {
    return v->profile->locations.line_function[cprof_edit_line(v, location, i)];
}

/* A new line table, filled location by location in order. */
typedef struct cprof_line_edit {
    uint32_t *first, *count, *rows;
    uint32_t used; /* of rows */
    bool changed;
} cprof_line_edit;

bool cprof_line_edit_init(cprof_line_edit *edit, cprof_view *view);
/* Keeps the lines [from, to) of the location (those of the view's numbering). */
void cprof_line_edit_keep(cprof_line_edit *edit, const cprof_view *view, uint32_t location, uint32_t from,
                          uint32_t to);
/* Puts the table in place, if anything was taken away. */
void cprof_line_edit_apply(const cprof_line_edit *edit, cprof_view *view);

/* Keeps the samples for which keep(context, sample) says so. */
typedef bool cprof_keep_sample(void *context, uint32_t sample);
bool cprof_edit_samples(cprof_view *view, cprof_keep_sample *keep, void *context, cprof_error *err);

/* New bounds of the stacks' frames, as the view has them now. */
bool cprof_edit_bounds(cprof_view *view, uint32_t **from, uint32_t **to);

static inline size_t cprof_bit_words(uint32_t bits) {
    return ((size_t)bits + 63) / 64;
}
static inline void cprof_bit_set(uint64_t *bits, uint32_t i) {
    bits[i >> 6] |= UINT64_C(1) << (i & 63);
}
/* A copy of the bits (NULL: all clear) in the arena. */
uint64_t *cprof_bits_copy(cprof_arena *arena, const uint64_t *bits, uint32_t count);

#endif
