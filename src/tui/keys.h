/* What comes in from the terminal: characters, and keys that are none. */
#ifndef CPROF_TUI_KEYS_H
#define CPROF_TUI_KEYS_H

#include <stdint.h>

/* A key is a code point, or one of these; or either with CPROF_KEY_ALT added. */
enum {
    CPROF_KEY_NONE = 0x110000,
    CPROF_KEY_UP,
    CPROF_KEY_DOWN,
    CPROF_KEY_LEFT,
    CPROF_KEY_RIGHT,
    CPROF_KEY_HOME,
    CPROF_KEY_END,
    CPROF_KEY_PAGE_UP,
    CPROF_KEY_PAGE_DOWN,
    CPROF_KEY_DELETE,
    CPROF_KEY_BACKTAB,
    CPROF_KEY_RESIZE, /* the terminal has another size */
    CPROF_KEY_MOUSE,  /* the event's row, column and click say more */
    CPROF_KEY_PASTE,  /* what comes until CPROF_KEY_PASTED was pasted */
    CPROF_KEY_PASTED,
    CPROF_KEY_QUIT, /* a signal wants the program to end */
    CPROF_KEY_F,    /* F1 is CPROF_KEY_F + 1 */
    CPROF_KEY_ALT = 0x1000000
};

#define CPROF_KEY_CTRL(letter) ((uint32_t)(letter)&31)

enum { CPROF_KEY_ENTER = 13, CPROF_KEY_TAB = 9, CPROF_KEY_ESCAPE = 27, CPROF_KEY_BACKSPACE = 127 };

typedef enum cprof_click {
    CPROF_CLICK_NONE,
    CPROF_CLICK,
    CPROF_CLICK_TWICE,
    CPROF_WHEEL_UP,
    CPROF_WHEEL_DOWN
} cprof_click;

typedef struct cprof_event {
    uint32_t key;
    int row, column; /* of the mouse */
    cprof_click click;
} cprof_event;

#endif
