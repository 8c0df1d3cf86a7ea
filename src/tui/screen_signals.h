/* Signals while the screen is there. */
#ifndef CPROF_TUI_SCREEN_SIGNALS_H
#define CPROF_TUI_SCREEN_SIGNALS_H

#include "base/slice.h"

/* Saves how the terminal is set, and catches what ends, stops or breaks the program. */
void cprof_screen_signals_start(void);
/* What a crash writes to bring the terminal back; copied. */
void cprof_screen_signals_restore(cprof_slice sequences);
void cprof_screen_signals_end(void);

/* Whether each has come since the last question. */
bool cprof_screen_interrupted(void);
bool cprof_screen_stop_wanted(void);
bool cprof_screen_continued(void);
/* As if SIGHUP had come. */
void cprof_screen_signals_hang_up(void);
/* While the terminal is not ours, a signal to stop stops at once, with whatever program has the terminal. */
void cprof_screen_signals_leave(void);
void cprof_screen_signals_return(void);

#endif
