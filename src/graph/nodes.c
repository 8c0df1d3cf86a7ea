#include "graph/nodes.h"

#include "graph/paths.h"

static uint64_t info_hash(const cprof_node_info *i) {
    uint64_t h = cprof_hash_u64((uint64_t)i->name << 32 | i->file);
    if (i->address | (uint64_t)i->line)
        h = cprof_hash_u64(h ^ i->address ^ (uint64_t)i->line << 40 ^ (uint64_t)i->column << 24);
    if (i->objfile | (uint64_t)i->start_line)
        h = cprof_hash_u64(h + i->objfile + ((uint64_t)i->start_line << 32));
    return h;
}

static bool info_equal(const cprof_node_info *a, const cprof_node_info *b) {
    return a->name == b->name && a->file == b->file && a->line == b->line && a->address == b->address &&
           a->column == b->column && a->objfile == b->objfile && a->start_line == b->start_line;
}

static bool find_or_add(cprof_node_table *t, const cprof_node_info *info, uint32_t *node) {
    uint64_t hash = info_hash(info);
    cprof_index_probe probe = cprof_index_start(&t->index, hash);
    while (cprof_index_next(&t->index, &probe, node))
        if (info_equal(&t->infos.at[*node], info))
            return true;
    if (t->infos.count >= CPROF_NODE_MASK)
        return false;
    *node = (uint32_t)t->infos.count;
    return cprof_vec_push(t->view->env, &t->infos, *info) && cprof_index_insert(&t->index, hash, *node);
}

/* What the passes over the profile's tables share. */
typedef struct resolver {
    cprof_node_table *table;
    const cprof_profile *profile;
    const cprof_node_options *options;
    cprof_granularity g;
    bool by_function;   /* a node is told by its function alone */
    uint32_t *files;    /* cleaned file of each function; NULL: none is wanted */
    uint32_t *nodes;    /* by_function: node of each function, or CPROF_NONE */
    cprof_arena memory; /* of the above */
    char *clean;
    size_t clean_room;
} resolver;

static bool shape_file(resolver *r, cprof_str file, cprof_str *shaped) {
    cprof_slice name = cprof_profile_string(r->profile, file);
    const cprof_node_options *o = r->options;
    cprof_slice path = o->keep_paths ? name : cprof_path_trim(name, o->trim_path, o->source_path);
    if (path.len + 1 > r->clean_room) {
        r->clean_room = 2 * path.len + 256;
        r->clean = cprof_arena_alloc(&r->memory, r->clean_room);
        if (!r->clean)
            return false;
    }
    cprof_slice clean = {r->clean, path.len ? cprof_path_clean(path, r->clean) : 0};
    *shaped = file;
    return cprof_slice_equal(clean, name) || cprof_strtab_add(&r->table->strings, clean, shaped);
}

static bool shape_files(resolver *r) {
    const cprof_functions *f = &r->profile->functions;
    if (!r->g.filename)
        return true;
    r->files = cprof_arena_calloc(&r->memory, f->count, sizeof *r->files);
    if (!r->files && f->count)
        return false;
    cprof_idmap known;
    cprof_idmap_init(&known, cprof_env_budget(r->table->view->env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < f->count; i++) {
        if (f->filename[i] == 0)
            continue;
        cprof_str shaped = cprof_idmap_get(&known, f->filename[i]);
        if (shaped == CPROF_NONE)
            ok = shape_file(r, f->filename[i], &shaped) && cprof_idmap_set(&known, f->filename[i], shaped);
        r->files[i] = shaped;
    }
    cprof_idmap_deinit(&known);
    return ok;
}

/* line CPROF_NONE: a location without lines. */
static bool resolve_line(resolver *r, uint32_t location, uint32_t line, uint32_t *node) {
    const cprof_profile *p = r->profile;
    cprof_node_info info = {0};
    if (r->g.address)
        info.address = p->locations.address[location];
    uint32_t function = CPROF_NONE;
    if (line != CPROF_NONE) {
        function = p->locations.line_function[line];
        if (r->by_function && r->nodes[function] != CPROF_NONE) {
            *node = r->nodes[function];
            return true;
        }
        info.name = r->g.function ? p->functions.name[function] : 0;
        info.file = r->files ? r->files[function] : 0;
        info.line = r->g.line ? p->locations.line_number[line] : 0;
        info.column = r->g.line && r->g.column ? cprof_line_column(p, line) : 0;
    }
    bool by_function = r->by_function && info.name != 0;
    if (info.name == 0 || r->options->keep_objfile) {
        uint32_t mapping = p->locations.mapping[location];
        info.objfile = mapping == CPROF_NONE ? 0 : p->mappings[mapping].file;
        info.start_line = function == CPROF_NONE ? 0 : cprof_function_start_line(p, function);
    }
    if (!find_or_add(r->table, &info, node))
        return false;
    if (by_function)
        r->nodes[function] = *node;
    return true;
}

/* Which of its lines a location's node i is: innermost first. */
static bool resolve_nth(resolver *r, uint32_t location, uint32_t lines, uint32_t i, uint32_t *node) {
    if (!resolve_line(r, location, lines ? cprof_view_line(r->table->view, location, i) : CPROF_NONE, node))
        return false;
    if (i + 1 < lines)
        *node |= CPROF_NODE_INLINED;
    return true;
}

static bool resolve_location(resolver *r, uint32_t location) {
    cprof_node_table *t = r->table;
    const cprof_view *v = t->view;
    uint32_t lines = cprof_view_line_count(v, location);
    uint32_t nodes = lines ? lines : 1; /* a location without lines is a node too */
    cprof_location_nodes *l = &t->locations[location];
    *l = (cprof_location_nodes){0};
    if (cprof_view_hides(v, location))
        return true;
    bool is_long = nodes > CPROF_NODES_SHORT;
    size_t at = nodes > 1 ? t->lists.count : 0;
    if (at > UINT32_MAX >> CPROF_NODES_SHIFT || !cprof_vec_reserve(v->env, &t->lists, (size_t)nodes + 1))
        return false;
    l->more = (uint32_t)at << CPROF_NODES_SHIFT | (is_long ? CPROF_NODES_LONG : nodes);
    if (!resolve_nth(r, location, lines, 0, &l->first))
        return false;
    if (is_long) {
        t->lists.at[t->lists.count++] = nodes;
        t->lists.at[t->lists.count++] = l->first;
    }
    for (uint32_t i = 1; i < nodes; i++)
        if (!resolve_nth(r, location, lines, i, &t->lists.at[t->lists.count++]))
            return false;
    return true;
}

bool cprof_node_stack_fill_slow(cprof_node_stack *stack, const cprof_node_table *t, const uint32_t *frames,
                                uint32_t count) {
    stack->nodes.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const cprof_location_nodes *l = &t->locations[frames[i]];
        const uint32_t *list = t->lists.at + (l->more >> CPROF_NODES_SHIFT);
        uint32_t n = l->more & CPROF_NODES_LONG;
        bool is_long = n > CPROF_NODES_SHORT;
        if (!cprof_vec_reserve(stack->env, &stack->nodes, is_long ? list[0] : CPROF_NODES_SHORT))
            return false;
        uint32_t *to = stack->nodes.at + stack->nodes.count;
        if (is_long) {
            n = list[0];
            memcpy(to, list + 1, n * sizeof *to);
        } else if (n > 0) {
            to[0] = l->first;
            memcpy(to + 1, list, (n - 1) * sizeof *to);
        }
        stack->nodes.count += n;
    }
    return true;
}

