#include "report/callgraph_picture.h"

#include "report/callgraph_tags.h"

#include <math.h>

#define FONT_LEAST  8
#define FONT_GROWTH 16.0

/* Towards zero; 0 for what is no number. */
static uint8_t channel(double share) {
    double value = share * 255.0;
    return value >= 0 && value < 256 ? (uint8_t)value : 0;
}

cprof_colour cprof_colour_of(double score, bool background) {
    const double shift = 0.7; /* away from grey, so that small values can be told apart */
    double saturation = background ? 0.1 : 1.0, value = background ? 0.93 : 0.7;
    if (score > 1)
        score = 1;
    if (score < -1)
        score = -1;
    if (fabs(score) < 0.2)
        saturation *= fabs(score) / 0.2;
    if (score > 0)
        score = pow(score, 1.0 - shift);
    if (score < 0)
        score = -pow(-score, 1.0 - shift);
    double red = value, green = value;
    if (score < 0)
        red = value * (1 + saturation * score);
    else
        green = value * (1 - saturation * score);
    return (cprof_colour){channel(red), channel(green), channel(value * (1 - saturation))};
}

static double score_of(const cprof_report *report, int64_t value) {
    return (double)value / (double)cprof_i64_abs(report->total);
}

static double largest_flat(const cprof_graph *g) {
    double largest = 0;
    for (uint32_t i = 0; i < g->count; i++)
        largest = fmax(largest, (double)cprof_i64_abs(cprof_graph_flat(g, g->order[i])));
    return largest;
}

static bool add_boxes(cprof_picture *picture) {
    const cprof_graph *g = picture->graph;
    cprof_report *report = picture->report;
    cprof_slice unit = cprof_report_bytes_unit(report);
    double largest = largest_flat(g);
    picture->boxes = cprof_arena_calloc(&report->arena, (size_t)g->count + 1, sizeof *picture->boxes);
    if (!picture->boxes)
        return false;
    for (uint32_t i = 0; i < g->count; i++, picture->box_count++) {
        cprof_box *box = &picture->boxes[i];
        if (!cprof_report_entry(report, g, g->order[i], NULL, &box->node) ||
            !cprof_box_add_tags(report, g, unit, box))
            return false;
        double flat = (double)cprof_i64_abs(box->node.flat.value);
        double score = score_of(report, box->node.cum.value);
        box->font_size = FONT_LEAST;
        if (flat > 0 && flat <= largest)
            box->font_size += (uint32_t)ceil(FONT_GROWTH * sqrt(flat / largest));
        box->colour = cprof_colour_of(score, false);
        box->fill = cprof_colour_of(score, true);
    }
    return true;
}

/* 1 + |value * times / total|, at most 1 + times. */
static uint32_t share(int64_t value, int64_t total, uint32_t times) {
    if (total == 0)
        return 1;
    double parts = trunc(fabs((double)value * times / (double)total));
    return 1 + (parts < times ? (uint32_t)parts : times);
}

static bool show_arrow(cprof_picture *picture, const cprof_edge *e, const uint32_t *row_of,
                       cprof_arrow *arrow) {
    const cprof_graph *g = picture->graph;
    cprof_report *report = picture->report;
    char text[CPROF_LABEL_MAX];
    *arrow = (cprof_arrow){.from = row_of[e->src], .to = row_of[e->dst]};
    arrow->caller = cprof_node_name_copy(&g->table, cprof_graph_node(g, e->src), &report->arena);
    arrow->callee = cprof_node_name_copy(&g->table, cprof_graph_node(g, e->dst), &report->arena);
    arrow->value = cprof_i64_mean(e->weight, e->divisor);
    const cprof_slice value = cprof_report_value(report, arrow->value, text);
    arrow->text = cprof_report_join(report, &value, 1);
    arrow->weight = share(arrow->value, report->total, 100);
    arrow->width = share(arrow->value, report->total, 5);
    arrow->colour = cprof_colour_of(score_of(report, arrow->value), false);
    arrow->inlined = e->inlined;
    arrow->residual = e->residual;
    return arrow->caller.ptr && arrow->callee.ptr && arrow->text.ptr;
}

static bool add_arrows(cprof_picture *picture) {
    const cprof_graph *g = picture->graph;
    cprof_arena *arena = &picture->report->arena;
    uint32_t *row_of = cprof_arena_alloc(arena, ((size_t)g->vertex_count + 1) * sizeof *row_of);
    uint32_t *rows = cprof_arena_alloc(arena, ((size_t)g->edge_count + 1) * sizeof *rows);
    picture->arrows = cprof_arena_calloc(arena, (size_t)g->edge_count + 1, sizeof *picture->arrows);
    if (!row_of || !rows || !picture->arrows)
        return false;
    memset(row_of, 0xff, g->vertex_count * sizeof *row_of);
    for (uint32_t i = 0; i < g->count; i++)
        row_of[g->order[i]] = i;
    size_t count = 0;
    for (uint32_t i = 0; i < g->edge_count; i++)
        if (!g->edges[i].removed && row_of[g->edges[i].src] != CPROF_NONE)
            rows[count++] = i;
    cprof_graph_sort_edges(g, rows, count);
    for (size_t i = 0; i < count; i++, picture->arrow_count++)
        if (!show_arrow(picture, &g->edges[rows[i]], row_of, &picture->arrows[i]))
            return false;
    return true;
}

bool cprof_picture_init(cprof_picture *picture, cprof_report *report, cprof_error *err) {
    const cprof_profile *p = report->view->profile;
    const cprof_slice hint = CPROF_SLICE("\nSee https://git.io/JfYMW for how to read the graph");
    *picture = (cprof_picture){.report = report};
    if (p->mapping_count && p->mappings[0].file)
        picture->title = cprof_path_base(cprof_profile_string(p, p->mappings[0].file));
    picture->graph = cprof_report_graph(report, CPROF_GRAPH_PICTURE, err);
    if (!picture->graph || !cprof_report_graph_lines(report, picture->graph, true, &picture->lines, err))
        return false;
    return (cprof_vec_push(report->view->env, &picture->lines.at, hint) && add_boxes(picture) &&
            add_arrows(picture)) ||
           cprof_error_memory(report->view->env, err);
}

void cprof_picture_deinit(cprof_picture *picture) {
    cprof_vec_free(picture->report->view->env, &picture->lines.at);
    cprof_graph_free(picture->graph);
    picture->graph = NULL;
}
