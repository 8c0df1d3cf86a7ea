/* What samples count, while a profile grows: see cprof_members. */
#ifndef CPROF_PROFILE_MEMBERS_H
#define CPROF_PROFILE_MEMBERS_H

#include "profile/profile.h"

typedef struct cprof_member {
    uint32_t sample; /* row */
    uint64_t id;
} cprof_member;

typedef CPROF_VEC(cprof_member) cprof_member_list;

/* Gives the profile, whose samples are there, its members: of each sample in the order of the list. */
bool cprof_members_put(cprof_profile *profile, const cprof_member_list *list, cprof_error *err);

#endif
