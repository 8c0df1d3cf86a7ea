#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include "tui/screen.h"

#include "base/library.h"
#include "tui/screen_signals.h"

#include <curses.h>

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* As in <term.h>, which makes macros of words like "columns". */
typedef struct term TERMINAL;
int setupterm(const char *name, int fd, int *what);
TERMINAL *set_curterm(TERMINAL *terminal);
int del_curterm(TERMINAL *terminal);

/* curses is loaded when there is a screen: reports do without it. */
/* clang-format off */
#define CURSES_FUNCTIONS(X) \
    X(newterm) X(delscreen) X(endwin) X(newwin) X(wresize) X(raw) X(noecho) X(nonl) \
    X(keypad) X(wtimeout) X(wget_wch) X(waddnwstr) X(wmove) X(wattr_set) X(werase) X(wrefresh) \
    X(clearok) X(start_color) X(use_default_colors) X(init_pair) X(curs_set) X(mousemask) \
    X(mouseinterval) X(getmouse) X(define_key) X(set_escdelay) X(tigetnum) X(tigetstr) X(getmaxx) \
    X(getmaxy) X(ungetch) X(setupterm) X(set_curterm) X(del_curterm)
/* clang-format on */

static struct { CURSES_FUNCTIONS(CPROF_LIBRARY_SLOT) } curses;
static const char *const names[] = {CURSES_FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_NCURSESW_SONAME, names, curses);

struct cprof_screen {
    SCREEN *terminal;
    WINDOW *window;
    int colours;   /* 0: none, 8, or 256 */
    bool is_ansi;  /* it takes ESC [ …, or lets it pass */
    bool is_ascii; /* it shows nothing else */
    uint64_t clicked_at;
    int click_row, click_column;
};

#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

/* --- looks --- */

typedef struct look {
    short ink, ground;           /* with 256 colours; -1: the terminal's own */
    short ink8, ground8;         /* with 8 */
    attr_t style, style8, plain; /* with 256 colours, with 8, without */
} look;

#define PLAIN_FRAME A_NORMAL
static const look looks[CPROF_ROLE_COUNT] = {
    [CPROF_ROLE_NORMAL] = {-1, -1, -1, -1, 0, 0, 0},
    [CPROF_ROLE_HEADER] = {255, 24, COLOR_WHITE, COLOR_BLUE, A_BOLD, A_BOLD, A_REVERSE},
    [CPROF_ROLE_BAR] = {208, -1, COLOR_YELLOW, -1, 0, 0, 0},
    [CPROF_ROLE_HOT] = {203, -1, COLOR_RED, -1, A_BOLD, A_BOLD, A_BOLD},
    [CPROF_ROLE_GROWN] = {203, -1, COLOR_RED, -1, 0, 0, A_BOLD},
    [CPROF_ROLE_SHRUNK] = {75, -1, COLOR_CYAN, -1, 0, 0, A_UNDERLINE},
    [CPROF_ROLE_MATCH] = {16, 220, COLOR_WHITE, COLOR_BLUE, 0, A_BOLD, A_UNDERLINE | A_BOLD},
    [CPROF_ROLE_KEY] = {37, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD, A_BOLD},
    [CPROF_ROLE_DIM] = {245, -1, -1, -1, 0, A_DIM, A_DIM},
    [CPROF_ROLE_BAD] = {203, -1, COLOR_RED, -1, A_BOLD, A_BOLD, A_BOLD},
    [CPROF_ROLE_WARM] = {215, -1, COLOR_YELLOW, -1, 0, 0, 0},
    [CPROF_ROLE_HEADING] = {-1, -1, -1, -1, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE, A_BOLD | A_UNDERLINE},
    [CPROF_ROLE_FRAME_GROWN] = {16, 210, COLOR_BLACK, COLOR_RED, 0, 0, A_BOLD},
    [CPROF_ROLE_FRAME_SHRUNK] = {16, 117, COLOR_BLACK, COLOR_CYAN, 0, 0, A_UNDERLINE},
    [CPROF_ROLE_FRAME_SAME] = {16, 252, COLOR_BLACK, COLOR_WHITE, 0, 0, A_DIM},
    [CPROF_ROLE_FRAME + 0] = {16, 215, COLOR_BLACK, COLOR_YELLOW, 0, 0, PLAIN_FRAME},
    [CPROF_ROLE_FRAME + 1] = {16, 186, COLOR_BLACK, COLOR_GREEN, 0, 0, PLAIN_FRAME},
    [CPROF_ROLE_FRAME + 2] = {16, 152, COLOR_BLACK, COLOR_CYAN, 0, 0, PLAIN_FRAME},
    [CPROF_ROLE_FRAME + 3] = {16, 217, COLOR_BLACK, COLOR_MAGENTA, 0, 0, PLAIN_FRAME},
    [CPROF_ROLE_FRAME + 4] = {16, 229, COLOR_BLACK, COLOR_WHITE, 0, 0, PLAIN_FRAME},
    [CPROF_ROLE_FRAME + 5] = {16, 209, COLOR_BLACK, COLOR_RED, 0, 0, PLAIN_FRAME},
};

