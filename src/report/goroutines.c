#include "report/goroutines.h"

#include <stdlib.h>

/* Goroutines of one sample that belong to one group. */
typedef struct record {
    uint32_t group, side, sample;
    cprof_str creator;
    int64_t count, wait;
    bool locked;
} record;

typedef struct work {
    cprof_goroutines *g;
    const cprof_goroutines_options *options;
    const cprof_view *view;
    CPROF_VEC(record) records;
    cprof_index group_index;
    uint32_t *stack_rows; /* of the profile's stacks: the equal one's of g->stacks */
    /* CPROF_NONE: the profile has no such string */
    cprof_str state_key, wait_key, creator_key, locked_key, base_key;
} work;

void cprof_goroutines_deinit(cprof_goroutines *g) {
    cprof_goroutine_stacks_deinit(&g->stacks);
    cprof_vec_free(g->env, &g->groups);
}

static cprof_str key_of(const cprof_profile *p, const char *name) {
    cprof_str id;
    return cprof_strtab_find(&p->strings, cprof_slice_of(name), &id) ? id : CPROF_NONE;
}

static void read_labels(const work *w, uint32_t set, record *r, cprof_str *state) {
    const cprof_profile *p = w->view->profile;
    *state = 0;
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *l = &p->label_sets.labels[i];
        if (l->key == w->wait_key && l->is_number && l->number > 0)
            r->wait = l->number;
        else if (l->key == w->state_key && !l->is_number)
            *state = l->text;
        else if (l->key == w->creator_key && !l->is_number)
            r->creator = l->text;
        else if (l->key == w->locked_key && !l->is_number)
            r->locked = true;
        else if (l->key == w->base_key && !l->is_number)
            r->side = 0;
    }
}

static bool find_group(work *w, uint32_t stack, cprof_str state, uint32_t *row) {
    cprof_goroutines *g = w->g;
    uint64_t hash = cprof_hash_u64((uint64_t)stack << 32 | state);
    cprof_index_probe probe = cprof_index_start(&w->group_index, hash);
    while (cprof_index_next(&w->group_index, &probe, row))
        if (g->groups.at[*row].stack == stack && g->groups.at[*row].state == state)
            return true;
    *row = (uint32_t)g->groups.count;
    cprof_goroutine_group group = {.stack = stack, .state = state};
    return cprof_vec_push(g->env, &g->groups, group) && cprof_index_insert(&w->group_index, hash, *row);
}

