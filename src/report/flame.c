#include "report/flame.h"

#include <stdlib.h>

#define DEFAULT_NODES 40000
#define DEFAULT_DEPTH 1000
#define DEFAULT_SHARE (1.0 / 50000) /* a pixel's width in a picture zoomed forty times */
#define NO_CALLEE     UINT32_MAX    /* the stack ends here */

enum { AHEAD = 12 }; /* items: how early a stack's frames are fetched */

/* One stack on its way down the tree. */
typedef struct item {
    cprof_stack_walk walk;
    uint32_t callee; /* bucket of its next frame, or NO_CALLEE */
    int64_t value, base;
} item;

/* The items under one node that share the next frame; later a node to be. */
typedef struct bucket {
    uint32_t frame;
    uint32_t count, from; /* items */
    uint32_t depth;
    bool inlined, folded;
    int64_t width, value, base;
    cprof_slice name; /* borrowed: decides between equal widths */
} bucket;

typedef struct folder {
    cprof_flame *flame;
    const cprof_env *env;
    item *items, *spare;
    uint32_t *bucket_of; /* by frame: row of buckets, valid where stamp[frame] is the round */
    uint32_t *stamp, round;
    CPROF_VEC(bucket) buckets;  /* of the group at hand */
    CPROF_VEC(bucket) waiting;  /* groups that are to become nodes: a stack, the next on top */
    CPROF_VEC(uint32_t) row_of; /* by bucket: where its next item goes */
    uint32_t max_depth;
    int64_t min_width;
    cprof_error *err;
} folder;

static int64_t magnitude(int64_t v) {
    return v >= 0 ? v : v == INT64_MIN ? INT64_MAX : -v;
}

static int64_t item_width(const item *i) {
    int64_t value = magnitude(i->value), base = magnitude(i->base);
    return value > base ? value : base;
}

/* The bucket of a frame in this round, made when it is the first. */
static bool find_bucket(folder *f, uint32_t frame, bool inlined, uint32_t *row) {
    if (f->stamp[frame] == f->round) {
        *row = f->bucket_of[frame];
        f->buckets.at[*row].inlined &= inlined;
        return true;
    }
    bucket made = {.frame = frame, .inlined = inlined, .name = f->flame->stacks.frames.at[frame].name};
    *row = (uint32_t)f->buckets.count;
    f->stamp[frame] = f->round;
    f->bucket_of[frame] = *row;
    return cprof_vec_push(f->env, &f->buckets, made) || cprof_error_memory(f->env, f->err);
}

/* Moves every item of the group one frame down and sums the buckets; what ends here is the node's own. */
static bool sort_out(folder *f, const bucket *group, cprof_flame_node *node) {
    f->round++;
    f->buckets.count = 0;
    item *items = f->items + group->from;
    for (uint32_t i = 0; i < group->count; i++) {
        uint32_t frame;
        bool inlined;
        if (i + AHEAD < group->count)
            cprof_stack_walk_prefetch(&f->flame->stacks, &items[i + AHEAD].walk);
        if (!cprof_stack_walk_next(&f->flame->stacks, &items[i].walk, &frame, &inlined)) {
            items[i].callee = NO_CALLEE;
            node->ends++;
            node->self = cprof_sum_held(node->self, items[i].value);
            node->self_base = cprof_sum_held(node->self_base, items[i].base);
            continue;
        }
        if (!find_bucket(f, frame, inlined, &items[i].callee))
            return false;
        bucket *b = &f->buckets.at[items[i].callee];
        b->count++;
        b->value = cprof_sum_held(b->value, items[i].value);
        b->base = cprof_sum_held(b->base, items[i].base);
        b->width = cprof_sum_held(b->width, item_width(&items[i]));
    }
    return true;
}

