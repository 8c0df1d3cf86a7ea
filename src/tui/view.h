/* A view: rows with a cursor, drawn into an area.  It knows keys that move, open, fold and search; what
 * changes the report is the application's.
 */
#ifndef CPROF_TUI_VIEW_H
#define CPROF_TUI_VIEW_H

#include "tui/cache.h"
#include "tui/grid.h"
#include "tui/keys.h"

typedef enum cprof_view_kind {
    CPROF_VIEW_TOP,
    CPROF_VIEW_FUNCTION,
    CPROF_VIEW_TREE,
    CPROF_VIEW_FLAME,
    CPROF_VIEW_SOURCE,
    CPROF_VIEW_DISASM,
    CPROF_VIEW_TAGS,
    CPROF_VIEW_TRACES,
    CPROF_VIEW_GOROUTINES,
    CPROF_VIEW_COMPARE,
    CPROF_VIEW_TEXT,
    CPROF_VIEW_KINDS
} cprof_view_kind;

extern const char *const cprof_view_names[CPROF_VIEW_KINDS];

typedef enum cprof_order { CPROF_ORDER_FLAT, CPROF_ORDER_CUM, CPROF_ORDER_NAME, CPROF_ORDERS } cprof_order;

typedef struct cprof_screen_view {
    cprof_view_kind kind;
    const cprof_env *env;
    cprof_settings settings;   /* that it shows */
    cprof_cache *cache;        /* borrowed: whose the fold is */
    const cprof_fold *fold;    /* of a text it has no rows */
    cprof_arena arena;         /* of all below */
    CPROF_VEC(uint32_t) shown; /* rows of the fold, in the order in which they are shown */
    uint32_t *sorted;          /* rows of the fold in that order; of trees, as they are */
    bool *open;                /* a row of the fold: what is below it is shown */
    /* Stacks: the frames of those that have been unfolded, as rows; in `shown` they follow the fold's. */
    CPROF_VEC(cprof_fold_row) made;
    uint32_t *made_from;          /* by row of the fold: the first of its frames in `made` + 1; 0: not made */
    CPROF_VEC(cprof_slice) lines; /* text */
    cprof_slice title;            /* of a text; what the view was made with */
    cprof_slice command;          /* text: the line that made it; "": none */
    cprof_order order;            /* top, compare, goroutines */
    size_t cursor, first;         /* rows of `shown` or of `lines`; of a flame graph, of the fold */
    uint32_t zoom;                /* flame: the row that is as wide as the area */
    int left;   /* columns of text, of listings and of names that are left out on the left */
    int height; /* rows that were drawn last */
} cprof_screen_view;

/* A view of a report; not to be used when false.  name: as for cprof_fold_init. */
bool cprof_screen_view_init(cprof_screen_view *view, cprof_view_kind kind, cprof_cache *cache,
                            const cprof_env *env, const cprof_settings *settings, cprof_slice name,
                            cprof_error *err);
/* A view of text; all is copied. */
bool cprof_screen_view_init_text(cprof_screen_view *view, cprof_slice title, cprof_slice command,
                                 cprof_slice text, const cprof_env *env, cprof_error *err);
void cprof_screen_view_deinit(cprof_screen_view *view);

/* wanted: what is searched for, to be marked; "": nothing. */
void cprof_screen_view_draw(cprof_screen_view *view, cprof_area area, cprof_slice wanted, bool focus);
/* Moving, folding, zooming; false: the key means nothing here. */
bool cprof_screen_view_key(cprof_screen_view *view, uint32_t key);
typedef enum cprof_hit { CPROF_HIT_NOTHING, CPROF_HIT_ROW, CPROF_HIT_MARK } cprof_hit;

/* The row at this place of the area gets the cursor; its mark folds and unfolds.  A heading of top sorts. */
cprof_hit cprof_screen_view_click(cprof_screen_view *view, cprof_area area, int row, int column);

/* Row i of `shown`; not of a flame graph. */
const cprof_fold_row *cprof_screen_view_row(const cprof_screen_view *view, size_t i);
/* The row under the cursor; NULL: none, or it is text. */
const cprof_fold_row *cprof_screen_view_at(const cprof_screen_view *view);
void cprof_screen_view_sort(cprof_screen_view *view, cprof_order order);
/* The cursor goes to the next (step 1) or the former (-1) row with such a name, or stays if it is one and
 * `here` is allowed; false: there is none. */
bool cprof_screen_view_search(cprof_screen_view *view, cprof_slice wanted, int step, bool here);
/* Shows what is below the row under the cursor, or no longer; false: nothing is. */
bool cprof_screen_view_toggle(cprof_screen_view *view);
/* Tree: opens the heaviest callees below the cursor down to the leaf. */
void cprof_screen_view_hot_path(cprof_screen_view *view);

/* view_place.c: where one stands, to stand there again once the view has been made anew. */
typedef struct cprof_view_place {
    cprof_arena arena;
    cprof_slice *path; /* names: of the row under the cursor; in trees, of its callers before it */
    size_t count;
    size_t zoom; /* flame: the depth of the row that is as wide as the area */
    size_t cursor, first;
    cprof_order order;
    cprof_slice sort; /* the setting at that time */
} cprof_view_place;

/* False without memory.  To be freed in any case. */
bool cprof_view_place_init(cprof_view_place *place, const cprof_screen_view *view);
void cprof_view_place_deinit(cprof_view_place *place);
/* As near as what is left in the view allows. */
void cprof_screen_view_stand(cprof_screen_view *view, const cprof_view_place *place);
/* On the row of that name; false: there is none. */
bool cprof_screen_view_stand_on(cprof_screen_view *view, cprof_slice name);

/* Listings: the cursor goes to the next (1) or the former (-1) line that is hot, or heading; false: there is
 * none. */
bool cprof_screen_view_hot_line(cprof_screen_view *view, int step);
bool cprof_screen_view_heading(cprof_screen_view *view, int step);

/* Where `wanted` is in text (letters' case counts only when wanted has capitals); text.len: nowhere. */
size_t cprof_find_text(cprof_slice text, cprof_slice wanted);

/* view_flame.c */
void cprof_flame_view_draw(cprof_screen_view *view, cprof_area area, cprof_slice wanted, bool focus);
bool cprof_flame_view_key(cprof_screen_view *view, uint32_t key);
bool cprof_flame_view_click(cprof_screen_view *view, cprof_area area, int row, int column);

#endif