static void choose_looks(cprof_screen *s) {
    const char *no_colour = getenv("NO_COLOR");
    int colours = curses.tigetnum("colors");
    /* Where there are more, numbers above 7 stand for red, green and blue and not for places in a table. */
    s->colours = (no_colour && *no_colour) || colours < 8 ? 0 : colours == 256 ? 256 : 8;
    if (!s->colours || curses.start_color() == ERR) {
        s->colours = 0;
        return;
    }
    short own_ink = COLOR_WHITE, own_ground = COLOR_BLACK;
    if (curses.use_default_colors() == OK)
        own_ink = own_ground = -1;
    for (short i = 0; i < CPROF_ROLE_COUNT; i++) {
        short ink = s->colours == 256 ? looks[i].ink : looks[i].ink8;
        short ground = s->colours == 256 ? looks[i].ground : looks[i].ground8;
        curses.init_pair((short)(i + 1), ink < 0 ? own_ink : ink, ground < 0 ? own_ground : ground);
    }
}

static void set_look(cprof_screen *s, const cprof_cell *cell) {
    const look *l = &looks[cell->role];
    attr_t style = s->colours == 256 ? l->style : s->colours ? l->style8 : l->plain;
    if (cell->selected)
        style ^= A_REVERSE;
    curses.wattr_set(s->window, style, s->colours ? (short)(cell->role + 1) : 0, NULL);
}

/* --- start and end --- */

/* What a crash has to write: the terminal's own sequences, without the pauses of old ones. */
static void prepare_restore(const cprof_screen *s) {
    static const char *const wanted[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
    char all[512] = "";
    if (s->is_ansi)
        strcpy(all, "\033[?1000l\033[?1002l\033[?1006l" PASTE_OFF);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const char *text = curses.tigetstr(wanted[i]);
        if (text && text != (const char *)-1 && !strstr(text, "$<"))
            strncat(all, text, sizeof all - strlen(all) - 1);
    }
    cprof_screen_signals_restore(cprof_slice_of(all));
}

/* Of what terminfo has no name for. */
static void send(const cprof_screen *s, const char *sequence) {
    if (s->is_ansi)
        (void)!write(STDOUT_FILENO, sequence, strlen(sequence));
}

enum { PASTE = 0x7000, PASTED, WORD_LEFT, WORD_RIGHT }; /* above the codes that curses has */

