/* Signals: Ctrl-C asks the work to stop, a second one ends the program. */
#ifndef CPROF_CLI_SIGNALS_H
#define CPROF_CLI_SIGNALS_H

#include <stdatomic.h>
#include <stdbool.h>

/* Catches SIGINT, SIGTERM and SIGHUP, ignores SIGPIPE and SIGXFSZ (a closed pipe and a file
 * that may not grow are errors of write).  SIGBUS, which a
 * mapped file raises when another program cuts it off, ends the program in one line. */
void cprof_signals_init(void);
/* The file that this line is to name: escaped for a terminal. */
void cprof_signals_reading(const char *name);
/* Set by the first of them. */
const atomic_bool *cprof_signals_stop(void);
/* Which one it was; 0: none. */
int cprof_signals_caught(void);
/* Ready for the next one. */
void cprof_signals_rearm(void);

#endif
