/* The full-screen program. */
#ifndef CPROF_TUI_TUI_H
#define CPROF_TUI_TUI_H

#include "app/session.h"

/* Loads the sources and talks to a person until she leaves; *status is the exit status then.  loaded is
 * called with the session before anything is shown (NULL: nothing is).  False (and err) when the profiles
 * cannot be read, or (CPROF_ERR_UNSUPPORTED, nothing was tried) when the terminal is of no use. */
__attribute__((visibility("default"))) bool cprof_tui_run(const cprof_sources *sources,
                                                          const cprof_settings *settings,
                                                          cprof_budget *budget,
                                                          void (*loaded)(cprof_session *session), int *status,
                                                          cprof_error *err);

#endif
