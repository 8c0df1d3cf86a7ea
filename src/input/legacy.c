#include "input/legacy.h"

#include "input/legacy_frames.h"

#include <math.h>

static void init(cprof_legacy *l, const cprof_env *env) {
    *l = (cprof_legacy){.env = env};
    cprof_maps_init(&l->maps, env);
    cprof_symbols_init(&l->symbols, env);
}

static void deinit(cprof_legacy *l) {
    cprof_builder_free(l->builder);
    cprof_vec_free(l->env, &l->addresses);
    cprof_vec_free(l->env, &l->samples);
    cprof_symbols_deinit(&l->symbols);
    cprof_maps_deinit(&l->maps);
}

/* ---- For readers ---- */

bool cprof_legacy_types(cprof_legacy *l, const cprof_legacy_type *types, size_t count, cprof_error *err) {
    for (size_t i = 0; i < count; i++)
        if (!cprof_builder_type(l->builder, cprof_slice_of(types[i].type), cprof_slice_of(types[i].unit),
                                err))
            return false;
    return true;
}

bool cprof_legacy_period(cprof_legacy *l, const char *type, const char *unit, int64_t period,
                         cprof_error *err) {
    cprof_profile *p = cprof_builder_profile(l->builder);
    p->period = period;
    return cprof_builder_string(l->builder, cprof_slice_of(type), &p->period_type.type, err) &&
           cprof_builder_string(l->builder, cprof_slice_of(unit), &p->period_type.unit, err);
}

bool cprof_legacy_address(cprof_legacy *l, uint64_t address, cprof_error *err) {
    return cprof_vec_push(l->env, &l->addresses, address) || cprof_error_memory(l->env, err);
}

bool cprof_legacy_sample_add(cprof_legacy *l, size_t first, const int64_t *values, int64_t block,
                             cprof_error *err) {
    size_t depth = l->addresses.count - first;
    if (depth >= CPROF_NONE)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1, "a stack of %zu addresses", depth);
    if (l->samples.count % 4096 == 0 && cprof_stopped(l->env, err))
        return false;
    cprof_legacy_sample sample = {.first = first, .count = (uint32_t)depth, .block = block};
    memcpy(sample.values, values, cprof_builder_profile(l->builder)->type_count * sizeof *values);
    return cprof_vec_push(l->env, &l->samples, sample) || cprof_error_memory(l->env, err);
}

static bool is_hex_byte(char c) {
    return cprof_is_digit(c) || (c >= 'a' && c <= 'f');
}

cprof_slice cprof_legacy_address_part(cprof_slice s) {
    size_t n = 0;
    while (n < s.len && (s.ptr[n] == ' ' || s.ptr[n] == 'x' || is_hex_byte(s.ptr[n])))
        n++;
    return cprof_slice_sub(s, 0, n);
}

bool cprof_legacy_addresses(cprof_legacy *l, const cprof_text *text, cprof_slice s, uint64_t less,
                            cprof_error *err) {
    for (size_t i = 0; i + 2 < s.len; i++) {
        if (s.ptr[i] != '0' || s.ptr[i + 1] != 'x' || !is_hex_byte(s.ptr[i + 2]))
            continue;
        size_t end = i + 2;
        while (end < s.len && is_hex_byte(s.ptr[end]))
            end++;
        cprof_slice digits = cprof_slice_sub(s, i + 2, end);
        uint64_t address;
        if (!cprof_parse_hex(digits, &address)) {
            cprof_text_error(text, err, "the address 0x%.*s does not fit 64 bits", CPROF_SLICE_ARG(digits));
            return false;
        }
        if (!cprof_legacy_address(l, address - less, err))
            return false;
        i = end - 1;
    }
    return true;
}

bool cprof_legacy_map(cprof_legacy *l, cprof_text *text, cprof_error *err) {
    while (!cprof_maps_announced(text->line))
        if (!cprof_text_next(text))
            break;
    return cprof_maps_read(&l->maps, text, err);
}

