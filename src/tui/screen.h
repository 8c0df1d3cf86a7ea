/* The terminal, through curses: shows grids, waits for keys, and is left as it was found, however the program
 * ends.  There is one at a time: signals belong to the process.
 */
#ifndef CPROF_TUI_SCREEN_H
#define CPROF_TUI_SCREEN_H

#include "tui/grid.h"
#include "tui/keys.h"

typedef struct cprof_screen cprof_screen;

/* False (and err) where curses does not know the terminal.  Then nothing has been changed. */
bool cprof_screen_start(cprof_screen **screen, cprof_error *err);
/* Gives the terminal and the signals back. */
void cprof_screen_end(cprof_screen *screen); /* NULL is fine */

void cprof_screen_size(const cprof_screen *screen, int *rows, int *columns);
/* It takes no UTF-8: grids are to be made ASCII before they are shown (cprof_grid_to_ascii). */
bool cprof_screen_is_ascii(const cprof_screen *screen);
void cprof_screen_show(cprof_screen *screen, const cprof_grid *grid);

/* The next event, at the latest after so many milliseconds (-1: as long as it takes); false: there was none.
 * Ctrl-C is a key; stopping and going on again is done here. */
bool cprof_screen_wait(cprof_screen *screen, int milliseconds, cprof_event *event);

/* The same without looking at keys, and without waiting: while the terminal is another program's. */
bool cprof_screen_alarm(cprof_event *event);

uint64_t cprof_screen_now(void); /* milliseconds since whenever */

/* The signal that wants the program to end; 0: none has. */
int cprof_screen_signal(void);

/* For another program that is to use the terminal in between. */
void cprof_screen_leave(cprof_screen *screen);
void cprof_screen_return(cprof_screen *screen);

/* Puts text into the clipboard of terminals that take it (OSC 52). */
void cprof_screen_copy(cprof_screen *screen, cprof_slice text);

#endif
