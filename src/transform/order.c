#include "transform/order.h"

/* The rows of a table that are used, and where they go. */
typedef struct row_order {
    uint32_t *to;   /* by old row: the new one, or CPROF_NONE */
    uint32_t *from; /* by new row */
    uint32_t rows, used;
    bool moved; /* some row changes its place */
} row_order;

typedef struct order_pass {
    cprof_profile *p;
    cprof_arena scratch;
    row_order stacks, locations, functions, mappings;
} order_pass;

bool cprof_sample_is_zero(const cprof_profile *p, uint32_t sample) {
    const int64_t *values = cprof_sample_values(p, sample);
    for (uint32_t i = 0; i < p->type_count; i++)
        if (values[i] != 0)
            return false;
    return true;
}

static void move_sample(cprof_profile *p, uint32_t from, uint32_t to) {
    cprof_samples *s = &p->samples;
    s->stack[to] = s->stack[from];
    if (s->label_set)
        s->label_set[to] = s->label_set[from];
    memcpy(s->values + (size_t)to * p->type_count, s->values + (size_t)from * p->type_count,
           p->type_count * sizeof *s->values);
}

/* The members of sample `from` become those of sample `to`, behind those of the samples before it. */
static void move_members(cprof_members *m, uint32_t from, uint32_t to) {
    uint32_t at = m->first[from], count = m->first[from + 1] - at;
    memmove(m->id + m->first[to], m->id + at, count * sizeof *m->id);
    m->first[to + 1] = m->first[to] + count;
}

void cprof_sieve_samples(cprof_profile *p, cprof_sample_sieve *keep, const void *context) {
    uint32_t count = p->samples.count, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!keep(p, i, context))
            continue;
        if (kept < i) {
            move_sample(p, i, kept);
            if (p->members.first)
                move_members(&p->members, i, kept);
        }
        kept++;
    }
    p->samples.count = kept;
}

static bool is_not_zero(const cprof_profile *p, uint32_t sample, const void *context) {
    (void)context;
    return !cprof_sample_is_zero(p, sample);
}

static bool row_order_init(row_order *order, uint32_t rows, cprof_arena *scratch) {
    size_t size = ((size_t)rows + 1) * sizeof(uint32_t);
    order->rows = rows;
    order->to = cprof_arena_alloc(scratch, size);
    order->from = cprof_arena_alloc(scratch, size);
    if (order->to)
        memset(order->to, 0xff, size); /* CPROF_NONE */
    return order->to && order->from;
}

static inline bool row_order_met(const row_order *order, uint32_t row) {
    return order->to[row] != CPROF_NONE;
}

static inline void row_order_add(row_order *order, uint32_t row) {
    order->moved |= order->used != row;
    order->from[order->used] = row;
    order->to[row] = order->used++;
}

static bool row_order_changes(const row_order *order) {
    return order->moved || order->used < order->rows;
}

static void meet_location(order_pass *pass, uint32_t location) {
    const cprof_locations *l = &pass->p->locations;
    uint32_t mapping = l->mapping[location];
    row_order_add(&pass->locations, location);
    if (mapping != CPROF_NONE && !row_order_met(&pass->mappings, mapping))
        row_order_add(&pass->mappings, mapping);
    for (uint32_t i = l->first_line[location]; i < l->first_line[location + 1]; i++)
        if (!row_order_met(&pass->functions, l->line_function[i]))
            row_order_add(&pass->functions, l->line_function[i]);
}

static bool meet_samples(order_pass *pass, cprof_error *err) {
    const cprof_profile *p = pass->p;
    if (p->mapping_count > 0)
        row_order_add(&pass->mappings, 0);
    for (uint32_t i = 0; i < p->samples.count; i++) {
        uint32_t stack = p->samples.stack[i];
        if (i % 65536 == 0 && cprof_stopped(p->env, err))
            return false;
        if (row_order_met(&pass->stacks, stack))
            continue;
        row_order_add(&pass->stacks, stack);
        for (uint32_t k = p->stacks.first[stack]; k < p->stacks.first[stack + 1]; k++)
            if (!row_order_met(&pass->locations, p->stacks.frames[k]))
                meet_location(pass, p->stacks.frames[k]);
    }
    return true;
}

/* Gives the table's place to another array and frees what was there. */
static void replace(cprof_profile *p, void *old, void *made, size_t size) {
    for (uint32_t i = 0; i < p->block_count; i++) {
        if (p->blocks[i].at == old) {
            cprof_mem_free(cprof_env_budget(p->env), old, p->blocks[i].size);
            p->blocks[i] = (cprof_block){made, size};
            return;
        }
    }
}

/* A column (NULL: an absent one) brought into the order. */
#define GATHER(p, column, order)                                                                             \
    do {                                                                                                     \
        size_t size_ = (size_t)(order)->used * sizeof *(column) + 1;                                         \
        void *old_ = (column);                                                                               \
        if (!old_)                                                                                           \
            break;                                                                                           \
        void *made_ = cprof_mem_resize(cprof_env_budget((p)->env), NULL, 0, size_);                          \
        if (!made_)                                                                                          \
            return false;                                                                                    \
        (column) = made_;                                                                                    \
        for (uint32_t i_ = 0; i_ < (order)->used; i_++)                                                      \
            memcpy((column) + i_, (char *)old_ + (order)->from[i_] * sizeof *(column), sizeof *(column));    \
        replace((p), old_, made_, size_);                                                                    \
    } while (0)

