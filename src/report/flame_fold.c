/* Stacks become a tree by sorting: the stacks of a node are put in groups by their next frame, each group is
 * a node, and so on.  The widest groups come first; what is narrower than the widest max_nodes is never
 * looked into.  Once the groups are small enough they are shared out among threads, each with tables of its
 * own. */
#include "report/flame_fold.h"

#include "base/threads.h"
#include "report/flame_widths.h"

#include <stdlib.h>

#define NO_CALLEE UINT32_MAX /* the stack ends here */

enum {
    BATCH = 32,                 /* items that are moved at a time */
    SHARES = 3,                 /* groups of more than this part of a thread's share are split before */
    ITEMS_PER_THREAD = 1 << 14, /* stacks; fewer are not worth a thread */
    GROUPS_PER_LOOK = 1024      /* groups after which it is looked at what has become too narrow */
};

/* One stack on its way down the tree. */
typedef struct item {
    cprof_stack_walk walk;
    uint32_t callee; /* bucket of its next frame, or NO_CALLEE */
    int64_t value, base;
} item;

/* The items that share the frames so far: a node to be. */
typedef struct group {
    cprof_flame_node node;
    uint32_t from, count;    /* items */
    uint32_t first, callees; /* groups that it was split into, one behind the other; 0: none yet */
    uint32_t taker;          /* the folder that went on with it as its group `first`; CPROF_NONE: this one */
} group;

/* The items of a group that share the next frame. */
typedef struct bucket {
    uint32_t frame, count, from; /* items */
    int64_t width, value, base;
    bool inlined, folded;
    cprof_slice name; /* borrowed: decides between equal widths */
} bucket;

typedef struct waiting {
    int64_t width;
    uint32_t group;
} waiting;

typedef struct folding {
    cprof_flame *flame;
    const cprof_env *env;
    item *items, *spare; /* each folder works in the ranges of its groups */
    cprof_width_counts widths;
    uint32_t max_depth, max_nodes;
    int64_t min_width;
} folding;

/* What one thread folds with. */
typedef struct folder {
    folding *all;
    uint32_t *bucket_of; /* by frame: its row of buckets + 1; 0: none.  All 0 between groups */
    CPROF_VEC(group) groups;
    CPROF_VEC(waiting) heap;    /* groups that are not split yet, the widest on top */
    CPROF_VEC(bucket) buckets;  /* of the group at hand */
    CPROF_VEC(uint32_t) row_of; /* by bucket: where its next item goes */
    int64_t min_width;          /* below it a group is no node */
    uint32_t unlooked;          /* groups since the limit was looked up */
    uint64_t load;              /* items that it was given */
    cprof_error error;
    bool ok;
} folder;

static int64_t magnitude(int64_t v) {
    return v >= 0 ? v : v == INT64_MIN ? INT64_MAX : -v;
}

static int64_t item_width(const item *i) {
    int64_t value = magnitude(i->value), base = magnitude(i->base);
    return value > base ? value : base;
}

static bool no_memory(folder *f) {
    return cprof_error_memory(f->all->env, &f->error);
}

/* --- the heap --- */

