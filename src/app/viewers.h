/* Programs that show files to people. */
#ifndef CPROF_APP_VIEWERS_H
#define CPROF_APP_VIEWERS_H

#include "base/env.h"

/* Lists end with NULL; each entry is a program and its arguments, with spaces between. */
extern const char *const cprof_viewers_web[]; /* and before them what $BROWSER says */
extern const char *const cprof_viewers_eog[],
    *const cprof_viewers_evince[], *const cprof_viewers_gv[], *const cprof_viewers_kcachegrind[];

/* Starts the first of the viewers that there is with the file, and does not wait for it.  No shell is asked.
 * False (and err, which says where the file is) when there is none. */
bool cprof_viewer_start(const char *const *viewers, const char *path, const cprof_env *env, cprof_error *err);

/* "FOLDER/profile.SUFFIX" in a new folder for this person alone; the caller frees it. */
char *cprof_viewer_file(const char *suffix, cprof_error *err);

#endif
