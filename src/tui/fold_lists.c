/* Lists: tags with their values, stacks by weight, goroutines by stack and state. */
#include "tui/fold.h"

#include "app/reports.h"
#include "graph/shorten.h"
#include "report/goroutines.h"
#include "report/stack_list.h"
#include "report/tags.h"

#include <stdio.h>
#include <stdlib.h>

static bool no_memory(cprof_fold *fold, cprof_error *err) {
    return cprof_error_memory(fold->env, err);
}

/* --- tags --- */

/* A comma would part two expressions, "=" a key from its value, "//:" what follows from a line; what is
 * no printing character of ASCII may not outlive a line of input. */
static void put_tag_text(cprof_sink *sink, cprof_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 32 || c == 127 || strchr(" ,=/", c))
            cprof_sink_printf(sink, "\\x%02x", c);
        else if (strchr("\\.+*?()|[]{}^$", c))
            cprof_sink_printf(sink, "\\%c", c);
        else
            cprof_sink_putc(sink, (char)c);
    }
}

static bool is_word(cprof_slice unit) {
    for (size_t i = 0; i < unit.len; i++)
        if ((unit.ptr[i] | 0x20) < 'a' || (unit.ptr[i] | 0x20) > 'z')
            return false;
    return true;
}

/* What tagfocus has to be for this value alone; nothing where a filter cannot say it. */
static bool put_expression(cprof_fold *fold, const cprof_tags_key *key, const cprof_tags_value *value,
                           cprof_slice *expression) {
    cprof_sink text;
    cprof_sink_init_memory(&text, fold->env);
    if (!value->is_number) {
        cprof_sink_putc(&text, '^');
        put_tag_text(&text, key->name);
        cprof_sink_putc(&text, ':');
        put_tag_text(&text, value->name);
        cprof_sink_putc(&text, '$');
    } else if (!value->is_text && is_word(key->unit) && cprof_slice_find(key->name, '=') == key->name.len &&
               key->name.len && cprof_slice_equal(key->name, cprof_slice_trim(key->name))) {
        cprof_sink_slice(&text, key->name);
        cprof_sink_printf(&text, "=%" PRId64 "%.*s", value->low, CPROF_SLICE_ARG(key->unit));
        if (value->low != value->high)
            cprof_sink_printf(&text, ":%" PRId64 "%.*s", value->high, CPROF_SLICE_ARG(key->unit));
    }
    bool ok = text.error.code == CPROF_OK && cprof_fold_keep(fold, cprof_sink_bytes(&text), expression);
    cprof_sink_deinit(&text);
    return ok;
}

static bool add_key(cprof_fold *fold, const cprof_tags_key *key, cprof_error *err) {
    uint32_t at = (uint32_t)fold->rows.count;
    cprof_fold_row row = {.part = CPROF_PART_KEY,
                          .caller = CPROF_NONE,
                          .end = at + 1 + key->value_count,
                          .function = CPROF_SLICE("")};
    if (!cprof_fold_keep(fold, key->name, &row.name) || !cprof_fold_keep_amount(fold, &key->amount, &row.cum))
        return no_memory(fold, err);
    if (!cprof_fold_add(fold, row, err))
        return false;
    for (uint32_t i = 0; i < key->value_count; i++) {
        const cprof_tags_value *value = &key->values[i];
        cprof_fold_row below = {.part = CPROF_PART_VALUE,
                                .caller = at,
                                .depth = 1,
                                .end = at + 2 + i,
                                .function = CPROF_SLICE("")};
        if (!cprof_fold_keep(fold, value->name, &below.name) ||
            !cprof_fold_keep_amount(fold, &value->amount, &below.cum) ||
            !put_expression(fold, key, value, &below.place))
            return no_memory(fold, err);
        if (!cprof_fold_add(fold, below, err))
            return false;
    }
    return true;
}

bool cprof_fold_tags(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_tags tags;
    (void)sink;
    bool ok = cprof_tags_init(&tags, job->report, err) && cprof_fold_keep_total(fold, job->report, err);
    for (uint32_t i = 0; ok && i < tags.key_count; i++)
        ok = add_key(fold, &tags.keys[i], err);
    if (ok && tags.key_count == 0)
        ok = cprof_fold_add_note(fold, CPROF_SLICE("The samples have no tags (labels)."), err);
    return ok;
}

/* --- stacks --- */

enum { STACKS_MAX = 10000 };

typedef struct stack_order {
    int64_t change;
    uint32_t row;
} stack_order;