static void define_keys(void) {
    static const struct {
        const char *sequence;
        int code;
    } keys[] = {{"\033[200~", PASTE},      {"\033[201~", PASTED},    {"\033[1;3D", WORD_LEFT},
                {"\033[1;3C", WORD_RIGHT}, {"\033[1;5D", WORD_LEFT}, {"\033[1;5C", WORD_RIGHT}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        curses.define_key(keys[i].sequence, keys[i].code);
}

/* Whether the terminal takes UTF-8, as the person says: by the locale that is asked for.  Where none is, it
 * does nowadays; and where it is not installed, its name still tells. */
static bool takes_utf8(void) {
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *asked = NULL;
    for (size_t i = 0; i < sizeof variables / sizeof *variables && !(asked && *asked); i++)
        asked = getenv(variables[i]);
    if (!asked || !*asked)
        return true;
    const char *charset = strchr(asked, '.');
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale)
        return !charset || strncasecmp(charset + 1, "utf", 3) == 0;
    bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

/* curses speaks UTF-8 in any case; of the person's own locale nothing else is taken over. */
static void use_utf8(void) {
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        setlocale(LC_CTYPE, "");
}

static bool window_size(struct winsize *size) {
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0 && size->ws_row > 0 && size->ws_col > 0;
}

/* What the terminal says of its size counts more than LINES and COLUMNS, which may be of another one. */
static void choose_size(void) {
    struct winsize size;
    if (window_size(&size)) {
        unsetenv("LINES");
        unsetenv("COLUMNS");
    }
}

static bool begins_with_bracket(const char *sequence) {
    return sequence && sequence != (const char *)-1 && strncmp(sequence, "\033[", 2) == 0;
}

/* Whether it is described: newterm never frees what it takes for one that is not. */
static bool is_known_terminal(void) {
    int what;
    if (curses.setupterm(NULL, STDOUT_FILENO, &what) != OK)
        return false;
    curses.del_curterm(curses.set_curterm(NULL));
    return true;
}

bool cprof_screen_start(cprof_screen **screen, cprof_error *err) {
    if (!cprof_library_load(&library, err))
        return false;
    cprof_screen *s = calloc(1, sizeof *s);
    if (!s)
        return cprof_error_memory(NULL, err);
    s->is_ascii = !takes_utf8();
    use_utf8();
    cprof_screen_signals_start();
    choose_size();
    s->terminal = is_known_terminal() ? curses.newterm(NULL, stdout, stdin) : NULL;
    s->window = s->terminal ? curses.newwin(0, 0, 0, 0) : NULL;
    if (!s->window) {
        cprof_screen_signals_end();
        free(s);
        const char *term = getenv("TERM");
        return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "unknown terminal \"%.60s\"",
                               term ? term : "");
    }
    s->is_ansi = begins_with_bracket(curses.tigetstr("cup"));
    curses.raw();
    curses.noecho();
    curses.nonl();
    curses.keypad(s->window, TRUE);
    curses.set_escdelay(25);
    define_keys();
    choose_looks(s);
    curses.mouseinterval(0);
    curses.mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    prepare_restore(s);
    send(s, PASTE_ON);
    *screen = s;
    return true;
}

void cprof_screen_leave(cprof_screen *s) {
    cprof_screen_signals_leave(); /* first: from endwin on the terminal's keys send signals */
    send(s, PASTE_OFF);
    curses.endwin();
}

void cprof_screen_return(cprof_screen *s) {
    cprof_screen_signals_return();
    curses.clearok(s->window, TRUE);
    curses.wrefresh(s->window);
    send(s, PASTE_ON);
}

void cprof_screen_end(cprof_screen *s) {
    if (!s)
        return;
    curses.mousemask(0, NULL);
    cprof_screen_leave(s);
    curses.delscreen(s->terminal);
    cprof_screen_signals_end();
    free(s);
}

/* --- output --- */

void cprof_screen_size(const cprof_screen *s, int *rows, int *columns) {
    *rows = curses.getmaxy(s->window);
    *columns = curses.getmaxx(s->window);
}

bool cprof_screen_is_ascii(const cprof_screen *s) {
    return s->is_ascii;
}

/* What curses knows as narrower or wider than the cells, or not at all, would move what follows. */
static wchar_t shown_as(const cprof_cell *cell, bool wide) {
    return wcwidth((wchar_t)cell->text[0]) == 1 + wide ? (wchar_t)cell->text[0] : 0xFFFD;
}