/* Marks what is too narrow, gives the rest its place behind one another, and moves the items there. */
static bool place_items(folder *f, const bucket *group, cprof_flame_node *node) {
    uint32_t kept = 0;
    f->row_of.count = 0;
    if (!cprof_vec_reserve(f->env, &f->row_of, f->buckets.count))
        return cprof_error_memory(f->env, f->err);
    for (uint32_t i = 0; i < f->buckets.count; i++) {
        bucket *b = &f->buckets.at[i];
        b->depth = group->depth + 1;
        b->from = group->from + kept;
        b->folded = b->width < f->min_width || b->width == 0 || b->depth > f->max_depth;
        f->row_of.at[i] = b->from;
        if (b->folded) {
            node->folded = cprof_sum_held(node->folded, b->width);
        } else {
            kept += b->count;
        }
    }
    if (f->buckets.count == 1 && f->buckets.at[0].count == group->count)
        return true; /* all of them go the same way */
    for (uint32_t i = group->from; i < group->from + group->count; i++) {
        uint32_t callee = f->items[i].callee;
        if (callee != NO_CALLEE && !f->buckets.at[callee].folded)
            f->spare[f->row_of.at[callee]++] = f->items[i];
    }
    cprof_vec_copy(f->items + group->from, f->spare + group->from, (size_t)kept * sizeof *f->items);
    return true;
}

static int widest_last(const void *a, const void *b) {
    const bucket *x = a, *y = b;
    if (x->width != y->width)
        return x->width < y->width ? -1 : 1;
    return -cprof_slice_compare(x->name, y->name);
}

/* Makes one node of a group, and leaves its callees waiting. */
static bool add_node(folder *f, const bucket *group) {
    cprof_flame_node node = {.frame = group->frame,
                             .depth = group->depth,

                             .inlined = group->inlined,
                             .width = group->width,
                             .value = group->value,
                             .base = group->base};
    if (!sort_out(f, group, &node) || !place_items(f, group, &node))
        return false;
    if (!cprof_vec_reserve(f->env, &f->waiting, f->buckets.count))
        return cprof_error_memory(f->env, f->err);
    bucket *callees = f->waiting.at + f->waiting.count;
    size_t count = 0;
    for (uint32_t i = 0; i < f->buckets.count; i++) {
        if (!f->buckets.at[i].folded)
            callees[count++] = f->buckets.at[i];
    }
    if (count > 1)
        qsort(callees, count, sizeof *callees, widest_last);
    f->waiting.count += count;
    return cprof_vec_push(f->env, &f->flame->nodes, node) || cprof_error_memory(f->env, f->err);
}

/* The whole picture as one group. */
static bool start_folding(folder *f, const cprof_flame_options *options, bucket *root) {
    cprof_stacks_model *stacks = &f->flame->stacks;
    size_t frames = stacks->frames.count + 1, items = (size_t)stacks->order_count + 1;
    f->items = cprof_mem_resize(cprof_env_budget(f->env), NULL, 0, items * sizeof(item));
    f->spare = cprof_mem_resize(cprof_env_budget(f->env), NULL, 0, items * sizeof(item));
    f->bucket_of = cprof_arena_calloc(&stacks->arena, frames, sizeof(uint32_t));
    f->stamp = cprof_arena_calloc(&stacks->arena, frames, sizeof(uint32_t));
    if (!f->items || !f->spare || !f->bucket_of || !f->stamp)
        return cprof_error_memory(f->env, f->err);
    *root = (bucket){.frame = CPROF_NONE};
    for (uint32_t i = 0; i < stacks->order_count; i++) {
        uint32_t stack = stacks->order[i];
        cprof_stack_sum sum = stacks->sums[stack];
        if (sum.value == 0 && sum.base == 0)
            continue;
        item *it = &f->items[root->count++];
        *it = (item){cprof_stack_walk_of(stacks->view, stack), 0, sum.value, sum.base};
        root->value = cprof_sum_held(root->value, sum.value);
        root->base = cprof_sum_held(root->base, sum.base);
        root->width = cprof_sum_held(root->width, item_width(it));
    }
    f->flame->stack_count = root->count;
    double share = options->min_share > 0 ? options->min_share : DEFAULT_SHARE;
    f->min_width = (int64_t)((double)root->width * share);
    f->max_depth = options->max_depth ? options->max_depth : DEFAULT_DEPTH;
    f->flame->max_depth = f->max_depth;
    return true;
}

static bool fold(folder *f, const cprof_flame_options *options) {
    bucket group;
    if (!start_folding(f, options, &group) || !add_node(f, &group))
        return false;
    while (f->waiting.count > 0) {
        group = f->waiting.at[--f->waiting.count];
        if (!add_node(f, &group) || cprof_stopped(f->env, f->err))
            return false;
    }
    return true;
}