static bool mark_inlined(cprof_node_table *t) {
    t->inlined = cprof_mem_resize(cprof_env_budget(t->view->env), NULL, 0, (t->infos.count / 64 + 1) * 8);
    if (!t->inlined)
        return false;
    memset(t->inlined, 0, (t->infos.count / 64 + 1) * 8);
    for (uint32_t l = 0; l < t->view->profile->locations.count; l++) {
        uint32_t count = cprof_node_count(t, l);
        for (uint32_t i = 0; i + 1 < count; i++) {
            uint32_t node = cprof_node_at(t, l, i);
            t->inlined[node >> 6] |= UINT64_C(1) << (node & 63);
        }
    }
    return true;
}

static bool resolve_all(resolver *r) {
    cprof_node_table *t = r->table;
    uint32_t count = r->profile->locations.count;
    if (r->by_function) {
        size_t size = (size_t)r->profile->functions.count * sizeof *r->nodes;
        r->nodes = cprof_arena_alloc(&r->memory, size + 1);
        if (!r->nodes)
            return false;
        memset(r->nodes, 0xff, size);
    }
    t->locations =
        cprof_mem_resize(cprof_env_budget(t->view->env), NULL, 0, ((size_t)count + 1) * sizeof *t->locations);
    if (!t->locations || !shape_files(r))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!resolve_location(r, i))
            return false;
    if (!cprof_vec_reserve(t->view->env, &t->lists, CPROF_NODES_SHORT))
        return false;
    memset(t->lists.at + t->lists.count, 0, CPROF_NODES_SHORT * sizeof *t->lists.at);
    return mark_inlined(t);
}

bool cprof_node_table_init(cprof_node_table *t, const cprof_view *view, const cprof_node_options *options,
                           cprof_error *err) {
    *t = (cprof_node_table){.view = view};
    cprof_index_init(&t->index, cprof_env_budget(view->env));
    if (!cprof_strtab_init_child(&t->strings, &view->profile->strings, view->env))
        return cprof_error_memory(view->env, err);
    const cprof_granularity *g = &view->granularity;
    resolver r = {.table = t, .profile = view->profile, .options = options, .g = *g};
    r.by_function = g->function && !g->line && !g->address && !options->keep_objfile;
    cprof_arena_init(&r.memory, cprof_env_budget(view->env));
    bool ok = resolve_all(&r);
    cprof_arena_deinit(&r.memory);
    return ok || cprof_error_memory(view->env, err);
}

size_t cprof_node_table_bytes(const cprof_node_table *t) {
    size_t locations = (size_t)t->view->profile->locations.count + 1, index = t->index.mask + 1;
    return locations * sizeof *t->locations + (t->infos.count / 64 + 1) * sizeof *t->inlined +
           t->infos.capacity * sizeof *t->infos.at + t->lists.capacity * sizeof *t->lists.at +
           index * sizeof *t->index.slots + cprof_strtab_bytes(&t->strings);
}

void cprof_node_table_deinit(cprof_node_table *t) {
    cprof_budget *budget = cprof_env_budget(t->view->env);
    if (t->locations)
        cprof_mem_free(budget, t->locations,
                       ((size_t)t->view->profile->locations.count + 1) * sizeof *t->locations);
    if (t->inlined)
        cprof_mem_free(budget, t->inlined, (t->infos.count / 64 + 1) * 8);
    cprof_vec_free(t->view->env, &t->infos);
    cprof_vec_free(t->view->env, &t->lists);
    cprof_index_deinit(&t->index);
    cprof_strtab_deinit(&t->strings);
}