static void show_row(cprof_screen *s, const cprof_cell *cells, int columns) {
    wchar_t text[256];
    int count = 0;
    for (int i = 0; i < columns; i++) {
        const cprof_cell *cell = &cells[i];
        bool wide = i + 1 < columns && cell[1].text[0] == 0;
        if (i == 0 || cell->role != cell[-1].role || cell->selected != cell[-1].selected || count > 250) {
            curses.waddnwstr(s->window, text, count);
            count = 0;
            set_look(s, cell);
        }
        if (cell->text[0] == 0)
            continue;
        text[count++] = shown_as(cell, wide);
        if (wide && text[count - 1] == 0xFFFD)
            text[count++] = 0xFFFD;
        for (int k = 1; k <= CPROF_CELL_MARKS && cell->text[k]; k++)
            if (wcwidth((wchar_t)cell->text[k]) == 0)
                text[count++] = (wchar_t)cell->text[k];
    }
    curses.waddnwstr(s->window, text, count);
}

void cprof_screen_show(cprof_screen *s, const cprof_grid *grid) {
    curses.werase(s->window);
    for (int row = 0; row < grid->rows; row++) {
        curses.wmove(s->window, row, 0);
        show_row(s, grid->cells + (size_t)row * (size_t)grid->columns, grid->columns);
    }
    curses.curs_set(grid->cursor_row >= 0);
    if (grid->cursor_row >= 0)
        curses.wmove(s->window, grid->cursor_row, grid->cursor_column);
    curses.wrefresh(s->window);
}

void cprof_screen_copy(cprof_screen *s, cprof_slice text) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char out[8192] = "\033]52;c;";
    size_t n = strlen(out);
    if (text.len > 6000 || !s->is_ansi)
        return;
    for (size_t i = 0; i < text.len; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < text.len ? (unsigned char)text.ptr[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            out[n++] = i + k > text.len ? '=' : digits[bits >> (18 - 6 * k) & 63];
    }
    out[n++] = '\a';
    (void)!write(STDOUT_FILENO, out, n);
}

/* --- input --- */

uint64_t cprof_screen_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint32_t key_of(int code) {
    static const struct {
        int code;
        uint32_t key;
    } keys[] = {{KEY_UP, CPROF_KEY_UP},
                {KEY_DOWN, CPROF_KEY_DOWN},
                {KEY_LEFT, CPROF_KEY_LEFT},
                {KEY_RIGHT, CPROF_KEY_RIGHT},
                {KEY_HOME, CPROF_KEY_HOME},
                {KEY_END, CPROF_KEY_END},
                {KEY_PPAGE, CPROF_KEY_PAGE_UP},
                {KEY_NPAGE, CPROF_KEY_PAGE_DOWN},
                {KEY_DC, CPROF_KEY_DELETE},
                {KEY_BTAB, CPROF_KEY_BACKTAB},
                {KEY_BACKSPACE, CPROF_KEY_BACKSPACE},
                {KEY_ENTER, CPROF_KEY_ENTER},
                {KEY_RESIZE, CPROF_KEY_RESIZE},
                {KEY_MOUSE, CPROF_KEY_MOUSE},
                {PASTE, CPROF_KEY_PASTE},
                {PASTED, CPROF_KEY_PASTED},
                {WORD_LEFT, CPROF_KEY_ALT + 'b'},
                {WORD_RIGHT, CPROF_KEY_ALT + 'f'}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].code == code)
            return keys[i].key;
    return code > KEY_F0 && code <= KEY_F0 + 12 ? CPROF_KEY_F + (uint32_t)(code - KEY_F0) : CPROF_KEY_NONE;
}

static bool read_mouse(cprof_screen *s, cprof_event *event) {
    MEVENT mouse;
    if (curses.getmouse(&mouse) == ERR)
        return false;
    event->row = mouse.y;
    event->column = mouse.x;
    event->click = mouse.bstate & BUTTON4_PRESSED   ? CPROF_WHEEL_UP
                   : mouse.bstate & BUTTON5_PRESSED ? CPROF_WHEEL_DOWN
                                                    : CPROF_CLICK;
    if (event->click != CPROF_CLICK)
        return true;
    uint64_t now = cprof_screen_now();
    if (now - s->clicked_at < 400 && s->click_row == mouse.y && s->click_column == mouse.x) {
        event->click = CPROF_CLICK_TWICE;
        now = 0;
    }
    s->clicked_at = now;
    s->click_row = mouse.y;
    s->click_column = mouse.x;
    return true;
}