static uint64_t size_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static int compare_stacks(const void *a, const void *b) {
    const stack_order *x = a, *y = b;
    uint64_t p = size_of(x->change), q = size_of(y->change);
    return p != q ? (p < q) - (p > q) : (x->row > y->row) - (x->row < y->row);
}

static int64_t change_of(cprof_stack_sum sum) {
    return cprof_sum_held(sum.value, sum.base == INT64_MIN ? INT64_MAX : -sum.base);
}

/* Adds a frame to the stack that is being folded.  known: where in the fold it is, CPROF_NONE until it has
 * been met; file: "" where it is not shown. */
static bool fold_frame(cprof_fold *fold, cprof_slice name, cprof_slice function, cprof_slice file,
                       int64_t line, uint32_t *known) {
    if (*known == CPROF_NONE) {
        char number[24];
        size_t n = file.len ? (size_t)snprintf(number, sizeof number, ":%" PRId64, line) : 0;
        char *buffer = cprof_arena_alloc(&fold->arena, name.len + 1);
        char *place = cprof_arena_alloc(&fold->arena, file.len + n + 1);
        cprof_fold_frame made;
        if (!buffer || !place || !cprof_fold_keep(fold, name, &made.name) ||
            !cprof_fold_keep(fold, function, &made.function))
            return false;
        cprof_vec_copy(place, file.ptr, file.len);
        cprof_vec_copy(place + file.len, number, n);
        made.place = (cprof_slice){place, file.len + n};
        made.brief = cprof_name_shorten(made.name, buffer);
        *known = (uint32_t)fold->frames.count;
        if (!cprof_vec_push(fold->env, &fold->frames, made))
            return false;
    }
    return cprof_vec_push(fold->env, &fold->stack_frames, *known);
}

/* The frames of a stack, leaf first. */
static bool fold_frames(cprof_fold *fold, const cprof_report *report, const cprof_stack_list *list,
                        uint32_t stack, uint32_t *frames, cprof_fold_row *row) {
    cprof_stack_walk walk = cprof_stack_walk_of(report->view, stack);
    cprof_frame_mark mark;
    uint32_t frame;
    row->below = (uint32_t)fold->stack_frames.count;
    while (cprof_stack_list_next(list, &walk, &frame, &mark)) {
        const cprof_stack_frame *from = &list->stacks.frames.at[frame];
        cprof_slice function = from->name;
        if (from->function)
            function = cprof_profile_string(report->view->profile, from->function);
        if (!fold_frame(fold, from->name, function, CPROF_SLICE(""), 0, &frames[frame]))
            return false;
    }
    row->below_count = (uint32_t)fold->stack_frames.count - row->below;
    uint32_t *at = fold->stack_frames.at + row->below;
    for (uint32_t i = 0; i < row->below_count / 2; i++) {
        uint32_t other = at[row->below_count - 1 - i];
        at[row->below_count - 1 - i] = at[i];
        at[i] = other;
    }
    const cprof_fold_frame *leaf = row->below_count ? &fold->frames.at[at[0]] : NULL;
    row->name = leaf ? leaf->name : CPROF_SLICE("(no frame is shown)");
    row->function = leaf ? leaf->function : CPROF_SLICE("");
    return true;
}

static bool add_stack(cprof_fold *fold, cprof_report *report, const cprof_stack_list *list,
                      const stack_order *order, uint32_t *frames, cprof_error *err) {
    cprof_fold_row row = {.part = CPROF_PART_STACK, .caller = CPROF_NONE, .place = CPROF_SLICE("")};
    cprof_amount amount;
    if (!fold_frames(fold, report, list, list->rows.at[order->row].stack, frames, &row) ||
        !cprof_report_amount(report, order->change, report->total, &amount) ||
        !cprof_fold_keep_amount(fold, &amount, &row.cum))
        return no_memory(fold, err);
    return cprof_fold_add(fold, row, err);
}

/* What the stacks that are left out weigh together. */
static bool add_rest(cprof_fold *fold, cprof_report *report, const stack_order *order, size_t count,
                     cprof_error *err) {
    char text[200];
    cprof_amount amount;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = cprof_sum_held(sum, order[i].change);
    if (!cprof_report_amount(report, sum, report->total, &amount))
        return no_memory(fold, err);
    snprintf(text, sizeof text, "… and %zu lighter stack%s, %.*s (%.*s): a filter brings them up", count,
             count == 1 ? "" : "s", CPROF_SLICE_ARG(amount.text),
             CPROF_SLICE_ARG(cprof_slice_trim(amount.percent_text)));
    return cprof_fold_add_note(fold, cprof_slice_of(text), err);
}

