#include "report/flame.h"

#include "report/flame_fold.h"

#define DEFAULT_NODES 40000
#define DEFAULT_DEPTH 1000
#define MANY_SHARE    (1.0 / 50000) /* a pixel's width in a picture zoomed forty times */

static int64_t magnitude(int64_t v) {
    return v >= 0 ? v : v == INT64_MIN ? INT64_MAX : -v;
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
    cprof_flame_options all = {
        .max_nodes = options->max_nodes ? options->max_nodes : DEFAULT_NODES,
        .max_depth = options->max_depth ? options->max_depth : DEFAULT_DEPTH,
        .min_share = options->min_share,
    };
    *flame = (cprof_flame){.report = report};
    if (!cprof_stacks_init(&flame->stacks, report->view, err))
        return false;
    /* Many stacks of equal weight would all be looked into before any of their frames is one too many. */
    if (all.min_share <= 0 && flame->stacks.order_count > all.max_nodes)
        all.min_share = MANY_SHARE;
    if (!cprof_flame_fold(flame, &all, err))
        return false;
    finish_nodes(flame);
    return true;
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
