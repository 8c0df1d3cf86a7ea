#include "profile/members.h"

/* size bytes, zeroed, that the profile frees. */
static void *own_block(cprof_profile *p, size_t size, cprof_error *err) {
    void *at = NULL;
    if (p->block_count < CPROF_PROFILE_BLOCKS)
        at = cprof_mem_resize(cprof_env_budget(p->env), NULL, 0, size);
    if (!at) {
        cprof_error_memory(p->env, err);
        return NULL;
    }
    p->blocks[p->block_count++] = (cprof_block){at, size};
    return memset(at, 0, size);
}

bool cprof_members_put(cprof_profile *p, const cprof_member_list *list, cprof_error *err) {
    uint32_t samples = p->samples.count;
    if (list->count == 0 || list->count > UINT32_MAX)
        return true; /* more than row numbers reach: the profile does without */
    uint32_t *first = own_block(p, (samples + (size_t)1) * sizeof *first, err);
    uint64_t *id = own_block(p, list->count * sizeof *id, err);
    if (!first || !id)
        return false;
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
