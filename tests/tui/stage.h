/* What tests of views play on: files in a folder of their own, a session, a cache, a grid and a view. */
#ifndef CPROF_TESTS_TUI_STAGE_H
#define CPROF_TESTS_TUI_STAGE_H

#include "support.h"

#include "tui/view.h"

/* main calls a (30 itself, 50 in its callee c) and b (20). */
#define STAGE_FOLDED "main;a 30\nmain;a;c 50\nmain;b 20\n"

typedef struct cprof_stage {
    char folder[32];
    cprof_budget budget; /* counts all that the session needs */
    cprof_env env;
    cprof_settings settings;
    cprof_session *session;
    cprof_cache *cache;
    cprof_grid grid;
    cprof_screen_view view;
} cprof_stage;

extern cprof_stage stage; /* a test program has one */

/* Makes the folder; takes it away with all that is left.  Not 0: it could not, or memory was not given back.
 */
int stage_start(void **state);
int stage_end(void **state);

/* Writes the file into the folder; its path, until stage_end. */
const char *stage_file(const char *name, const char *text);

/* A session of the text, less the base's (NULL: none), with settings as they are preset; and a cache. */
void stage_load(const char *text, const char *base);
void stage_unload(void);

/* A view of the kind; fails the test when there is none. */
void stage_open(cprof_view_kind kind, const char *name);
int stage_close(void **state);

void stage_draw(int rows, int columns);
/* Draws the view into so many cells, and compares. */
void stage_shows(int rows, int columns, const char *expected);
/* The row under the cursor is called so. */
void stage_at(const char *name);

#endif