/* The heaviest stacks; only of them frames are copied, and rows of frames are made when one is unfolded. */
static bool add_stacks(cprof_fold *fold, cprof_report *report, const cprof_stack_list *list,
                       cprof_error *err) {
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(fold->env));
    size_t count = list->rows.count, kept = count < STACKS_MAX ? count : STACKS_MAX;
    size_t frame_count = list->stacks.frames.count + 1;
    stack_order *order = cprof_arena_alloc(&scratch, (count + 1) * sizeof *order);
    uint32_t *frames = cprof_arena_alloc(&scratch, frame_count * sizeof *frames);
    bool ok = (order && frames) || no_memory(fold, err);
    if (ok) {
        memset(frames, 0xff, frame_count * sizeof *frames);
        for (uint32_t i = 0; i < count; i++)
            order[i] = (stack_order){change_of(list->rows.at[i].sum), i};
        qsort(order, count, sizeof *order, compare_stacks);
    }
    for (size_t i = 0; ok && i < kept; i++)
        ok = add_stack(fold, report, list, &order[i], frames, err);
    if (ok && kept < count)
        ok = add_rest(fold, report, order + kept, count - kept, err);
    cprof_arena_deinit(&scratch);
    return ok;
}

bool cprof_fold_traces(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_stack_list list;
    (void)sink;
    bool ok = cprof_stack_list_init(&list, job->report, err);
    if (ok) {
        fold->is_difference |= list.stacks.kind != CPROF_STACKS_PLAIN;
        ok = cprof_fold_keep_total(fold, job->report, err) && add_stacks(fold, job->report, &list, err);
    }
    cprof_stack_list_deinit(&list);
    return ok;
}

/* --- goroutines --- */

static cprof_slice text_of(const cprof_goroutines *g, cprof_str id) {
    return cprof_strtab_get(&g->stacks.strings, id);
}

static bool keep_count(cprof_fold *fold, int64_t count, int64_t total, bool sign, cprof_share *share) {
    char text[32], percent[CPROF_LABEL_MAX];
    snprintf(text, sizeof text, sign ? "%+" PRId64 : "%" PRId64, count);
    share->value = count;
    share->percent = total ? (double)count / (double)total * 100 : 0;
    return cprof_fold_keep(fold, cprof_slice_of(text), &share->text) &&
           cprof_fold_keep(fold, cprof_measure_percentage(count, total, percent), &share->percent_text);
}

static bool fold_goroutine_frames(cprof_fold *fold, const cprof_goroutines *g, uint32_t stack,
                                  uint32_t *frames, cprof_fold_row *row) {
    const cprof_goroutine_stack *from = &g->stacks.stacks.at[stack];
    row->below = (uint32_t)fold->stack_frames.count;
    row->below_count = from->count;
    for (uint32_t i = 0; i < from->count; i++) {
        uint32_t at = g->stacks.frame_rows.at[from->first + i];
        const cprof_goroutine_frame *f = &g->stacks.frames.at[at];
        cprof_slice name = text_of(g, f->function);
        if (!fold_frame(fold, name, name, text_of(g, f->file), f->line, &frames[at]))
            return false;
    }
    return true;
}

static void put_ids(cprof_sink *sink, const cprof_goroutine_side *side) {
    if (side->id_count == 0)
        return;
    cprof_sink_printf(sink, "%sgoroutine%s ", sink->count ? "; " : "", side->count == 1 ? "" : "s");
    for (uint32_t i = 0; i < side->id_count; i++)
        cprof_sink_printf(sink, "%s%" PRIu64, i ? ", " : "", side->ids[i]);
    if (side->count > side->id_count)
        cprof_sink_printf(sink, " and %" PRId64 " more", side->count - side->id_count);
}

/* "created by main.main; median wait 3 min; goroutines 5, 6; 1 locked to its thread" */
static bool keep_more(cprof_fold *fold, const cprof_goroutines *g, const cprof_goroutine_group *group,
                      cprof_slice *more) {
    cprof_sink text;
    cprof_sink_init_memory(&text, fold->env);
    if (group->creator_count) {
        cprof_sink_puts(&text, "created by ");
        cprof_sink_slice(&text, text_of(g, group->creator));
        if (group->creator_count > 1)
            cprof_sink_printf(&text, " and %" PRIu32 " more", group->creator_count - 1);
    }
    for (uint32_t i = 0; i < g->dumps; i++) {
        const cprof_goroutine_side *side = &group->side[i];
        if (side->median > 0)
            cprof_sink_printf(&text, "%smedian wait %g min", text.count ? "; " : "", side->median);
        put_ids(&text, side);
        if (side->locked)
            cprof_sink_printf(&text, "%s%" PRId64 " locked to a thread", text.count ? "; " : "",
                              side->locked);
    }
    bool ok = text.error.code == CPROF_OK && cprof_fold_keep(fold, cprof_sink_bytes(&text), more);
    cprof_sink_deinit(&text);
    return ok;
}

