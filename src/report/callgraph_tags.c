#include "report/callgraph_tags.h"

#include <math.h>
#include <stdlib.h>

#define TAGS_SHOWN 4 /* of one kind at one node */

/* A newline stands for the two characters that the reference joins labels with. */
static int order_byte(char c) {
    return c == '\n' ? '\\' : (unsigned char)c;
}

static int compare_names(cprof_slice a, cprof_slice b) {
    for (size_t i = 0; i < a.len && i < b.len; i++)
        if (a.ptr[i] != b.ptr[i])
            return order_byte(a.ptr[i]) - order_byte(b.ptr[i]);
    return (a.len > b.len) - (a.len < b.len);
}

static int compare_tags(const void *left, const void *right, void *by_flat) {
    const cprof_tag *a = left, *b = right;
    int64_t x = cprof_i64_abs(a->cum), y = cprof_i64_abs(b->cum);
    if (!*(const bool *)by_flat && x != y)
        return x > y ? -1 : 1;
    x = cprof_i64_abs(a->flat);
    y = cprof_i64_abs(b->flat);
    if (x != y)
        return x > y ? -1 : 1;
    int order = compare_names(a->name, b->name);
    return order ? order : a->labels < b->labels ? -1 : a->labels > b->labels;
}

typedef struct choosing {
    cprof_report *report;
    cprof_slice unit; /* of the numbers */
    bool by_flat;     /* the node calls others: only its own samples */
} choosing;

static int64_t flat_value(const cprof_tag *t) {
    return cprof_i64_mean(t->flat, t->flat_div);
}
static int64_t cum_value(const cprof_tag *t) {
    return cprof_i64_mean(t->cum, t->cum_div);
}

static void sort_tags(choosing *c, cprof_tag *tags, size_t count) {
    if (count > 1)
        qsort_r(tags, count, sizeof *tags, compare_tags, &c->by_flat);
}

/* A tag for a group of numbers: "4kB..1MB". */
static bool join_group(choosing *c, const cprof_tag *group, size_t count, cprof_tag *joined) {
    char low[CPROF_LABEL_MAX], high[CPROF_LABEL_MAX];
    const cprof_slice automatic = CPROF_SLICE("auto");
    int64_t least = group[0].number, most = group[0].number;
    cprof_tag sum = {.is_number = true};
    bool clipped = false;
    for (size_t i = 0; i < count; i++) {
        least = group[i].number < least ? group[i].number : least;
        most = group[i].number > most ? group[i].number : most;
        cprof_i64_add(&sum.flat, group[i].flat, &clipped);
        cprof_i64_add(&sum.cum, group[i].cum, &clipped);
        cprof_i64_add(&sum.flat_div, group[i].flat_div, &clipped);
        cprof_i64_add(&sum.cum_div, group[i].cum_div, &clipped);
    }
    const cprof_slice parts[] = {cprof_measure_label(least, c->unit, automatic, low), CPROF_SLICE(".."),
                                 cprof_measure_label(most, c->unit, automatic, high)};
    *joined = (cprof_tag){.is_number = true, .flat = flat_value(&sum), .cum = cum_value(&sum)};
    joined->name = cprof_report_join(c->report, parts, count > 1 ? 3 : 1);
    return joined->name.ptr != NULL;
}

/* Which of the first tags is the nearest to a number. */
static size_t nearest(const cprof_tag *tags, int64_t number) {
    size_t best = 0;
    double least = fabs((double)number - (double)tags[0].number);
    for (size_t i = 1; i < TAGS_SHOWN; i++) {
        double distance = fabs((double)number - (double)tags[i].number);
        if (distance < least) {
            best = i;
            least = distance;
        }
    }
    return best;
}

