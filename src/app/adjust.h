/* Changes to a profile that is just loaded and that nobody else has seen yet. */
#ifndef CPROF_APP_ADJUST_H
#define CPROF_APP_ADJUST_H

#include "profile/profile.h"

/* Makes sure that there is a main mapping (all locations lie in it where a profile has none), and puts in its
 * file (NULL: as it is) and its build id (NULL: as it is; only where it has none). */
bool cprof_adjust_main_mapping(cprof_profile *profile, const char *file, cprof_slice build_id,
                               cprof_error *err);
bool cprof_adjust_comment(cprof_profile *profile, cprof_slice comment, cprof_error *err);

#endif