int64_t cprof_legacy_round_down(double value) {
    if (!(value > -0x1p63))
        return INT64_MIN;
    return value < 0x1p63 ? (int64_t)value : INT64_MAX;
}

void cprof_legacy_unsample(int64_t *count, int64_t *size, int64_t rate) {
    if (*count == 0 || *size == 0) {
        *count = *size = 0;
        return;
    }
    if (rate <= 1)
        return;
    double average = (double)*size / (double)*count;
    double scale = 1 / (1 - exp(-average / (double)rate));
    *count = cprof_legacy_round_down((double)*count * scale);
    *size = cprof_legacy_round_down((double)*size * scale);
}

/* ---- Making the profile ---- */

/* What becomes of one distinct address. */
struct place {
    uint64_t address;
    uint32_t mapping;  /* row, or CPROF_NONE */
    uint32_t location; /* row, or CPROF_NONE: not made yet */
};

struct places {
    cprof_idmap by_address;
    CPROF_VEC(struct place) at;
};

static const cprof_symbol *names_of(const cprof_legacy *l, uint64_t address, uint32_t *count) {
    const cprof_symbol *names = cprof_symbols_get(&l->symbols, address, count);
    /* Symbolized files name the address as it was sampled, before it was moved onto the call. */
    return !names && l->symbolized ? cprof_symbols_get(&l->symbols, address + 1, count) : names;
}

/* Gives every address, in the order of the samples, to a file of the map. */
static bool find_places(cprof_legacy *l, struct places *places, cprof_error *err) {
    for (size_t i = 0; i < l->addresses.count; i++) {
        uint64_t address = l->addresses.at[i];
        if (i % 65536 == 0 && cprof_stopped(l->env, err))
            return false;
        if (cprof_idmap_get(&places->by_address, address) != CPROF_NONE)
            continue;
        struct place new = {address, CPROF_NONE, CPROF_NONE};
        uint32_t names = 0;
        if (l->forget_named)
            names_of(l, address, &names);
        if (address != 0 && names == 0 && !cprof_maps_find(&l->maps, address, &new.mapping, err))
            return false;
        if (places->at.count >= CPROF_NONE - 1 || !cprof_vec_push(l->env, &places->at, new) ||
            !cprof_idmap_set(&places->by_address, address, (uint32_t)places->at.count - 1))
            return cprof_error_memory(l->env, err);
    }
    return true;
}

static bool add_mappings(cprof_legacy *l, cprof_error *err) {
    for (size_t i = 0; i < l->maps.at.count; i++) {
        const cprof_map *map = &l->maps.at.at[i];
        cprof_mapping mapping = {
            .id = i + 1, .start = map->start, .limit = map->limit, .offset = map->offset};
        mapping.has_functions = l->symbolized;
        uint32_t row;
        if (!cprof_builder_string(l->builder, map->file, &mapping.file, err) ||
            !cprof_builder_string(l->builder, map->build_id, &mapping.build_id, err) ||
            !cprof_builder_mapping(l->builder, &mapping, &row, err))
            return false;
    }
    return true;
}

static bool add_function(cprof_legacy *l, const cprof_symbol *symbol, uint32_t *row, cprof_error *err) {
    cprof_str name, file;
    return cprof_builder_string(l->builder, symbol->name, &name, err) &&
           cprof_builder_string(l->builder, symbol->file, &file, err) &&
           cprof_builder_function(l->builder, name, name, file, 0, row, err);
}

static bool add_location(cprof_legacy *l, struct place *place, cprof_error *err) {
    CPROF_VEC(cprof_line) lines = {0};
    uint32_t count;
    const cprof_symbol *names = names_of(l, place->address, &count);
    bool ok = cprof_vec_reserve(l->env, &lines, count) || cprof_error_memory(l->env, err);
    for (uint32_t i = 0; ok && i < count; i++) {
        lines.at[i] = (cprof_line){.line = names[i].line};
        ok = add_function(l, &names[i], &lines.at[i].function, err);
    }
    uint64_t address = l->forget_named ? 0 : place->address;
    ok = ok && cprof_builder_location(l->builder, place->mapping, address, false, lines.at, count,
                                      &place->location, err);
    cprof_vec_free(l->env, &lines);
    return ok;
}

