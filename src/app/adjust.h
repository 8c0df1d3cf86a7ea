/* Changes to a profile that is just loaded and that nobody else has seen yet. */
#ifndef CPROF_APP_ADJUST_H
#define CPROF_APP_ADJUST_H

#include "profile/profile.h"

/* One comment more. */
bool cprof_adjust_comment(cprof_profile *profile, cprof_slice comment, cprof_error *err);

#endif
