#include "tui/prompt.h"

#include "base/utf8.h"

void cprof_prompt_init(cprof_prompt *p, cprof_history *history, const cprof_env *env) {
    *p = (cprof_prompt){.env = env, .history = history, .shown = history->lines.count};
    cprof_arena_init(&p->menu_memory, cprof_env_budget(env));
}

static void close_menu(cprof_prompt *p) {
    cprof_vec_free(p->env, &p->menu);
    cprof_arena_deinit(&p->menu_memory);
    cprof_arena_init(&p->menu_memory, cprof_env_budget(p->env));
}

void cprof_prompt_deinit(cprof_prompt *p) {
    close_menu(p);
    cprof_vec_free(p->env, &p->text);
    cprof_vec_free(p->env, &p->killed);
    cprof_vec_free(p->env, &p->kept);
    cprof_vec_free(p->env, &p->wanted);
}

/* --- the text --- */

cprof_slice cprof_prompt_line(const cprof_prompt *p) {
    return (cprof_slice){p->text.at ? p->text.at : "", p->text.count};
}

static void set_text(const cprof_env *env, cprof_text *to, cprof_slice s) {
    to->count = 0;
    (void)cprof_vec_append(env, to, s.ptr, s.len); /* without memory the line stays empty */
}

void cprof_prompt_set(cprof_prompt *p, cprof_slice line) {
    close_menu(p);
    set_text(p->env, &p->text, line);
    p->at = p->text.count;
}

static void insert(cprof_prompt *p, cprof_slice s) {
    if (s.len == 0 || !cprof_vec_reserve(p->env, &p->text, s.len))
        return;
    memmove(p->text.at + p->at + s.len, p->text.at + p->at, p->text.count - p->at);
    memcpy(p->text.at + p->at, s.ptr, s.len);
    p->text.count += s.len;
    p->at += s.len;
}

/* Takes a part of the text out; *into, when not NULL, gets it. */
static void erase(cprof_prompt *p, size_t from, size_t to, cprof_text *into) {
    if (from >= to)
        return;
    if (into)
        set_text(p->env, into, (cprof_slice){p->text.at + from, to - from});
    memmove(p->text.at + from, p->text.at + to, p->text.count - to);
    p->text.count -= to - from;
    p->at = from;
}

static uint32_t decode(const cprof_prompt *p, size_t at, size_t *next) {
    uint32_t c;
    *next = at + cprof_utf8_decode((cprof_slice){p->text.at + at, p->text.count - at}, &c);
    return c;
}

/* The next (the former) place where the cursor may be: a mark stays with its character. */
static size_t right_of(const cprof_prompt *p, size_t at) {
    size_t next;
    if (at >= p->text.count)
        return at;
    decode(p, at, &at);
    while (at < p->text.count && cprof_utf8_width(decode(p, at, &next)) == 0)
        at = next;
    return at;
}

static size_t left_of(const cprof_prompt *p, size_t at) {
    size_t place = 0, next;
    while ((next = right_of(p, place)) < at)
        place = next;
    return place;
}

