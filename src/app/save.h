/* Copies of profiles that were fetched: what a process showed once it may never show again. */
#ifndef CPROF_APP_SAVE_H
#define CPROF_APP_SAVE_H

#include "app/session.h"

/* Writes the session's profile to FOLDER/pprof.BINARY.TYPE….NNN.pb.gz, in the first of the folders that can
 * be used (it is made where it is missing), and notes where.  folders ends with NULL; empty ones are passed
 * over. */
bool cprof_session_save(cprof_session *session, const char *const *folders, cprof_error *err);

#endif