static bool push_waiting(folder *f, uint32_t row) {
    waiting made = {f->groups.at[row].node.width, row};
    if (!cprof_vec_push(f->all->env, &f->heap, made))
        return no_memory(f);
    waiting *heap = f->heap.at;
    size_t at = f->heap.count - 1;
    for (; at > 0 && heap[(at - 1) / 2].width < made.width; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = made;
    return true;
}

static uint32_t pop_waiting(folder *f) {
    waiting *heap = f->heap.at, last = heap[--f->heap.count];
    uint32_t popped = f->heap.count > 0 ? heap[0].group : last.group;
    size_t at = 0, count = f->heap.count;
    for (size_t next; (next = 2 * at + 1) < count; at = next) {
        next += next + 1 < count && heap[next + 1].width > heap[next].width;
        if (heap[next].width <= last.width)
            break;
        heap[at] = heap[next];
    }
    if (count > 0)
        heap[at] = last;
    return popped;
}

/* --- splitting a group --- */

/* The bucket of a frame, made when it is the first. */
static inline bool find_bucket(folder *f, uint32_t frame, uint32_t *row) {
    uint32_t known = f->bucket_of[frame];
    if (known > 0) {
        *row = known - 1;
        return true;
    }
    bucket made = {.frame = frame, .inlined = true, .name = f->all->flame->stacks.frames.at[frame].name};
    *row = (uint32_t)f->buckets.count;
    f->bucket_of[frame] = *row + 1;
    return cprof_vec_push(f->all->env, &f->buckets, made) || no_memory(f);
}

/* Some items' next frames: all are looked up before the first is used, so that they wait for memory together.
 */
typedef struct batch {
    uint32_t frame[BATCH]; /* CPROF_NONE: the stack ends */
    bool inlined[BATCH];
} batch;

static void step_items(folder *f, item *items, uint32_t count, batch *next) {
    const cprof_stacks_model *stacks = &f->all->flame->stacks;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t frame;
        bool inlined = false;
        if (!cprof_stack_walk_next(stacks, &items[i].walk, &frame, &inlined))
            frame = CPROF_NONE;
        else
            __builtin_prefetch(&f->bucket_of[frame]);
        next->frame[i] = frame;
        next->inlined[i] = inlined;
    }
}

/* Adds an item to the bucket of its next frame; what ends here is the group's own. */
static bool add_item(folder *f, group *g, item *it, uint32_t frame, bool inlined) {
    if (frame == CPROF_NONE) {
        it->callee = NO_CALLEE;
        g->node.ends++;
        g->node.self = cprof_sum_held(g->node.self, it->value);
        g->node.self_base = cprof_sum_held(g->node.self_base, it->base);
        return true;
    }
    if (!find_bucket(f, frame, &it->callee))
        return false;
    bucket *b = &f->buckets.at[it->callee];
    b->count++;
    b->inlined &= inlined;
    b->value = cprof_sum_held(b->value, it->value);
    b->base = cprof_sum_held(b->base, it->base);
    b->width = cprof_sum_held(b->width, item_width(it));
    return true;
}

/* Moves every item of the group one frame down and into its bucket. */
static bool sort_out(folder *f, group *g) {
    const cprof_stacks_model *stacks = &f->all->flame->stacks;
    item *items = f->all->items + g->from;
    batch next;
    bool ok = true;
    f->buckets.count = 0;
    for (uint32_t at = 0; ok && at < g->count; at += BATCH) {
        uint32_t count = g->count - at < BATCH ? g->count - at : BATCH;
        for (uint32_t i = at + BATCH; i < at + 2 * BATCH && i < g->count; i++)
            cprof_stack_walk_prefetch(stacks, &items[i].walk);
        step_items(f, items + at, count, &next);
        for (uint32_t i = 0; ok && i < count; i++)
            ok = add_item(f, g, &items[at + i], next.frame[i], next.inlined[i]);
    }
    for (size_t i = 0; i < f->buckets.count; i++)
        f->bucket_of[f->buckets.at[i].frame] = 0;
    return ok;
}

/* Marks what is too narrow and gives every bucket its place, the ones that go on first.  Returns how many
 * items those have. */
static uint32_t place_buckets(folder *f, group *g) {
    uint32_t kept = 0, place;
    for (size_t i = 0; i < f->buckets.count; i++) {
        bucket *b = &f->buckets.at[i];
        b->folded = b->width < f->min_width || b->width == 0 || g->node.depth + 1 > f->all->max_depth;
        b->from = g->from + kept;
        if (b->folded)
            g->node.folded = cprof_sum_held(g->node.folded, b->width);
        else
            kept += b->count;
    }
    place = g->from + kept;
    for (size_t i = 0; i < f->buckets.count; i++) {
        bucket *b = &f->buckets.at[i];
        if (b->folded) {
            b->from = place;
            place += b->count;
        }
        f->row_of.at[i] = b->from;
    }
    f->row_of.at[f->buckets.count] = place; /* those whose stack ends */
    return kept;
}

