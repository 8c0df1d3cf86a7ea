/* The line that is typed: editing, history, and the menu of completions.  Knows nothing of terminals. */
#ifndef CPROF_TUI_PROMPT_H
#define CPROF_TUI_PROMPT_H

#include "tui/grid.h"
#include "tui/history.h"
#include "tui/keys.h"

typedef struct cprof_text {
    char *at;
    size_t count, capacity; /* bytes; a vector */
} cprof_text;

typedef struct cprof_prompt {
    const cprof_env *env;
    cprof_history *history; /* borrowed */
    cprof_text text;        /* UTF-8 */
    size_t at;              /* the cursor: a byte of the text */
    cprof_text killed;      /* what Ctrl-Y brings back */
    cprof_text kept;        /* the line that was typed before history was looked at */
    size_t shown;           /* row of the history that is shown; its count: none */
    cprof_text wanted;      /* what Ctrl-R looks for */
    bool searching, pasting;
    /* The menu: what may stand for text[from .. at). */
    cprof_arena menu_memory;
    CPROF_VEC(cprof_slice) menu;
    size_t from, chosen; /* chosen: row of the menu; its count: none yet */
} cprof_prompt;

typedef enum cprof_prompt_answer {
    CPROF_PROMPT_DONE,     /* it was for the prompt */
    CPROF_PROMPT_ENTER,    /* the line is to be run */
    CPROF_PROMPT_COMPLETE, /* candidates are wanted: cprof_prompt_offer */
    CPROF_PROMPT_END,      /* Ctrl-D on an empty line */
    CPROF_PROMPT_OTHER     /* it was not for the prompt */
} cprof_prompt_answer;

void cprof_prompt_init(cprof_prompt *prompt, cprof_history *history, const cprof_env *env);
void cprof_prompt_deinit(cprof_prompt *prompt);

cprof_prompt_answer cprof_prompt_key(cprof_prompt *prompt, uint32_t key);
cprof_slice cprof_prompt_line(const cprof_prompt *prompt); /* borrowed until the next key */
void cprof_prompt_set(cprof_prompt *prompt, cprof_slice line);
/* Puts the line into the history and starts an empty one. */
void cprof_prompt_accept(cprof_prompt *prompt);

/* Candidates for what stands from byte `from` up to the cursor, in the order in which they are shown; they
 * are copied.  One is put in; of several what they begin with, and the menu is there. */
void cprof_prompt_offer(cprof_prompt *prompt, size_t from, const cprof_slice *candidates, size_t count);

/* One row; places the grid's cursor when it has the focus. */
void cprof_prompt_draw(const cprof_prompt *prompt, cprof_area area, bool focus);
/* The menu, at the bottom of the area. */
void cprof_prompt_draw_menu(const cprof_prompt *prompt, cprof_area area);

#endif