static int by_width(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Folds the narrowest nodes until there are no more than `max`; of equally narrow ones the first stay.  A
 * callee is never wider than its caller, so whole subtrees go. */
static bool thin_out(folder *f, uint32_t max) {
    cprof_flame *flame = f->flame;
    size_t count = flame->nodes.count;
    if (count <= max)
        return true;
    int64_t *widths = cprof_arena_alloc(&flame->stacks.arena, count * sizeof *widths);
    uint32_t *caller = cprof_arena_alloc(&flame->stacks.arena, ((size_t)flame->depth + 2) * sizeof *caller);
    if (!widths || !caller)
        return cprof_error_memory(f->env, f->err);
    for (size_t i = 0; i < count; i++)
        widths[i] = flame->nodes.at[i].width;
    qsort(widths, count, sizeof *widths, by_width);
    int64_t least = widths[max]; /* of the first node that is too many */
    size_t kept = 0, ties = max;
    while (ties > 0 && widths[max - ties] > least)
        ties--;
    for (size_t i = 0; i < count; i++) {
        cprof_flame_node node = flame->nodes.at[i];
        if (node.width < least || (node.width == least && ties == 0)) {
            cprof_flame_node *above = &flame->nodes.at[caller[node.depth - 1]];
            above->folded = cprof_sum_held(above->folded, node.width);
            while (i + 1 < count && flame->nodes.at[i + 1].depth > node.depth)
                i++;
            continue;
        }
        ties -= node.width == least;
        caller[node.depth] = (uint32_t)kept;
        flame->nodes.at[kept++] = node;
    }
    flame->nodes.count = kept;
    return true;
}

/* What follows from the nodes that are left. */
static void finish_nodes(cprof_flame *flame) {
    flame->depth = 0;
    flame->folded_stacks = flame->stack_count;
    for (size_t i = flame->nodes.count; i-- > 0;) {
        cprof_flame_node *node = &flame->nodes.at[i];
        uint32_t end = (uint32_t)i + 1;
        while (end < flame->nodes.count && flame->nodes.at[end].depth > node->depth)
            end = flame->nodes.at[end].end;
        node->end = end;
        flame->depth = node->depth > flame->depth ? node->depth : flame->depth;
        flame->folded_stacks -= node->ends;
        flame->folded_width = cprof_sum_held(flame->folded_width, node->folded);
        int64_t change =
            magnitude(cprof_sum_held(node->value, node->base == INT64_MIN ? INT64_MAX : -node->base));
        if (i > 0 && change > flame->largest_change)
            flame->largest_change = change;
    }
}

bool cprof_flame_init(cprof_flame *flame, cprof_report *report, const cprof_flame_options *options,
                      cprof_error *err) {
    const cprof_env *env = report->view->env;
    *flame = (cprof_flame){.report = report};
    if (!cprof_stacks_init(&flame->stacks, report->view, err))
        return false;
    folder f = {.flame = flame, .env = env, .err = err};
    bool ok = fold(&f, options);
    for (size_t i = 0; i < flame->nodes.count; i++) {
        uint32_t depth = flame->nodes.at[i].depth;
        flame->depth = depth > flame->depth ? depth : flame->depth;
    }
    ok = ok && thin_out(&f, options->max_nodes ? options->max_nodes : DEFAULT_NODES);
    if (ok)
        finish_nodes(flame);
    size_t size = ((size_t)flame->stacks.order_count + 1) * sizeof(item);
    cprof_mem_free(cprof_env_budget(env), f.items, f.items ? size : 0);
    cprof_mem_free(cprof_env_budget(env), f.spare, f.spare ? size : 0);
    cprof_vec_free(env, &f.buckets);
    cprof_vec_free(env, &f.waiting);
    cprof_vec_free(env, &f.row_of);
    return ok;
}

void cprof_flame_deinit(cprof_flame *flame) {
    cprof_vec_free(flame->report->view->env, &flame->nodes);
    cprof_stacks_deinit(&flame->stacks);
}

const char *cprof_flame_folded_why(const cprof_flame *flame) {
    return flame->depth < flame->max_depth ? "narrow" : "narrow or too deep";
}

double cprof_flame_change(const cprof_flame *flame, const cprof_flame_node *node, bool relative) {
    double change = (double)node->value - (double)node->base;
    if (change == 0)
        return 0;
    double against = (double)flame->largest_change;
    if (relative) {
        double value = (double)magnitude(node->value), base = (double)magnitude(node->base);
        against = value > base ? value : base;
    }
    double share = against > 0 ? change / against : 0;
    return share > 1 ? 1 : share < -1 ? -1 : share;
}