/* Brings the items that go on into the order of their buckets. */
static bool place_items(folder *f, group *g) {
    folding *all = f->all;
    size_t buckets = f->buckets.count;
    f->row_of.count = 0;
    if (!cprof_vec_reserve(all->env, &f->row_of, buckets + 1))
        return no_memory(f);
    uint32_t kept = place_buckets(f, g);
    if (buckets == 1 && f->buckets.at[0].count == g->count)
        return true; /* all of them go the same way */
    if (kept == 0)
        return true;
    /* All are written, to spare a branch that no processor foresees. */
    uint32_t *row_of = f->row_of.at;
    for (uint32_t i = g->from; i < g->from + g->count; i++) {
        uint32_t callee = all->items[i].callee;
        all->spare[row_of[callee < buckets ? callee : buckets]++] = all->items[i];
    }
    cprof_vec_copy(all->items + g->from, all->spare + g->from, (size_t)kept * sizeof *all->items);
    return true;
}

static int widest_first(const void *a, const void *b) {
    const bucket *x = a, *y = b;
    if (x->width != y->width)
        return x->width > y->width ? -1 : 1;
    return cprof_slice_compare(x->name, y->name);
}

/* What is narrower than the widest max_nodes so far will be none of them. */
static void look_up_limit(folder *f) {
    uint32_t before;
    int64_t limit = cprof_width_of_class(cprof_width_limit(&f->all->widths, f->all->max_nodes, &before));
    f->min_width = limit > f->min_width ? limit : f->min_width;
    f->unlooked = 0;
}

static group group_of(const bucket *b, uint32_t depth) {
    return (group){.node = {.frame = b->frame,
                            .depth = depth,
                            .inlined = b->inlined,
                            .width = b->width,
                            .value = b->value,
                            .base = b->base},
                   .from = b->from,
                   .count = b->count,
                   .taker = CPROF_NONE};
}

/* Splits a group; its callees are left waiting. */
static bool split(folder *f, uint32_t row) {
    group g = f->groups.at[row];
    if (!sort_out(f, &g) || !place_items(f, &g))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < f->buckets.count; i++)
        if (!f->buckets.at[i].folded)
            f->buckets.at[kept++] = f->buckets.at[i];
    if (kept > 1)
        qsort(f->buckets.at, kept, sizeof *f->buckets.at, widest_first);
    g.first = (uint32_t)f->groups.count;
    g.callees = (uint32_t)kept;
    f->groups.at[row] = g;
    if (!cprof_vec_reserve(f->all->env, &f->groups, kept))
        return no_memory(f);
    for (size_t i = 0; i < kept; i++) {
        f->groups.at[f->groups.count++] = group_of(&f->buckets.at[i], g.node.depth + 1);
        cprof_width_count(&f->all->widths, f->buckets.at[i].width);
        if (!push_waiting(f, g.first + (uint32_t)i))
            return false;
    }
    f->unlooked += (uint32_t)kept;
    if (f->unlooked >= GROUPS_PER_LOOK)
        look_up_limit(f);
    return true;
}

static void fold_share(void *part) {
    folder *f = part;
    f->ok = true;
    while (f->ok && f->heap.count > 0 && f->heap.at[0].width >= f->min_width)
        f->ok = split(f, pop_waiting(f)) && !cprof_stopped(f->all->env, &f->error);
}

/* --- sharing out --- */

static bool give(folder *from, uint32_t row, folder *to, uint32_t taker) {
    uint32_t there = (uint32_t)to->groups.count;
    group *g = &from->groups.at[row];
    if (from == to)
        return push_waiting(to, row);
    if (!cprof_vec_push(to->all->env, &to->groups, *g))
        return no_memory(from);
    g->taker = taker;
    g->first = there;
    return push_waiting(to, there) || no_memory(from);
}

static uint32_t least_loaded(const folder *folders, unsigned count) {
    uint32_t least = 0;
    for (uint32_t i = 1; i < count; i++)
        if (folders[i].load < folders[least].load)
            least = i;
    return least;
}

