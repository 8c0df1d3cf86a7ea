/* Tables in order of use. */
#ifndef CPROF_TRANSFORM_ORDER_H
#define CPROF_TRANSFORM_ORDER_H

#include "profile/profile.h"

/* Takes the samples that keep says no to out of a profile that nobody else has seen yet.  It is asked once
 * for each, in order. */
typedef bool cprof_sample_sieve(const cprof_profile *p, uint32_t sample, const void *context);
void cprof_sieve_samples(cprof_profile *p, cprof_sample_sieve *keep, const void *context);

bool cprof_sample_is_zero(const cprof_profile *p, uint32_t sample);

/* Takes samples that are all 0 out of a profile that nobody else has seen yet, and brings stacks, locations,
 * functions and mappings into the order in which the samples that are left lead to them; what none leads to
 * goes, but for the first mapping, which is the program itself.  The profile has no ids of its own. */
bool cprof_order_tables(cprof_profile *p, cprof_error *err);

#endif