/* The key behind Escape, which makes it Alt; a key by itself where none came with it. */
static uint32_t read_alt(cprof_screen *s) {
    wint_t c;
    int kind = curses.wget_wch(s->window, &c);
    if (kind == KEY_CODE_YES && (c == KEY_RESIZE || c == KEY_MOUSE)) {
        curses.ungetch((int)c); /* no key: it comes next */
        return CPROF_KEY_ESCAPE;
    }
    if (kind == ERR || (kind != KEY_CODE_YES && c == CPROF_KEY_ESCAPE))
        return CPROF_KEY_ESCAPE;
    return CPROF_KEY_ALT + (kind == KEY_CODE_YES ? key_of((int)c) : (uint32_t)c);
}

/* What curses has for us at once; false: nothing. */
static bool read_key(cprof_screen *s, cprof_event *event) {
    wint_t c;
    curses.wtimeout(s->window, 0);
    int kind = curses.wget_wch(s->window, &c);
    if (kind == ERR)
        return false;
    event->key = kind == KEY_CODE_YES ? key_of((int)c) : c == '\n' ? CPROF_KEY_ENTER : (uint32_t)c;
    if (kind != KEY_CODE_YES && c == CPROF_KEY_ESCAPE)
        event->key = read_alt(s);
    if (event->key == 8)
        event->key = CPROF_KEY_BACKSPACE;
    if (event->key == CPROF_KEY_RESIZE) {
        struct winsize size;
        if (window_size(&size))
            curses.wresize(s->window, size.ws_row, size.ws_col); /* curses itself knows already */
        curses.clearok(s->window, TRUE);                         /* terminals differ in what they keep */
    }
    if (event->key == CPROF_KEY_MOUSE)
        return read_mouse(s, event);
    return event->key != CPROF_KEY_NONE;
}

/* Its size may have changed meanwhile. */
static uint32_t stop(cprof_screen *s) {
    cprof_screen_leave(s);
    raise(SIGTSTP);
    cprof_screen_return(s);
    (void)cprof_screen_continued();
    return CPROF_KEY_RESIZE;
}

/* Stopped by a signal that cannot be caught: the shell has set the terminal as it likes it. */
static uint32_t go_on(cprof_screen *s) {
    cprof_screen_leave(s);
    cprof_screen_return(s);
    return CPROF_KEY_RESIZE;
}

bool cprof_screen_alarm(cprof_event *event) {
    *event = (cprof_event){.key = CPROF_KEY_NONE};
    if (cprof_screen_signal())
        event->key = CPROF_KEY_QUIT;
    else if (cprof_screen_interrupted())
        event->key = CPROF_KEY_CTRL('C');
    return event->key != CPROF_KEY_NONE;
}

bool cprof_screen_wait(cprof_screen *s, int milliseconds, cprof_event *event) {
    uint64_t end = cprof_screen_now() + (uint64_t)(milliseconds < 0 ? 0 : milliseconds);
    for (;;) {
        if (cprof_screen_alarm(event))
            return true;
        if (cprof_screen_stop_wanted())
            event->key = stop(s);
        else if (cprof_screen_continued())
            event->key = go_on(s);
        else if (read_key(s, event) && event->key == CPROF_KEY_CTRL('Z'))
            event->key = stop(s);
        if (event->key != CPROF_KEY_NONE)
            return true;
        uint64_t now = cprof_screen_now();
        if (milliseconds >= 0 && now >= end)
            return false;
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int left = milliseconds < 0 ? 1000 : (int)(end - now);
        if (poll(&input, 1, left) == 1 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)))
            cprof_screen_signals_hang_up(); /* where SIGHUP is ignored, too, nobody is there any more */
    }
}
