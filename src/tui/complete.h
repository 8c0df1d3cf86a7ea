/* What may stand where the cursor is: commands, options and their values, sample types, functions, tags and
 * files. */
#ifndef CPROF_TUI_COMPLETE_H
#define CPROF_TUI_COMPLETE_H

#include "app/session.h"
#include "tui/prompt.h"

/* Offers the prompt what fits in front of its cursor. */
void cprof_complete(cprof_prompt *prompt, const cprof_session *session);

#endif