/* Splits what is too big for one share, and gives every other group to the folder that has the least. */
static bool share_out(folder *folders, unsigned count, uint32_t items) {
    folder *first = &folders[0];
    uint32_t most = items / count / SHARES;
    CPROF_VEC(uint32_t) small = {0};
    bool ok = true;
    while (ok && first->heap.count > 0) {
        uint32_t row = pop_waiting(first);
        if (first->groups.at[row].count > most)
            ok = split(first, row) && !cprof_stopped(first->all->env, &first->error);
        else
            ok = cprof_vec_push(first->all->env, &small, row) || no_memory(first);
    }
    for (size_t i = 0; ok && i < small.count; i++) {
        uint32_t taker = least_loaded(folders, count);
        folders[taker].load += first->groups.at[small.at[i]].count;
        folders[taker].min_width = first->min_width;
        ok = give(first, small.at[i], &folders[taker], taker);
    }
    cprof_vec_free(first->all->env, &small);
    return ok;
}

/* --- the tree --- */

static int descending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Which nodes are among the widest max_nodes: all that are wider than `least`, and the first `ties` that are
 * as wide. */
typedef struct selection {
    int64_t least;
    uint32_t ties;
} selection;

static bool select_widest(folding *all, const folder *folders, unsigned count, selection *chosen) {
    uint32_t before, found = 0;
    unsigned class = cprof_width_limit(&all->widths, all->max_nodes, &before);
    uint32_t size = all->widths.of[class];
    *chosen = (selection){.least = -1};
    if (before + size <= all->max_nodes)
        return true;
    int64_t *widths = cprof_arena_alloc(&all->flame->stacks.arena, size * sizeof *widths);
    for (unsigned i = 0; widths && i < count; i++)
        for (size_t k = 0; k < folders[i].groups.count; k++) {
            const group *g = &folders[i].groups.at[k];
            if (g->taker == CPROF_NONE && found < size && cprof_width_class(g->node.width) == class)
                widths[found++] = g->node.width;
        }
    if (!widths)
        return false;
    qsort(widths, found, sizeof *widths, descending);
    uint32_t limit = all->max_nodes - before; /* the first of the class that is too many */
    chosen->least = widths[limit];
    while (chosen->ties < limit && widths[limit - 1 - chosen->ties] == chosen->least)
        chosen->ties++;
    return true;
}

/* A group on its way into the tree. */
typedef struct placed {
    uint32_t folder, group;
    uint32_t caller; /* its node */
} placed;

typedef CPROF_VEC(placed) placed_list;

static bool write_node(folding *all, const folder *folders, placed at, selection *chosen, placed_list *path) {
    const group *g = &folders[at.folder].groups.at[at.group];
    if (g->node.width < chosen->least || (g->node.width == chosen->least && chosen->ties == 0)) {
        int64_t *folded = &all->flame->nodes.at[at.caller].folded;
        *folded = cprof_sum_held(*folded, g->node.width);
        return true;
    }
    chosen->ties -= g->node.width == chosen->least;
    if (g->taker != CPROF_NONE) {
        at.folder = g->taker;
        g = &folders[at.folder].groups.at[g->first];
    }
    uint32_t row = (uint32_t)all->flame->nodes.count;
    bool ok = cprof_vec_push(all->env, &all->flame->nodes, g->node);
    for (uint32_t i = g->callees; ok && i-- > 0;)
        ok = cprof_vec_push(all->env, path, ((placed){at.folder, g->first + i, row}));
    return ok;
}

/* Writes the nodes in their order, callers before callees. */
static bool write_nodes(folding *all, const folder *folders, selection *chosen) {
    placed_list path = {0};
    bool ok = cprof_vec_push(all->env, &path, ((placed){0}));
    while (ok && path.count > 0)
        ok = write_node(all, folders, path.at[--path.count], chosen, &path);
    cprof_vec_free(all->env, &path);
    return ok;
}

