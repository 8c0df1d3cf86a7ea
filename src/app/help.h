/* Help, made of the tables. */
#ifndef CPROF_APP_HELP_H
#define CPROF_APP_HELP_H

#include "app/session.h"

/* One screen, by example. */
void cprof_help_screen(cprof_sink *sink);
/* About a command, an option or one of its choices; "commands", "options": all of them.  in_shell: options
 * are written NAME=VALUE.  False (and err) for what is neither. */
bool cprof_help_topic(cprof_sink *sink, cprof_slice topic, bool in_shell, cprof_error *err);
/* What can be typed in the shell. */
void cprof_help_shell(cprof_sink *sink);
/* Every option of the shell as it stands; profile may be NULL. */
void cprof_help_settings(cprof_sink *sink, const cprof_settings *settings, const cprof_profile *profile);
/* Version, and the libraries built in with theirs. */
void cprof_help_version(cprof_sink *sink);

/* For a shell to source; false for a shell that is not known. */
bool cprof_completion(cprof_sink *sink, cprof_slice shell, cprof_error *err);

/* Sections of the manual, as man(7) text. */
void cprof_manual_commands(cprof_sink *sink);
void cprof_manual_options(cprof_sink *sink);

#endif
