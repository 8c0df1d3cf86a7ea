#include "profile/members.h"

bool cprof_members_put(cprof_profile *p, const cprof_member_list *list, cprof_error *err) {
    uint32_t samples = p->samples.count;
    if (list->count == 0 || list->count > UINT32_MAX)
        return true; /* more than row numbers reach: the profile does without */
    uint32_t *first = cprof_profile_alloc(p, samples + (size_t)1, sizeof *first);
    uint64_t *id = cprof_profile_alloc(p, list->count, sizeof *id);
    if (!first || !id)
        return cprof_error_memory(p->env, err);
    for (size_t i = 0; i < list->count; i++)
        first[list->at[i].sample + 1]++;
    for (uint32_t i = 0; i < samples; i++)
        first[i + 1] += first[i];
    /* first[i] runs through sample i's room, and is put back behind it. */
    for (size_t i = 0; i < list->count; i++)
        id[first[list->at[i].sample]++] = list->at[i].id;
    for (uint32_t i = samples; i > 0; i--)
        first[i] = first[i - 1];
    first[0] = 0;
    p->members = (cprof_members){first, id};
    return true;
}