static bool move_functions(order_pass *pass) {
    cprof_functions *f = &pass->p->functions;
    GATHER(pass->p, f->name, &pass->functions);
    GATHER(pass->p, f->system_name, &pass->functions);
    GATHER(pass->p, f->filename, &pass->functions);
    GATHER(pass->p, f->start_line, &pass->functions);
    f->count = pass->functions.used;
    return true;
}

static bool move_mappings(order_pass *pass) {
    cprof_profile *p = pass->p;
    GATHER(p, p->mappings, &pass->mappings);
    p->mapping_count = pass->mappings.used;
    for (uint32_t i = 0; i < p->mapping_count; i++)
        p->mappings[i].id = (uint64_t)i + 1;
    return true;
}

/* The lines of the locations, in their new order. */
static bool move_lines(order_pass *pass) {
    cprof_locations *l = &pass->p->locations;
    const row_order *order = &pass->locations;
    row_order lines = {.from =
                           cprof_arena_alloc(&pass->scratch, (size_t)l->line_count * sizeof(uint32_t) + 1)};
    uint32_t *first = cprof_arena_alloc(&pass->scratch, ((size_t)order->used + 1) * sizeof *first);
    if (!lines.from || !first)
        return false;
    for (uint32_t i = 0; i < order->used; i++) {
        first[i] = lines.used;
        for (uint32_t k = l->first_line[order->from[i]]; k < l->first_line[order->from[i] + 1]; k++)
            lines.from[lines.used++] = k;
    }
    first[order->used] = lines.used;
    GATHER(pass->p, l->line_function, &lines);
    GATHER(pass->p, l->line_number, &lines);
    GATHER(pass->p, l->line_column, &lines);
    memcpy(l->first_line, first, ((size_t)order->used + 1) * sizeof *first);
    l->line_count = lines.used;
    return true;
}

static bool move_locations(order_pass *pass) {
    cprof_locations *l = &pass->p->locations;
    if (!move_lines(pass))
        return false;
    GATHER(pass->p, l->address, &pass->locations);
    GATHER(pass->p, l->mapping, &pass->locations);
    GATHER(pass->p, l->folded, &pass->locations);
    l->count = pass->locations.used;
    return true;
}

static bool move_stacks(order_pass *pass) {
    cprof_stacks *s = &pass->p->stacks;
    const row_order *order = &pass->stacks;
    row_order frames = {.from = NULL};
    uint32_t *first = cprof_arena_alloc(&pass->scratch, ((size_t)order->used + 1) * sizeof *first);
    uint32_t *made = cprof_mem_resize(cprof_env_budget(pass->p->env), NULL, 0,
                                      (size_t)s->first[s->count] * sizeof *made + 1);
    size_t size = (size_t)s->first[s->count] * sizeof *made + 1;
    if (!first || !made) {
        cprof_mem_free(cprof_env_budget(pass->p->env), made, size);
        return false;
    }
    for (uint32_t i = 0; i < order->used; i++) {
        uint32_t from = s->first[order->from[i]], count = s->first[order->from[i] + 1] - from;
        first[i] = frames.used;
        memcpy(made + frames.used, s->frames + from, count * sizeof *made);
        frames.used += count;
    }
    first[order->used] = frames.used;
    replace(pass->p, s->frames, made, size);
    s->frames = made;
    memcpy(s->first, first, ((size_t)order->used + 1) * sizeof *first);
    s->count = order->used;
    return true;
}

/* Rows that point into a table which was moved. */
static void redirect(uint32_t *rows, size_t count, const row_order *order) {
    for (size_t i = 0; i < count; i++)
        if (rows[i] != CPROF_NONE)
            rows[i] = order->to[rows[i]];
}

static bool move_tables(order_pass *pass) {
    cprof_profile *p = pass->p;
    if (row_order_changes(&pass->stacks)) {
        if (!move_stacks(pass))
            return false;
        redirect(p->samples.stack, p->samples.count, &pass->stacks);
    }
    if (row_order_changes(&pass->locations)) {
        if (!move_locations(pass))
            return false;
        redirect(p->stacks.frames, p->stacks.first[p->stacks.count], &pass->locations);
    }
    if (row_order_changes(&pass->functions)) {
        if (!move_functions(pass))
            return false;
        redirect(p->locations.line_function, p->locations.line_count, &pass->functions);
    }
    if (row_order_changes(&pass->mappings)) {
        if (!move_mappings(pass))
            return false;
        redirect(p->locations.mapping, p->locations.count, &pass->mappings);
    }
    return true;
}

bool cprof_order_tables(cprof_profile *p, cprof_error *err) {
    order_pass pass = {.p = p};
    cprof_sieve_samples(p, is_not_zero, NULL);
    cprof_arena_init(&pass.scratch, cprof_env_budget(p->env));
    bool ok = (row_order_init(&pass.stacks, p->stacks.count, &pass.scratch) &&
               row_order_init(&pass.locations, p->locations.count, &pass.scratch) &&
               row_order_init(&pass.functions, p->functions.count, &pass.scratch) &&
               row_order_init(&pass.mappings, p->mapping_count, &pass.scratch)) ||
              cprof_error_memory(p->env, err);
    ok = ok && meet_samples(&pass, err) && (move_tables(&pass) || cprof_error_memory(p->env, err));
    cprof_arena_deinit(&pass.scratch);
    return ok;
}