/* Of two numbers that are not negative. */
static int64_t sum_of(int64_t a, int64_t b) {
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static bool add_sample(work *w, uint32_t sample) {
    const cprof_profile *p = w->view->profile;
    record r = {.side = w->g->dumps - 1, .sample = sample, .count = cprof_view_value(w->view, sample)};
    cprof_str state;
    read_labels(w, cprof_sample_label_set(p, sample), &r, &state);
    if (w->g->dumps == 2 && r.side == 0)
        r.count = r.count > -INT64_MAX ? -r.count : INT64_MAX;
    if (r.count <= 0)
        return true;
    w->g->total[r.side] = sum_of(w->g->total[r.side], r.count);
    if (r.wait < w->options->min_wait ||
        (w->options->state && !cprof_regex_match(w->options->state, cprof_profile_string(p, state))))
        return true;
    cprof_strtab *strings = &w->g->stacks.strings;
    return cprof_strtab_add(strings, cprof_profile_string(p, state), &state) &&
           cprof_strtab_add(strings, cprof_profile_string(p, r.creator), &r.creator) &&
           find_group(w, w->stack_rows[p->samples.stack[sample]], state, &r.group) &&
           cprof_vec_push(w->g->env, &w->records, r);
}

static bool has_base(const work *w) {
    const cprof_profile *p = w->view->profile;
    for (uint32_t i = 0; w->base_key != CPROF_NONE && i < p->label_sets.first[p->label_sets.count]; i++)
        if (p->label_sets.labels[i].key == w->base_key && !p->label_sets.labels[i].is_number)
            return true;
    return false;
}

static bool add_samples(work *w, cprof_error *err) {
    const cprof_view *view = w->view;
    const cprof_profile *p = view->profile;
    cprof_budget *budget = cprof_env_budget(view->env);
    size_t size = (p->stacks.count + (size_t)1) * sizeof *w->stack_rows;
    w->stack_rows = cprof_mem_resize(budget, NULL, 0, size);
    if (!w->stack_rows)
        return cprof_error_memory(view->env, err);
    w->state_key = key_of(p, "state");
    w->wait_key = key_of(p, "wait");
    w->creator_key = key_of(p, "created_by");
    w->locked_key = key_of(p, "locked");
    w->base_key = key_of(p, "pprof::base");
    w->g->dumps = has_base(w) ? 2 : 1;
    bool done = cprof_goroutine_stacks_add(&w->g->stacks, view, w->stack_rows, err);
    for (uint32_t i = 0, n = cprof_view_sample_count(view); done && i < n; i++)
        done = add_sample(w, cprof_view_sample(view, i)) || cprof_error_memory(view->env, err);
    cprof_mem_free(budget, w->stack_rows, size);
    return done;
}

/* --- what the records of a group say together --- */

static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* By group and dump; those that wait longest first. */
static int compare_waits(const void *a, const void *b) {
    const record *x = a, *y = b;
    int by = order(x->group, y->group);
    by = by ? by : order(x->side, y->side);
    by = by ? by : order(y->wait, x->wait);
    return by ? by : order(x->sample, y->sample);
}

static int compare_creators(const void *a, const void *b) {
    const record *x = a, *y = b;
    int by = order(x->group, y->group);
    return by ? by : order(x->creator, y->creator);
}

/* The wait of the goroutine at `place`, counted from the one that waits longest. */
static int64_t wait_at(const record *r, size_t count, int64_t place) {
    for (size_t i = 0; i < count; i++) {
        if (place < r[i].count)
            return r[i].wait;
        place -= r[i].count;
    }
    return 0;
}

static void add_examples(const work *w, const record *r, cprof_goroutine_side *side) {
    const cprof_members *members = &w->view->profile->members;
    if (!members->first)
        return;
    for (uint32_t i = members->first[r->sample]; i < members->first[r->sample + 1]; i++) {
        if (side->id_count == CPROF_GOROUTINE_EXAMPLES)
            return;
        side->ids[side->id_count++] = members->id[i];
    }
}

/* r[0 .. count): one group's records of one dump. */
static void sum_side(work *w, const record *r, size_t count) {
    cprof_goroutine_side *side = &w->g->groups.at[r->group].side[r->side];
    side->longest = r[0].wait;
    for (size_t i = 0; i < count; i++) {
        side->count = sum_of(side->count, r[i].count);
        side->locked = sum_of(side->locked, r[i].locked ? r[i].count : 0);
        add_examples(w, &r[i], side);
    }
    int64_t upper = wait_at(r, count, (side->count - 1) / 2), lower = wait_at(r, count, side->count / 2);
    side->median = ((double)upper + (double)lower) / 2;
}

/* r[0 .. count): one group's records, by creator. */
static void choose_creator(work *w, const record *r, size_t count) {
    cprof_goroutine_group *group = &w->g->groups.at[r->group];
    int64_t most = 0;
    for (size_t i = 0, next; i < count; i = next) {
        int64_t sum = 0;
        for (next = i; next < count && r[next].creator == r[i].creator; next++)
            sum = sum_of(sum, r[next].count);
        group->creator_count += r[i].creator != 0;
        if (sum > most) {
            most = sum;
            group->creator = r[i].creator;
        }
    }
}

static void sum_groups(work *w) {
    record *r = w->records.at;
    size_t n = w->records.count;
    if (n == 0)
        return;
    qsort(r, n, sizeof *r, compare_waits);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && r[next].group == r[i].group && r[next].side == r[i].side;)
            next++;
        sum_side(w, r + i, next - i);
    }
    qsort(r, n, sizeof *r, compare_creators);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && r[next].group == r[i].group;)
            next++;
        choose_creator(w, r + i, next - i);
    }
}

/* --- the order of the groups --- */

