#include "transform/edit.h"

bool cprof_matcher_init(cprof_matcher *m, const cprof_profile *profile, cprof_regex *regex,
                        cprof_arena *scratch) {
    *m = (cprof_matcher){.profile = profile, .regex = regex};
    if (!regex)
        return true;
    m->strings = cprof_arena_calloc(scratch, cprof_strtab_count(&profile->strings), 1);
    return m->strings != NULL;
}

bool cprof_matcher_string(cprof_matcher *m, cprof_str id) {
    if (!m->regex)
        return false;
    if (m->strings[id] == 0)
        m->strings[id] = cprof_regex_match(m->regex, cprof_profile_string(m->profile, id)) ? 2 : 1;
    return m->strings[id] == 2;
}

bool cprof_matcher_function(cprof_matcher *m, uint32_t function) {
    const cprof_functions *f = &m->profile->functions;
    return cprof_matcher_string(m, f->name[function]) || cprof_matcher_string(m, f->filename[function]);
}

bool cprof_matcher_mapping(cprof_matcher *m, uint32_t location) {
    uint32_t mapping = m->profile->locations.mapping[location];
    return mapping != CPROF_NONE && cprof_matcher_string(m, m->profile->mappings[mapping].file);
}

bool cprof_matcher_location(cprof_matcher *m, const cprof_view *view, uint32_t location) {
    if (!m->regex)
        return false;
    uint32_t lines = cprof_edit_line_count(view, location);
    for (uint32_t i = 0; i < lines; i++)
        if (cprof_matcher_function(m, cprof_edit_line_function(view, location, i)))
            return true;
    return cprof_matcher_mapping(m, location);
}

bool cprof_line_edit_init(cprof_line_edit *edit, cprof_view *view) {
    const cprof_locations *l = &view->profile->locations;
    size_t lines = l->line_count;
    if (view->line_first) {
        lines = 0;
        for (uint32_t i = 0; i < l->count; i++)
            lines += view->line_count[i];
    }
    *edit = (cprof_line_edit){
        .first = cprof_arena_calloc(&view->arena, l->count, sizeof(uint32_t)),
        .count = cprof_arena_calloc(&view->arena, l->count, sizeof(uint32_t)),
        .rows = cprof_arena_calloc(&view->arena, lines, sizeof(uint32_t)),
    };
    return edit->first && edit->count && edit->rows;
}

void cprof_line_edit_keep(cprof_line_edit *edit, const cprof_view *view, uint32_t location, uint32_t from,
                          uint32_t to) {
    if (edit->count[location] == 0)
        edit->first[location] = edit->used;
    for (uint32_t i = from; i < to; i++)
        edit->rows[edit->used++] = cprof_edit_line(view, location, i);
    edit->count[location] += to - from;
}

void cprof_line_edit_apply(const cprof_line_edit *edit, cprof_view *view) {
    if (!edit->changed)
        return;
    view->line_first = edit->first;
    view->line_count = edit->count;
    view->line_rows = edit->rows;
}

bool cprof_edit_samples(cprof_view *view, cprof_keep_sample *keep, void *context, cprof_error *err) {
    uint32_t count = cprof_view_sample_count(view), kept = 0;
    uint32_t *samples = cprof_arena_alloc(&view->arena, (size_t)count * sizeof *samples + 1);
    if (!samples)
        return cprof_error_memory(view->env, err);
    for (uint32_t i = 0; i < count; i++) {
        if (i % 65536 == 0 && cprof_stopped(view->env, err))
            return false;
        uint32_t sample = cprof_view_sample(view, i);
        samples[kept] = sample;
        kept += keep(context, sample);
    }
    if (kept < count) {
        view->samples = samples;
        view->sample_count = kept;
    }
    return true;
}

bool cprof_edit_bounds(cprof_view *view, uint32_t **from, uint32_t **to) {
    const cprof_stacks *s = &view->profile->stacks;
    size_t size = (size_t)s->count * sizeof(uint32_t);
    *from = cprof_arena_alloc(&view->arena, size + 1);
    *to = cprof_arena_alloc(&view->arena, size + 1);
    if (!*from || !*to)
        return false;
    if (size > 0) {
        memcpy(*from, view->stack_from ? view->stack_from : s->first, size);
        memcpy(*to, view->stack_to ? view->stack_to : s->first + 1, size);
    }
    return true;
}

uint64_t *cprof_bits_copy(cprof_arena *arena, const uint64_t *bits, uint32_t count) {
    uint64_t *copy = cprof_arena_calloc(arena, cprof_bit_words(count) + 1, sizeof *copy);
    if (copy && bits)
        memcpy(copy, bits, cprof_bit_words(count) * sizeof *copy);
    return copy;
}