static bool is_word(const cprof_prompt *p, size_t at) {
    unsigned char c = (unsigned char)p->text.at[at];
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t word_right(const cprof_prompt *p) {
    size_t at = p->at;
    while (at < p->text.count && !is_word(p, at))
        at++;
    while (at < p->text.count && is_word(p, at))
        at++;
    return at;
}

static size_t word_left(const cprof_prompt *p) {
    size_t at = p->at;
    while (at > 0 && !is_word(p, at - 1))
        at--;
    while (at > 0 && is_word(p, at - 1))
        at--;
    return at;
}

static size_t argument_left(const cprof_prompt *p) {
    size_t at = p->at;
    while (at > 0 && p->text.at[at - 1] == ' ')
        at--;
    while (at > 0 && p->text.at[at - 1] != ' ')
        at--;
    return at;
}

/* --- history --- */

static void show_history(cprof_prompt *p, size_t row) {
    if (p->shown == p->history->lines.count)
        set_text(p->env, &p->kept, cprof_prompt_line(p));
    p->shown = row;
    cprof_slice kept = {p->kept.at ? p->kept.at : "", p->kept.count};
    cprof_prompt_set(p, row < p->history->lines.count ? p->history->lines.at[row] : kept);
}

static void step_history(cprof_prompt *p, int step) {
    if (step < 0 ? p->shown > 0 : p->shown < p->history->lines.count)
        show_history(p, step < 0 ? p->shown - 1 : p->shown + 1);
}

void cprof_prompt_accept(cprof_prompt *p) {
    cprof_history_add(p->history, cprof_slice_trim(cprof_prompt_line(p)));
    p->shown = p->history->lines.count;
    p->searching = false;
    cprof_prompt_set(p, CPROF_SLICE(""));
}

static void search(cprof_prompt *p, size_t before) {
    cprof_slice wanted = {p->wanted.at ? p->wanted.at : "", p->wanted.count};
    size_t row = cprof_history_find(p->history, before, wanted);
    if (row < p->history->lines.count && row != before)
        show_history(p, row);
}

/* Keys while Ctrl-R is on; false: the search is over, and the key is to be taken as ever. */
static bool search_key(cprof_prompt *p, uint32_t key) {
    char bytes[4];
    if (key == CPROF_KEY_CTRL('R')) {
        search(p, p->shown);
    } else if (key == CPROF_KEY_BACKSPACE || key == CPROF_KEY_CTRL('H')) {
        while (p->wanted.count && ((unsigned char)p->wanted.at[--p->wanted.count] & 0xC0) == 0x80)
            continue;
        search(p, p->history->lines.count);
    } else if (key == CPROF_KEY_CTRL('G') || key == CPROF_KEY_CTRL('C')) {
        p->searching = false;
        show_history(p, p->history->lines.count);
    } else if (key >= 32 && key < CPROF_KEY_NONE) {
        (void)cprof_vec_append(p->env, &p->wanted, bytes, cprof_utf8_encode(key, bytes));
        search(p, p->shown + 1 < p->history->lines.count ? p->shown + 1 : p->history->lines.count);
    } else {
        p->searching = false;
        return key == CPROF_KEY_ESCAPE;
    }
    return true;
}

/* --- the menu --- */

static size_t common_start(const cprof_slice *candidates, size_t count) {
    size_t n = candidates[0].len;
    for (size_t i = 1; i < count; i++) {
        size_t k = 0;
        while (k < n && k < candidates[i].len && candidates[i].ptr[k] == candidates[0].ptr[k])
            k++;
        n = k;
    }
    while (n > 0 && n < candidates[0].len && ((unsigned char)candidates[0].ptr[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    return n;
}

static void replace(cprof_prompt *p, cprof_slice with) {
    erase(p, p->from, p->at, NULL);
    p->at = p->from;
    insert(p, with);
}

void cprof_prompt_offer(cprof_prompt *p, size_t from, const cprof_slice *candidates, size_t count) {
    close_menu(p);
    p->from = from;
    if (count == 0)
        return;
    if (count == 1) {
        replace(p, candidates[0]);
        char last = candidates[0].len ? candidates[0].ptr[candidates[0].len - 1] : ' ';
        if (p->at == p->text.count && last != '=' && last != '/')
            insert(p, CPROF_SLICE(" "));
        return;
    }
    size_t common = common_start(candidates, count);
    if (common > p->at - p->from)
        replace(p, cprof_slice_sub(candidates[0], 0, common));
    for (size_t i = 0; i < count; i++) {
        cprof_slice copy = cprof_arena_copy(&p->menu_memory, candidates[i]);
        if (!copy.ptr || !cprof_vec_push(p->env, &p->menu, copy))
            break;
    }
    p->chosen = p->menu.count;
}

/* Keys while the menu is there; false: it is gone, and the key is to be taken as ever. */
static bool menu_key(cprof_prompt *p, uint32_t key) {
    size_t n = p->menu.count;
    if (key == CPROF_KEY_TAB || key == CPROF_KEY_DOWN)
        p->chosen = p->chosen + 1 < n ? p->chosen + 1 : 0;
    else if (key == CPROF_KEY_BACKTAB || key == CPROF_KEY_UP)
        p->chosen = p->chosen > 0 && p->chosen < n ? p->chosen - 1 : n - 1;
    else if (key == CPROF_KEY_ENTER && p->chosen < n) {
        close_menu(p); /* it stands in the line already */
        return true;
    } else {
        close_menu(p);
        return key == CPROF_KEY_ESCAPE;
    }
    replace(p, p->menu.at[p->chosen]);
    return true;
}

/* --- keys --- */

static bool move_key(cprof_prompt *p, uint32_t key) {
    switch (key) {
    case CPROF_KEY_CTRL('A'):
    case CPROF_KEY_HOME:
        p->at = 0;
        return true;
    case CPROF_KEY_CTRL('E'):
    case CPROF_KEY_END:
        p->at = p->text.count;
        return true;
    case CPROF_KEY_CTRL('F'):
    case CPROF_KEY_RIGHT:
        p->at = right_of(p, p->at);
        return true;
    case CPROF_KEY_CTRL('B'):
    case CPROF_KEY_LEFT:
        p->at = left_of(p, p->at);
        return true;
    case CPROF_KEY_ALT + 'f':
    case CPROF_KEY_ALT + CPROF_KEY_RIGHT:
        p->at = word_right(p);
        return true;
    case CPROF_KEY_ALT + 'b':
    case CPROF_KEY_ALT + CPROF_KEY_LEFT:
        p->at = word_left(p);
        return true;
    }
    return false;
}

static bool erase_key(cprof_prompt *p, uint32_t key) {
    switch (key) {
    case CPROF_KEY_BACKSPACE:
    case CPROF_KEY_CTRL('H'):
        erase(p, left_of(p, p->at), p->at, NULL);
        return true;
    case CPROF_KEY_CTRL('D'):
    case CPROF_KEY_DELETE:
        erase(p, p->at, right_of(p, p->at), NULL);
        return true;
    case CPROF_KEY_CTRL('K'):
        erase(p, p->at, p->text.count, &p->killed);
        return true;
    case CPROF_KEY_CTRL('U'):
        erase(p, 0, p->at, &p->killed);
        return true;
    case CPROF_KEY_CTRL('W'):
        erase(p, argument_left(p), p->at, &p->killed);
        return true;
    case CPROF_KEY_ALT + 'd':
        erase(p, p->at, word_right(p), &p->killed);
        return true;
    case CPROF_KEY_ALT + CPROF_KEY_BACKSPACE:
        erase(p, word_left(p), p->at, &p->killed);
        return true;
    case CPROF_KEY_CTRL('Y'):
        insert(p, (cprof_slice){p->killed.at, p->killed.count});
        return true;
    }
    return false;
}

static cprof_prompt_answer other_key(cprof_prompt *p, uint32_t key) {
    switch (key) {
    case CPROF_KEY_ENTER:
    case '\n':
        return CPROF_PROMPT_ENTER;
    case CPROF_KEY_TAB:
        return CPROF_PROMPT_COMPLETE;
    case CPROF_KEY_UP:
    case CPROF_KEY_CTRL('P'):
        step_history(p, -1);
        return CPROF_PROMPT_DONE;
    case CPROF_KEY_DOWN:
    case CPROF_KEY_CTRL('N'):
        step_history(p, 1);
        return CPROF_PROMPT_DONE;
    case CPROF_KEY_CTRL('R'):
        p->searching = true;
        p->wanted.count = 0;
        return CPROF_PROMPT_DONE;
    case CPROF_KEY_CTRL('C'):
        cprof_prompt_set(p, CPROF_SLICE(""));
        p->shown = p->history->lines.count;
        return CPROF_PROMPT_DONE;
    case CPROF_KEY_PASTE:
    case CPROF_KEY_PASTED:
        p->pasting = key == CPROF_KEY_PASTE;
        return CPROF_PROMPT_DONE;
    }
    return CPROF_PROMPT_OTHER;
}

cprof_prompt_answer cprof_prompt_key(cprof_prompt *p, uint32_t key) {
    char bytes[4];
    if (p->pasting && key == CPROF_KEY_TAB)
        key = ' ';
    if (p->menu.count && menu_key(p, key))
        return CPROF_PROMPT_DONE;
    if (p->searching && search_key(p, key))
        return CPROF_PROMPT_DONE;
    if (key == CPROF_KEY_CTRL('D') && p->text.count == 0)
        return CPROF_PROMPT_END;
    if (move_key(p, key) || erase_key(p, key))
        return CPROF_PROMPT_DONE;
    if (key >= 32 && key < CPROF_KEY_NONE && !cprof_utf8_is_control(key)) {
        insert(p, (cprof_slice){bytes, cprof_utf8_encode(key, bytes)});
        return CPROF_PROMPT_DONE;
    }
    return other_key(p, key);
}

/* --- drawing --- */

/* A long line is moved to the left until the cursor shows: the byte from which on it is drawn. */
static size_t drawn_from(const cprof_prompt *p, int room) {
    size_t from = p->at, next;
    int columns = 0;
    while (from > 0) {
        size_t start = from - 1;
        while (start > 0 && from - start < 4 && ((unsigned char)p->text.at[start] & 0xC0) == 0x80)
            start--;
        columns += cprof_text_columns((cprof_slice){p->text.at + start, from - start});
        if (columns > room)
            break;
        from = start;
    }
    while (from > 0 && from < p->at && cprof_utf8_width(decode(p, from, &next)) == 0)
        from = next; /* a mark goes with its character */
    return from;
}

void cprof_prompt_draw(const cprof_prompt *p, cprof_area area, bool focus) {
    int column = 0;
    if (p->searching) {
        column = cprof_area_puts(area, 0, column, CPROF_ROLE_KEY, "(search) ");
        cprof_slice wanted = {p->wanted.at ? p->wanted.at : "", p->wanted.count};
        column = cprof_area_put(area, 0, column, CPROF_ROLE_MATCH, wanted);
        column = cprof_area_puts(area, 0, column, CPROF_ROLE_NORMAL, ": ");
    } else {
        column = cprof_area_puts(area, 0, column, focus ? CPROF_ROLE_KEY : CPROF_ROLE_DIM, "(cprof) ");
    }
    size_t from = drawn_from(p, area.columns - column - 1);
    cprof_slice line = cprof_prompt_line(p);
    cprof_area_put(area, 0, column, CPROF_ROLE_NORMAL, cprof_slice_sub(line, from, line.len));
    if (focus) {
        int at = column + cprof_text_columns(cprof_slice_sub(line, from, p->at));
        area.grid->cursor_row = area.row;
        area.grid->cursor_column = area.column + (at < area.columns ? at : area.columns - 1);
    }
}

void cprof_prompt_draw_menu(const cprof_prompt *p, cprof_area area) {
    int width = 0, count = (int)p->menu.count;
    if (count == 0 || area.rows == 0)
        return;
    for (int i = 0; i < count; i++) {
        int columns = cprof_text_columns(p->menu.at[i]);
        width = columns > width ? columns : width;
    }
    width = width + 2 > area.columns ? area.columns : width + 2;
    int across = area.columns / width, rows = (count + across - 1) / across;
    int shown = rows < area.rows ? rows : area.rows;
    int chosen = p->chosen < p->menu.count ? (int)p->chosen / across : 0;
    int first = chosen >= shown ? chosen - shown + 1 : 0;
    for (int row = 0; row < shown; row++) {
        int at = area.rows - shown + row;
        cprof_area line = cprof_area_sub(area, at, 0, 1, area.columns);
        for (int i = 0; i < area.columns; i++)
            cprof_area_puts(line, 0, i, CPROF_ROLE_DIM, " ");
        for (int k = 0; k < across && (first + row) * across + k < count; k++) {
            int i = (first + row) * across + k;
            cprof_area cell = cprof_area_sub(line, 0, k * width, 1, width - 1);
            cprof_area_put(cell, 0, 1, CPROF_ROLE_KEY, p->menu.at[i]);
            if ((size_t)i == p->chosen)
                cprof_area_select(cell, 0, 0, width - 1);
        }
    }
}