static cprof_goroutine_section section_of(const cprof_goroutine_group *group) {
    if (group->side[1].count == 0)
        return CPROF_GOROUTINES_LEFT;
    return group->side[0].count == 0 ? CPROF_GOROUTINES_RIGHT : CPROF_GOROUTINES_BOTH;
}

/* Goroutines that came or went. */
static int64_t change_of(const cprof_goroutine_group *group) {
    int64_t change = group->side[1].count - group->side[0].count;
    return change < 0 ? -change : change;
}

static int64_t longest_of(const cprof_goroutine_group *group) {
    int64_t left = group->side[0].longest, right = group->side[1].longest;
    return left > right ? left : right;
}

/* By section; what changed most, is most, waits longest first.  Rows of stacks are in order of appearance. */
static int compare_groups(const void *a, const void *b) {
    const cprof_goroutine_group *x = a, *y = b;
    int by = order(section_of(x), section_of(y));
    by = by ? by : order(change_of(y), change_of(x));
    by = by ? by : order(y->side[0].count, x->side[0].count);
    by = by ? by : order(longest_of(y), longest_of(x));
    by = by ? by : order(x->stack, y->stack);
    return by ? by : order(x->state, y->state);
}

static double percent_of(const cprof_goroutines *g, const cprof_goroutine_group *group) {
    int64_t all = g->total[0] > g->total[1] ? g->total[0] : g->total[1];
    double left = (double)group->side[0].count, right = (double)group->side[1].count;
    return (g->dumps == 2 ? right - left : left) * 100 / (double)all;
}

static void cut_sections(work *w) {
    cprof_goroutines *g = w->g;
    if (g->groups.count > 0)
        qsort(g->groups.at, g->groups.count, sizeof *g->groups.at, compare_groups);
    for (uint32_t i = 0; i < g->groups.count; i++) {
        cprof_goroutine_group *group = &g->groups.at[i];
        cprof_goroutine_sum *sum = &g->sections[section_of(group)];
        group->percent = percent_of(g, group);
        if (sum->groups++ == 0)
            sum->first = i;
        for (int side = 0; side < CPROF_GOROUTINE_DUMPS; side++)
            sum->count[side] = sum_of(sum->count[side], group->side[side].count);
        if (w->options->limit <= 0 || sum->kept < (unsigned long)w->options->limit)
            sum->kept++;
    }
}

bool cprof_goroutines_init(cprof_goroutines *g, const cprof_view *view,
                           const cprof_goroutines_options *options, cprof_error *err) {
    *g = (cprof_goroutines){.env = view->env};
    work w = {.g = g, .options = options, .view = view};
    cprof_index_init(&w.group_index, cprof_env_budget(view->env));
    bool done = cprof_goroutine_stacks_init(&g->stacks, view->env, err) && add_samples(&w, err);
    if (done && options->state && cprof_regex_failed(options->state, err))
        done = false;
    if (done) {
        sum_groups(&w);
        cut_sections(&w);
    }
    cprof_vec_free(view->env, &w.records);
    cprof_index_deinit(&w.group_index);
    return done;
}

bool cprof_goroutines_minutes(cprof_slice text, int64_t *minutes, cprof_error *err) {
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"", 60}, {"s", 1}, {"m", 60}, {"min", 60}, {"minutes", 60}, {"h", 3600}, {"d", 86400}};
    cprof_slice rest = cprof_slice_trim(text);
    int64_t number = 0;
    size_t digits = 0;
    for (; digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9' &&
           number < INT64_MAX / 1000000;
         digits++)
        number = number * 10 + (rest.ptr[digits] - '0');
    rest = cprof_slice_trim(cprof_slice_sub(rest, digits, rest.len));
    for (size_t i = 0; digits > 0 && i < sizeof units / sizeof *units; i++) {
        if (cprof_slice_is(rest, units[i].unit)) {
            int64_t seconds;
            if (__builtin_mul_overflow(number, units[i].seconds, &seconds))
                break;
            *minutes = seconds / 60 + (seconds % 60 != 0);
            return true;
        }
    }
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "\"%.*s\" is no waiting time such as 10m, 2h or 90s",
                           CPROF_SLICE_ARG(text));
}