static bool add_group(cprof_fold *fold, const cprof_goroutines *g, const cprof_goroutine_group *group,
                      uint32_t *frames, cprof_error *err) {
    cprof_fold_row row = {.part = CPROF_PART_STACK, .caller = CPROF_NONE, .name = CPROF_SLICE("not known")};
    int64_t left = group->side[0].count, right = group->side[1].count;
    int64_t longest =
        group->side[0].longest > group->side[1].longest ? group->side[0].longest : group->side[1].longest;
    row.number = longest > 0 ? (uint64_t)longest : 0;
    char wait[32] = "";
    if (longest > 0)
        snprintf(wait, sizeof wait, "%" PRId64 " min", longest);
    bool ok = (!group->state || cprof_fold_keep(fold, text_of(g, group->state), &row.name)) &&
              cprof_fold_keep(fold, cprof_slice_of(wait), &row.of_caller) &&
              keep_more(fold, g, group, &row.place) &&
              fold_goroutine_frames(fold, g, group->stack, frames, &row) &&
              keep_count(fold, left, g->total[0], false, &row.flat) &&
              keep_count(fold, right, g->total[1], false, &row.cum) &&
              keep_count(fold, right - left, g->total[0], true, &row.sum);
    if (!ok)
        return no_memory(fold, err);
    if (g->dumps == 1)
        row.cum = row.flat;
    row.function =
        row.below_count ? fold->frames.at[fold->stack_frames.at[row.below]].function : CPROF_SLICE("");
    return cprof_fold_add(fold, row, err);
}

static bool add_groups(cprof_fold *fold, const cprof_goroutines *g, cprof_error *err) {
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(fold->env));
    size_t frame_count = g->stacks.frames.count + 1;
    uint32_t *frames = cprof_arena_alloc(&scratch, frame_count * sizeof *frames);
    bool ok = frames || no_memory(fold, err);
    if (ok)
        memset(frames, 0xff, frame_count * sizeof *frames);
    /* What has changed stands first where two dumps are compared. */
    static const cprof_goroutine_section sections[] = {CPROF_GOROUTINES_RIGHT, CPROF_GOROUTINES_LEFT,
                                                       CPROF_GOROUTINES_BOTH};
    bool has_states = false;
    for (int s = 0; ok && s < CPROF_GOROUTINE_SECTIONS; s++) {
        const cprof_goroutine_sum *sum = &g->sections[sections[s]];
        for (uint32_t i = 0; ok && i < sum->kept; i++) {
            const cprof_goroutine_group *group = &g->groups.at[sum->first + i];
            has_states |= group->state != 0;
            ok = add_group(fold, g, group, frames, err);
        }
    }
    if (ok && g->groups.count > 0 && !has_states)
        ok = cprof_fold_add_note(
            fold,
            CPROF_SLICE("Only dumps of …/debug/pprof/goroutine?debug=2 (and crash logs) say "
                        "in which state goroutines are, and how long they have waited."),
            err);
    cprof_arena_deinit(&scratch);
    return ok;
}

static bool say_why_not(cprof_fold *fold, const cprof_error *why, cprof_error *err) {
    return cprof_fold_add_note(fold, cprof_slice_of(why->message), err) &&
           cprof_fold_add_note(fold,
                               CPROF_SLICE("This view groups the goroutines of a dump, such as "
                                           "…/debug/pprof/goroutine?debug=2 gives, by state and stack."),
                               err);
}

bool cprof_fold_goroutines(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_goroutines goroutines;
    cprof_error why = CPROF_ERROR_INIT;
    (void)sink;
    bool ok = cprof_job_goroutines(job, &goroutines, &why);
    if (ok) {
        char total[32];
        snprintf(total, sizeof total, "%" PRId64 " goroutines", goroutines.total[goroutines.dumps - 1]);
        fold->has_two = goroutines.dumps == 2;
        ok = (cprof_fold_keep(fold, cprof_slice_of(total), &fold->total) || no_memory(fold, err)) &&
             add_groups(fold, &goroutines, err);
    } else if (why.code == CPROF_ERR_VALUE) {
        ok = say_why_not(fold, &why, err);
    } else if (err) {
        *err = why;
    }
    cprof_goroutines_deinit(&goroutines);
    return ok;
}
