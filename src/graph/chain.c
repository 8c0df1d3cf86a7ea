#include "graph/chain.h"

enum { COPIED = 4 }; /* nodes of a location at once: few have more */

/* __builtin_popcountll is a call where the processor may be one that cannot do it. */
static inline uint32_t count_bits(uint64_t word) {
    word -= word >> 1 & UINT64_C(0x5555555555555555);
    word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
    word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return (uint32_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* --- the choice --- */

/* The first from `from` on whose bit is set (NULL: all are), or `count`, which no bit is set behind. */
static uint32_t next_location(const uint64_t *bits, uint32_t from, uint32_t count) {
    if (!bits || from >= count)
        return from;
    uint64_t word = bits[from >> 6] >> (from & 63);
    if (word)
        return from + (uint32_t)__builtin_ctzll(word);
    for (uint32_t i = (from >> 6) + 1; i < count / 64 + 1; i++)
        if (bits[i])
            return i * 64 + (uint32_t)__builtin_ctzll(bits[i]);
    return count;
}

/* The number of nodes that take part, and a bit for each location that has one.  among: where to look; NULL:
 * at all. */
static size_t mark_locations(const cprof_node_table *table, const uint64_t *kept, const uint64_t *among,
                             uint32_t locations, uint64_t *bits) {
    size_t total = 0;
    for (uint32_t l = next_location(among, 0, locations); l < locations;
         l = next_location(among, l + 1, locations)) {
        uint32_t count = cprof_node_count(table, l);
        size_t before = total;
        for (uint32_t i = 0; i < count; i++)
            total += cprof_bits_get(kept, cprof_node_at(table, l, i));
        if (total > before)
            cprof_bits_set(bits, l);
    }
    return total;
}

/* Writes what of a location takes part, and its mark, to the end of the choice's arrays. */
static void link_location(const cprof_node_table *table, const uint64_t *kept, uint32_t location,
                          uint32_t *link, uint32_t *nodes) {
    uint32_t at = *link, residual = 0;
    for (uint32_t i = cprof_node_count(table, location); i-- > 0;) {
        uint32_t node = cprof_node_marked(table, location, i);
        bool keep = cprof_bits_get(kept, node & CPROF_NODE_MASK);
        if (keep)
            nodes[at++] = node | residual;
        residual = keep ? 0 : CPROF_NODE_RESIDUAL;
    }
    link[0] |= residual ? CPROF_LINK_SHORT : 0;
    link[1] = at;
}

/* NULL in *empty where no location is. */
static bool find_empty(cprof_graph_build *b, const uint64_t **empty) {
    const cprof_node_table *table = &b->graph->table;
    uint32_t locations = b->view->profile->locations.count;
    uint64_t *bits = NULL;
    for (uint32_t l = 0; l < locations; l++) {
        if (cprof_node_count(table, l) > 0)
            continue;
        if (!bits && !(bits = cprof_arena_calloc(&b->scratch, (size_t)locations / 64 + 1, sizeof *bits)))
            return false;
        cprof_bits_set(bits, l);
    }
    *empty = bits;
    return true;
}

bool cprof_chain_choose(cprof_graph_build *b, const uint64_t *kept, const cprof_chain_choice *within,
                        cprof_chain_choice *choice) {
    const cprof_node_table *table = &b->graph->table;
    uint32_t locations = b->view->profile->locations.count, words = locations / 64 + 1;
    *choice = (cprof_chain_choice){.table = table};
    if (!kept)
        return true;
    uint64_t *bits = cprof_arena_calloc(&b->scratch, words, sizeof *bits);
    uint32_t *rank = cprof_arena_alloc(&b->scratch, words * sizeof *rank), links = 0;
    const uint64_t *among = within ? within->locations : NULL;
    if (!bits || !rank || (!among && !find_empty(b, &choice->empty)))
        return false;
    if (among)
        choice->empty = within->empty;
    size_t count = mark_locations(table, kept, among, locations, bits);
    for (uint32_t i = 0; i < words; i++) {
        rank[i] = links;
        links += count_bits(bits[i]);
    }
    uint32_t *link = cprof_arena_alloc(&b->scratch, ((size_t)links + 1) * sizeof *link);
    uint32_t *nodes = cprof_arena_calloc(&b->scratch, count + COPIED, sizeof *nodes);
    if (!link || !nodes || count >= CPROF_LINK_SHORT)
        return false;
    choice->links = link;
    *link = 0;
    for (uint32_t l = next_location(bits, 0, locations); l < locations;
         l = next_location(bits, l + 1, locations))
        link_location(table, kept, l, link++, nodes);
    choice->locations = bits;
    choice->rank = rank;
    choice->nodes = nodes;
    return true;
}

/* --- one stack --- */

static bool fill_from_all(cprof_chain *c, const uint32_t *frames, uint32_t count) {
    if (!cprof_node_stack_fill(&c->stack, c->choice->table, frames, count) ||
        !cprof_vec_reserve(c->env, &c->nodes, c->stack.nodes.count + 1))
        return false;
    const uint32_t *nodes = c->stack.nodes.at;
    uint32_t *to = c->nodes.at;
    for (size_t i = c->stack.nodes.count; i-- > 0;)
        *to++ = nodes[i];
    c->nodes.count = c->stack.nodes.count;
    c->has_leaf = c->nodes.count > 0;
    return true;
}

static bool find_hits(cprof_chain *c, const uint32_t *frames, uint32_t count) {
    const uint64_t *locations = c->choice->locations;
    c->hits.count = 0;
    if (!cprof_vec_reserve(c->env, &c->hits, (size_t)count + 1))
        return false;
    uint32_t *to = c->hits.at;
    size_t found = 0;
    /* Always written, counted only where it is one: no branch on what no processor can foresee. */
    for (uint32_t i = 0; i < count; i++) {
        to[found] = i;
        found += cprof_bits_get(locations, frames[i]);
    }
    c->hits.count = found;
    return true;
}

/* True when frames[from .. to), none of them a hit, have any node. */
static bool have_nodes(const cprof_chain *c, const uint32_t *frames, uint32_t from, uint32_t to) {
    const uint64_t *empty = c->choice->empty;
    while (empty && from < to && cprof_bits_get(empty, frames[from]))
        from++;
    return from != to;
}

/* What of the location takes part; it has some.  Returns how many, *is_short where its innermost is not one.
 */
static uint32_t link_of(const cprof_chain_choice *choice, uint32_t location, const uint32_t **nodes,
                        bool *is_short) {
    uint32_t word = location >> 6;
    uint64_t below = choice->locations[word] & ((UINT64_C(1) << (location & 63)) - 1);
    const uint32_t *link = choice->links + choice->rank[word] + count_bits(below);
    uint32_t first = link[0] & ~CPROF_LINK_SHORT;
    *nodes = choice->nodes + first;
    *is_short = link[0] & CPROF_LINK_SHORT;
    return (link[1] & ~CPROF_LINK_SHORT) - first;
}

static bool fill_from_some(cprof_chain *c, const uint32_t *frames, uint32_t count) {
    if (!find_hits(c, frames, count) || !cprof_vec_reserve(c->env, &c->nodes, (c->hits.count + 1) * COPIED))
        return false;
    bool left_out = false;
    uint32_t end = count; /* of the frames between a hit and the one before */
    for (size_t i = c->hits.count; i-- > 0;) {
        const uint32_t *nodes;
        uint32_t hit = c->hits.at[i];
        left_out |= have_nodes(c, frames, hit + 1, end);
        uint32_t residual = left_out ? CPROF_NODE_RESIDUAL : 0,
                 n = link_of(c->choice, frames[hit], &nodes, &left_out);
        if (n > COPIED && !cprof_vec_reserve(c->env, &c->nodes, n + (i + 1) * COPIED))
            return false;
        uint32_t *to = c->nodes.at + c->nodes.count;
        /* Copies more than there may be: what is too much is overwritten by the next. */
        memcpy(to, nodes, COPIED * sizeof *to);
        if (n > COPIED)
            memcpy(to, nodes, n * sizeof *to);
        *to |= residual;
        c->nodes.count += n;
        end = hit;
    }
    c->has_leaf = c->nodes.count > 0 && !left_out && !have_nodes(c, frames, 0, end);
    return true;
}

bool cprof_chain_fill(cprof_chain *c, const uint32_t *frames, uint32_t count) {
    c->nodes.count = 0;
    return (c->choice->locations ? fill_from_some : fill_from_all)(c, frames, count);
}

void cprof_chain_deinit(cprof_chain *c) {
    cprof_node_stack_deinit(&c->stack);
    cprof_vec_free(c->env, &c->nodes);
    cprof_vec_free(c->env, &c->hits);
}