/* Brings many numbers to TAGS_SHOWN ranges around the heaviest. tags: sorted; count > TAGS_SHOWN. */
static bool collapse(choosing *c, cprof_tag *tags, size_t count) {
    cprof_tag joined[TAGS_SHOWN];
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(c->report->view->env));
    cprof_tag *group = cprof_arena_calloc(&scratch, count, sizeof *group);
    unsigned char *of = cprof_arena_calloc(&scratch, count, sizeof *of);
    bool ok = group && of;
    for (size_t i = TAGS_SHOWN; ok && i < count; i++)
        of[i] = (unsigned char)nearest(tags, tags[i].number);
    for (size_t g = 0; ok && g < TAGS_SHOWN; g++) {
        size_t n = 0;
        group[n++] = tags[g];
        for (size_t i = TAGS_SHOWN; i < count; i++)
            if (of[i] == g)
                group[n++] = tags[i];
        ok = join_group(c, group, n, &joined[g]);
    }
    if (ok)
        memcpy(tags, joined, sizeof joined);
    cprof_arena_deinit(&scratch);
    return ok;
}

static bool show_tag(choosing *c, const cprof_tag *tag, size_t rank, cprof_picture_tag *shown) {
    char text[CPROF_LABEL_MAX];
    *shown = (cprof_picture_tag){.rank = (uint32_t)rank, .name = tag->name};
    int64_t flat = flat_value(tag), cum = cum_value(tag);
    shown->partly = tag->is_number && !c->by_flat && flat != cum;
    shown->value = c->by_flat || (tag->is_number && flat == cum) ? flat : cum;
    const cprof_slice value = cprof_report_value(c->report, shown->value, text);
    shown->text = cprof_report_join(c->report, &value, 1);
    return shown->text.ptr != NULL;
}

/* The numbers among tags[0 .. count) that belong to `labels`. */
static bool show_numbers(choosing *c, const cprof_tag *tags, uint32_t count, uint32_t labels,
                         cprof_picture_tag **shown, uint32_t *shown_count) {
    cprof_tag *own = cprof_arena_alloc(&c->report->arena, ((size_t)count + 1) * sizeof *own);
    *shown = cprof_arena_calloc(&c->report->arena, TAGS_SHOWN, sizeof **shown);
    if (!own || !*shown)
        return false;
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (tags[i].is_number && tags[i].labels == labels)
            own[n++] = tags[i];
    sort_tags(c, own, n);
    if (n > TAGS_SHOWN) {
        if (!collapse(c, own, n))
            return false;
        n = TAGS_SHOWN;
        sort_tags(c, own, n);
    }
    for (size_t i = 0; i < n; i++) {
        cprof_picture_tag *tag = &(*shown)[*shown_count];
        if (!show_tag(c, &own[i], i, tag))
            return false;
        *shown_count += tag->value != 0;
    }
    return true;
}

static bool show_labels(choosing *c, const cprof_tag *tags, uint32_t count, cprof_box *box) {
    cprof_tag *labels = cprof_arena_alloc(&c->report->arena, ((size_t)count + 1) * sizeof *labels);
    box->labels = cprof_arena_calloc(&c->report->arena, TAGS_SHOWN, sizeof *box->labels);
    if (!labels || !box->labels)
        return false;
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        if (!tags[i].is_number)
            labels[n++] = tags[i];
    sort_tags(c, labels, n);
    for (size_t i = 0; i < n && i < TAGS_SHOWN; i++) {
        cprof_picture_tag *tag = &box->labels[box->label_count];
        if (!show_tag(c, &labels[i], i, tag))
            return false;
        if (tag->value == 0)
            continue;
        box->label_count++;
        if (!show_numbers(c, tags, count, labels[i].labels, &tag->numbers, &tag->number_count))
            return false;
    }
    return true;
}

bool cprof_box_add_tags(cprof_report *report, const cprof_graph *g, cprof_slice unit, cprof_box *box) {
    uint32_t v = box->node.vertex, count = g->tag_first[v + 1] - g->tag_first[v];
    if (count == 0)
        return true;
    const cprof_tag *tags = g->tags + g->tag_first[v];
    choosing c = {report, unit, g->out_first[v + 1] > g->out_first[v]};
    return show_labels(&c, tags, count, box) &&
           show_numbers(&c, tags, count, 0, &box->numbers, &box->number_count);
}
