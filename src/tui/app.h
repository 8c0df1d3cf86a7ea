/* The full-screen program's parts; for the files of this directory. */
#ifndef CPROF_TUI_APP_H
#define CPROF_TUI_APP_H

#include "app/shell.h"
#include "tui/ahead.h"
#include "tui/prompt.h"
#include "tui/screen.h"
#include "tui/view.h"

#include <pthread.h>

enum { CPROF_APP_VIEWS = 32, CPROF_APP_UNDO = 64 };

typedef enum cprof_focus { CPROF_FOCUS_PROMPT, CPROF_FOCUS_VIEW, CPROF_FOCUS_SEARCH } cprof_focus;

/* What the work of the other thread says of itself. */
typedef struct cprof_app_work {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done, ok;
    const char *stage; /* static; NULL: nothing is known */
    uint64_t part, total;
    char note[256]; /* the last remark */
} cprof_app_work;

typedef struct cprof_app {
    cprof_env env;
    atomic_bool stop; /* what is at work, and all that was to follow from the same key */
    cprof_app_work work;
    const cprof_sources *sources;
    cprof_screen *screen;
    cprof_grid grid;
    cprof_session *session;
    cprof_cache *cache;
    cprof_ahead ahead;
    cprof_shell shell;
    cprof_history history;
    cprof_prompt prompt;
    cprof_screen_view views[CPROF_APP_VIEWS]; /* the last one is shown */
    int view_count;
    cprof_focus focus;
    char wanted[128]; /* searched for */
    cprof_settings undo[CPROF_APP_UNDO];
    int undo_count;
    cprof_text mark; /* the name of the row on which the person stood when she marked */
    cprof_text head; /* "File: …  Type: …", of one line */
    cprof_slice head_type;
    bool head_mean;     /* for which it was made */
    cprof_text message; /* of one line */
    bool message_bad;
    CPROF_VEC(cprof_event) queue; /* came while something was at work */
    size_t queue_first;           /* of those that are still to be taken */
    bool away;                    /* another program has the terminal */
    bool quit;
} cprof_app;

/* --- work.c: long work, with the screen alive --- */

bool cprof_app_work_init(cprof_app *app);
void cprof_app_work_deinit(cprof_app *app);
/* Runs step(context, err) in another thread; shows how far it is when it takes longer than a moment, and
 * stops it on Ctrl-C.  What else is typed is kept for later.  While another program has the terminal, nothing
 * is shown and no key is taken.  Once stopped, no other step is begun until the next event is taken. */
bool cprof_app_do(cprof_app *app, bool (*step)(void *context, cprof_error *err), void *context,
                  cprof_error *err);
/* The next event, of those that were kept or of the terminal. */
void cprof_app_next(cprof_app *app, cprof_event *event);
/* The same without waiting; false: there is none yet. */
bool cprof_app_next_at_once(cprof_app *app, cprof_event *event);

/* --- draw.c --- */

void cprof_app_draw(cprof_app *app);
cprof_area cprof_app_view_area(cprof_app *app);
/* Over the message line: a stage, and how far it is (total 0: not known). */
void cprof_app_draw_progress(cprof_app *app, const char *stage, uint64_t part, uint64_t total);

/* --- run.c: lines, and what follows from them --- */

void cprof_app_say(cprof_app *app, bool bad, const char *format, ...) CPROF_PRINTF(3, 4);
void cprof_app_fail(cprof_app *app, const cprof_error *err);
/* Runs a line of the shell's language.  What it sets can be undone. */
void cprof_app_line(cprof_app *app, cprof_slice line);
/* Opens a view on top of the one that is shown, or in its place. */
bool cprof_app_open(cprof_app *app, cprof_view_kind kind, cprof_slice name, bool replace);
/* Shows text, in the place of other text.  command: the line that made it; "": none. */
void cprof_app_open_text(cprof_app *app, cprof_slice title, cprof_slice command, cprof_slice text);
/* Makes the view that is shown anew. */
void cprof_app_reload(cprof_app *app);
void cprof_app_undo(cprof_app *app);
void cprof_app_back(cprof_app *app);
/* Makes the header of what is set. */
bool cprof_app_greet(cprof_app *app, cprof_error *err);
/* The header and the first view. */
bool cprof_app_begin(cprof_app *app, cprof_error *err);
/* The view on top; NULL: none. */
cprof_screen_view *cprof_app_view(cprof_app *app);

/* --- command_line.c: what is set and shown, as text --- */

/* Settings that differ from what they start with, in the order in which they were set, `before` in front of
 * each. */
void cprof_app_put_crumbs(const cprof_app *app, cprof_sink *sink, const char *before);
/* Whether both give each option that can be set at the prompt the same value. */
bool cprof_app_is_set_alike(const cprof_settings *a, const cprof_settings *b);
/* The command line that shows what the view shows. */
void cprof_app_command_line(cprof_app *app, cprof_sink *sink);
/* Puts a line that saves the view into the prompt, and a menu of others. */
void cprof_app_save(cprof_app *app);

/* --- keys.c --- */

/* A key while the view has the focus, or one that the prompt does not know. */
void cprof_app_key(cprof_app *app, const cprof_event *event);
/* Has what the next key may want made ahead for the row under the cursor; false: to be tried again. */
bool cprof_app_prepare(cprof_app *app);
/* The line of keys for the view that is shown. */
void cprof_app_draw_keys(cprof_app *app, cprof_area area);

#endif