static bool add_labels(cprof_legacy *l, int64_t block, uint32_t *row, cprof_error *err) {
    cprof_label labels[2] = {{.number = block, .is_number = true}};
    uint32_t count = 0;
    if (l->block_sizes && !cprof_builder_string(l->builder, CPROF_SLICE("bytes"), &labels[count++].key, err))
        return false;
    if (l->binary.len > 0) {
        labels[count] = (cprof_label){0};
        if (!cprof_builder_string(l->builder, CPROF_SLICE("binary"), &labels[count].key, err) ||
            !cprof_builder_string(l->builder, l->binary, &labels[count++].text, err))
            return false;
    }
    return cprof_builder_labels(l->builder, labels, count, row, err);
}

/* frames: room for the deepest stack. */
static bool add_sample(cprof_legacy *l, struct places *places, const cprof_legacy_sample *sample,
                       uint32_t *frames, cprof_error *err) {
    const uint64_t *addresses = sample->count > 0 ? l->addresses.at + sample->first : NULL;
    uint32_t depth = 0, stack, labels;
    for (uint32_t i = 0; i < sample->count; i++) {
        if (i == 1 && l->drop_doubled_leaf && addresses[0] == addresses[1] + 1)
            continue;
        struct place *place = &places->at.at[cprof_idmap_get(&places->by_address, addresses[i])];
        if (place->location == CPROF_NONE && !add_location(l, place, err))
            return false;
        frames[depth++] = place->location;
    }
    return cprof_builder_stack(l->builder, frames, depth, &stack, err) &&
           add_labels(l, sample->block, &labels, err) &&
           cprof_builder_sample(l->builder, stack, labels, sample->values, err);
}

static bool add_samples(cprof_legacy *l, struct places *places, cprof_error *err) {
    CPROF_VEC(uint32_t) frames = {0};
    uint32_t deepest = 1;
    for (size_t i = 0; i < l->samples.count; i++)
        if (l->samples.at[i].count > deepest)
            deepest = l->samples.at[i].count;
    bool ok = cprof_vec_reserve(l->env, &frames, deepest) || cprof_error_memory(l->env, err);
    for (size_t i = 0; ok && i < l->samples.count; i++)
        ok = (i % 4096 != 0 || !cprof_stopped(l->env, err)) &&
             add_sample(l, places, &l->samples.at[i], frames.at, err);
    cprof_vec_free(l->env, &frames);
    return ok;
}

static bool finish(cprof_legacy *l, cprof_profile **profile, cprof_error *err) {
    struct places places = {0};
    cprof_idmap_init(&places.by_address, cprof_env_budget(l->env));
    bool ok = cprof_maps_settle(&l->maps, err) && find_places(l, &places, err) && add_mappings(l, err) &&
              add_samples(l, &places, err) && cprof_legacy_frames(l->builder, err);
    cprof_idmap_deinit(&places.by_address);
    cprof_vec_free(l->env, &places.at);
    if (!ok)
        return false;
    cprof_builder *builder = l->builder;
    l->builder = NULL;
    return cprof_builder_take(builder, profile, err);
}

cprof_parse cprof_legacy_parse(cprof_legacy_reader *read, const char *format, cprof_slice text,
                               const cprof_env *env, cprof_profile **profile, cprof_error *err) {
    cprof_legacy l;
    init(&l, env);
    l.builder = cprof_builder_new(env, format, err);
    cprof_parse parse = l.builder ? read(text, &l, err) : CPROF_PARSE_MALFORMED;
    if (parse == CPROF_PARSE_OK && !finish(&l, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    deinit(&l);
    return parse;
}
