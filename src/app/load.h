/* From the names of sources to one profile. */
#ifndef CPROF_APP_LOAD_H
#define CPROF_APP_LOAD_H

#include "app/session.h"

/* Sources read and merged, bases subtracted, names made readable.  *profile is the caller's.
 * *is_fetched: a source came over the net.  As cprof_session_new; drop_frames and keep_frames have not been
 * followed yet. */
bool cprof_load(const cprof_sources *sources, const cprof_settings *settings, const cprof_env *env,
                cprof_profile **profile, bool *is_fetched, cprof_error *err);

/* One source as it is written, for a look at it. */
bool cprof_load_one(const char *path, const cprof_env *env, cprof_profile **profile, cprof_error *err);

/* "message (at byte N)": what to tell people about an error, with its place. */
enum { CPROF_ERROR_TEXT_MAX = 560 };
const char *cprof_error_text(const cprof_error *err, char buffer[CPROF_ERROR_TEXT_MAX]);

#endif
