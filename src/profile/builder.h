/* Makes a profile: every decoder and every operation that derives a profile goes through here.
 *
 * Add things in any order in which what is referred to is there already; handles are rows of the profile to
 * be.  The *_add functions of strings, functions, locations, stacks and label sets return the row of an
 * equal one where there is one.  Any call may fail for want of memory (err says so); then only
 * cprof_builder_deinit may follow.
 */
#ifndef CPROF_PROFILE_BUILDER_H
#define CPROF_PROFILE_BUILDER_H

#include "profile/profile.h"

typedef struct cprof_line {
    uint32_t function; /* row */
    int64_t line, column;
} cprof_line;

typedef struct cprof_builder cprof_builder;

/* env is borrowed and must outlive the profile; format is static. NULL (and err) without memory. */
cprof_builder *cprof_builder_new(const cprof_env *env, const char *format, cprof_error *err);
/* A builder that goes on from a profile, whose strings, types and tables become its own without being copied;
 * ids are forgotten (rows count from 1), and so are comments and attributes.  *b stays NULL, and the profile
 * the caller's, where the builder would have put rows together (equal functions, equal locations, samples of
 * one stack and label set), and where it has members. */
bool cprof_builder_resume(cprof_profile *profile, cprof_builder **b, cprof_error *err);
/* Frees the builder and what was added; NULL is fine. */
void cprof_builder_free(cprof_builder *b);
/* The profile, checked; the builder is freed whether or not it succeeds.  Fails with CPROF_ERR_FORMAT when
 * the parts do not fit together. */
bool cprof_builder_take(cprof_builder *b, cprof_profile **profile, cprof_error *err);

/* The profile as far as it is built: set header fields (types' units, period, time, comments' ids, …)
 * directly; tables are not to be touched. */
cprof_profile *cprof_builder_profile(cprof_builder *b);

bool cprof_builder_string(cprof_builder *b, cprof_slice bytes, cprof_str *id, cprof_error *err);
bool cprof_builder_type(cprof_builder *b, cprof_slice type, cprof_slice unit, cprof_error *err);
bool cprof_builder_comment(cprof_builder *b, cprof_str comment, cprof_error *err);
bool cprof_builder_attribute(cprof_builder *b, cprof_slice name, cprof_slice value, cprof_error *err);
/* mapping->id 0: the next free id. Appends always; *row is its row. */
bool cprof_builder_mapping(cprof_builder *b, const cprof_mapping *mapping, uint32_t *row, cprof_error *err);
bool cprof_builder_function(cprof_builder *b, cprof_str name, cprof_str system_name, cprof_str filename,
                            int64_t start_line, uint32_t *row, cprof_error *err);
/* lines: innermost first. Equal when mapping, address, folded and lines are. */
bool cprof_builder_location(cprof_builder *b, uint32_t mapping, uint64_t address, bool folded,
                            const cprof_line *lines, uint32_t line_count, uint32_t *row, cprof_error *err);
/* The same, but always a row of its own. */
bool cprof_builder_location_append(cprof_builder *b, uint32_t mapping, uint64_t address, bool folded,
                                   const cprof_line *lines, uint32_t line_count, uint32_t *row,
                                   cprof_error *err);
/* frames: location rows, leaf first. */
bool cprof_builder_stack(cprof_builder *b, const uint32_t *frames, uint32_t count, uint32_t *row,
                         cprof_error *err);
/* labels may stand in any order; they are brought into the table's. */
bool cprof_builder_labels(cprof_builder *b, const cprof_label *labels, uint32_t count, uint32_t *row,
                          cprof_error *err);
/* values: type_count of them.  All sample types must be there by the first sample. */
bool cprof_builder_sample(cprof_builder *b, uint32_t stack, uint32_t label_set, const int64_t *values,
                          cprof_error *err);
/* The same, but added to the sample with this stack and label set where there is one.  Sums that leave 64
 * bits stay at the bound and are noted once. */
bool cprof_builder_sample_sum(cprof_builder *b, uint32_t stack, uint32_t label_set, const int64_t *values,
                              cprof_error *err);

/* The sample that was added last, or added to, counts the thing of this number (a goroutine). */
bool cprof_builder_member(cprof_builder *b, uint64_t id, cprof_error *err);

/* For what texts have most: a location with one line of a function, no mapping, no address. */
bool cprof_builder_frame(cprof_builder *b, cprof_slice function, cprof_slice file, int64_t line,
                         uint32_t *row, cprof_error *err);

#endif