/* --- all of it --- */

/* The whole picture as the first folder's first group. */
static bool start(folding *all, folder *first, double min_share) {
    const cprof_stacks_model *stacks = &all->flame->stacks;
    group root = {.node = {.frame = CPROF_NONE}, .taker = CPROF_NONE};
    for (uint32_t i = 0; i < stacks->order_count; i++) {
        uint32_t stack = stacks->order[i];
        cprof_stack_sum sum = stacks->sums[stack];
        if (sum.value == 0 && sum.base == 0)
            continue;
        item *it = &all->items[root.count++];
        *it = (item){cprof_stack_walk_of(stacks->view, stack), 0, sum.value, sum.base};
        root.node.value = cprof_sum_held(root.node.value, sum.value);
        root.node.base = cprof_sum_held(root.node.base, sum.base);
        root.node.width = cprof_sum_held(root.node.width, item_width(it));
    }
    all->flame->stack_count = root.count;
    all->min_width = (int64_t)((double)root.node.width * min_share);
    first->min_width = all->min_width;
    cprof_width_count(&all->widths, root.node.width);
    if (!cprof_vec_push(all->env, &first->groups, root))
        return no_memory(first);
    return split(first, 0);
}

static bool folder_init(folder *f, folding *all) {
    cprof_stacks_model *stacks = &all->flame->stacks;
    *f = (folder){.all = all, .error = CPROF_ERROR_INIT, .ok = true};
    f->bucket_of = cprof_arena_calloc(&stacks->arena, stacks->frames.count + 1, sizeof *f->bucket_of);
    return f->bucket_of != NULL;
}

static void folder_deinit(folder *f) {
    const cprof_env *env = f->all->env;
    cprof_vec_free(env, &f->groups);
    cprof_vec_free(env, &f->heap);
    cprof_vec_free(env, &f->buckets);
    cprof_vec_free(env, &f->row_of);
}

static bool run(folding *all, folder *folders, unsigned count, double min_share) {
    if (!start(all, &folders[0], min_share) ||
        (count > 1 && !share_out(folders, count, all->flame->stack_count)))
        return false;
    cprof_threads_run(fold_share, folders, sizeof *folders, count);
    for (unsigned i = 0; i < count; i++)
        if (!folders[i].ok) {
            folders[0].error = folders[i].error;
            return false;
        }
    selection chosen;
    return (select_widest(all, folders, count, &chosen) && write_nodes(all, folders, &chosen)) ||
           no_memory(&folders[0]);
}

bool cprof_flame_fold(cprof_flame *flame, const cprof_flame_options *options, cprof_error *err) {
    const cprof_env *env = flame->report->view->env;
    size_t size = ((size_t)flame->stacks.order_count + 1) * sizeof(item);
    unsigned threads = cprof_threads_count(flame->stacks.order_count, ITEMS_PER_THREAD);
    folder folders[CPROF_THREADS_MAX];
    folding *all = cprof_arena_calloc(&flame->stacks.arena, 1, sizeof *all);
    if (!all)
        return cprof_error_memory(env, err);
    all->flame = flame;
    all->env = env;
    all->max_depth = flame->max_depth = options->max_depth;
    all->max_nodes = options->max_nodes;
    all->items = cprof_mem_resize(cprof_env_budget(env), NULL, 0, size);
    all->spare = cprof_mem_resize(cprof_env_budget(env), NULL, 0, size);
    bool ok = all->items && all->spare;
    for (unsigned i = 0; i < threads; i++)
        ok = folder_init(&folders[i], all) && ok;
    if (!ok)
        cprof_error_memory(env, &folders[0].error);
    ok = ok && run(all, folders, threads, options->min_share);
    if (!ok && err)
        *err = folders[0].error;
    for (unsigned i = 0; i < threads; i++)
        folder_deinit(&folders[i]);
    cprof_mem_free(cprof_env_budget(env), all->items, all->items ? size : 0);
    cprof_mem_free(cprof_env_budget(env), all->spare, all->spare ? size : 0);
    return ok;
}
