#include "render/proto.h"

#include "render/gzip.h"

#include <profile.pb-c.h>

typedef Cprof__Wire__Profile wire_profile;

/* A message that holds a part of the profile's fields is written as soon as it has so many rows: messages one
 * after the other are one message. */
enum { PART_ROWS = 512, PART_FRAMES = 32 << 10 };

typedef struct encoder {
    const cprof_view *view;
    const cprof_profile *profile;
    const cprof_env *env;
    double ratio;
    cprof_sink *sink;
    cprof_gzip *gzip; /* NULL: plain */

    /* Strings in order of first use. */
    uint32_t *index_of; /* by string id; CPROF_NONE: not used so far */
    size_t index_count;
    CPROF_VEC(cprof_str) strings;

    CPROF_VEC(uint8_t) packed;
    /* What a part's messages point to. */
    CPROF_VEC(uint64_t) ids;
    CPROF_VEC(int64_t) values;
    CPROF_VEC(Cprof__Wire__Label) labels;
    CPROF_VEC(Cprof__Wire__Label *) label_at;
    CPROF_VEC(Cprof__Wire__Line) lines;
    CPROF_VEC(Cprof__Wire__Line *) line_at;
    uint32_t rows;
} encoder;

static bool no_memory(const encoder *e, cprof_error *err) {
    return cprof_error_memory(e->env, err);
}

static bool write_part(encoder *e, const wire_profile *part, cprof_error *err) {
    size_t size = cprof__wire__profile__get_packed_size(part);
    e->packed.count = 0;
    if (size == 0)
        return true;
    if (!cprof_vec_reserve(e->env, &e->packed, size))
        return no_memory(e, err);
    cprof__wire__profile__pack(part, e->packed.at);
    if (e->gzip && !cprof_gzip_write(e->gzip, e->packed.at, size, err))
        return false;
    if (!e->gzip)
        cprof_sink_write(e->sink, e->packed.at, size);
    if (e->sink->error.code == CPROF_OK)
        return true;
    if (err)
        *err = e->sink->error;
    return false; /* a full disk: no use in going on */
}

/* --- strings ------------------------------------------------------------------------------------------- */

static bool use_string(encoder *e, cprof_str id) {
    if (e->index_of[id] != CPROF_NONE)
        return true;
    e->index_of[id] = (uint32_t)e->strings.count;
    return cprof_vec_push(e->env, &e->strings, id);
}

static bool use_label_strings(encoder *e, uint32_t set) {
    const cprof_label_sets *sets = &e->profile->label_sets;
    for (uint32_t i = sets->first[set]; i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (cprof_view_shows_label(e->view, l) &&
            (!use_string(e, l->key) || !use_string(e, l->is_number ? l->unit : l->text)))
            return false;
    }
    return true;
}

static bool use_sample_strings(encoder *e) {
    const cprof_profile *p = e->profile;
    if (!p->samples.label_set)
        return true;
    size_t size = p->label_sets.count;
    bool *seen = cprof_mem_resize(cprof_env_budget(e->env), NULL, 0, size);
    if (!seen)
        return false;
    memset(seen, 0, size);
    bool ok = true;
    for (uint32_t i = 0; ok && i < cprof_view_sample_count(e->view); i++) {
        uint32_t set = cprof_sample_label_set(p, cprof_view_sample(e->view, i));
        ok = seen[set] || use_label_strings(e, set);
        seen[set] = true;
    }
    cprof_mem_free(cprof_env_budget(e->env), seen, size);
    return ok;
}

static bool use_table_strings(encoder *e) {
    const cprof_profile *p = e->profile;
    const cprof_granularity *g = &e->view->granularity;
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        if (!use_string(e, p->mappings[i].file) || !use_string(e, p->mappings[i].build_id))
            return false;
    }
    for (uint32_t i = 0; i < p->functions.count; i++) {
        if ((g->function &&
             (!use_string(e, p->functions.name[i]) || !use_string(e, p->functions.system_name[i]))) ||
            (g->filename && !use_string(e, p->functions.filename[i])))
            return false;
    }
    return true;
}

static bool use_strings(encoder *e, cprof_error *err) {
    const cprof_profile *p = e->profile;
    e->index_count = cprof_strtab_count(&p->strings);
    e->index_of = cprof_mem_resize(cprof_env_budget(e->env), NULL, 0, e->index_count * sizeof *e->index_of);
    if (!e->index_of)
        return no_memory(e, err);
    memset(e->index_of, 0xff, e->index_count * sizeof *e->index_of);
    bool ok = use_string(e, 0);
    for (uint32_t i = 0; ok && i < p->type_count; i++)
        ok = use_string(e, p->types[i].type) && use_string(e, p->types[i].unit);
    ok = ok && use_sample_strings(e) && use_table_strings(e) && use_string(e, p->drop_frames) &&
         use_string(e, p->keep_frames) && use_string(e, p->period_type.type) &&
         use_string(e, p->period_type.unit);
    for (uint32_t i = 0; ok && i < p->comment_count; i++)
        ok = use_string(e, p->comments[i]);
    ok = ok && use_string(e, p->default_type) && use_string(e, p->doc_url);
    return ok || no_memory(e, err);
}

/* --- sample types and samples -------------------------------------------------------------------------- */

static bool write_types(encoder *e, cprof_error *err) {
    for (uint32_t i = 0; i < e->profile->type_count; i++) {
        Cprof__Wire__ValueType type = CPROF__WIRE__VALUE_TYPE__INIT, *at = &type;
        wire_profile part = CPROF__WIRE__PROFILE__INIT;
        type.type = e->index_of[e->profile->types[i].type];
        type.unit = e->index_of[e->profile->types[i].unit];
        part.n_sample_type = 1;
        part.sample_type = &at;
        if (!write_part(e, &part, err))
            return false;
    }
    return true;
}

static int64_t scaled(int64_t value, double ratio) {
    double v = (double)value * ratio;
    if (v >= 9223372036854775808.0)
        return INT64_MAX;
    return v < -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}

typedef struct sample_part {
    Cprof__Wire__Sample rows[PART_ROWS], *at[PART_ROWS];
} sample_part;

/* Writes the rows; they and what they point to are done with. */
static bool flush_rows(encoder *e, const wire_profile *rows, cprof_error *err) {
    bool ok = write_part(e, rows, err);
    e->rows = 0;
    e->ids.count = e->values.count = e->labels.count = e->label_at.count = 0;
    e->lines.count = e->line_at.count = 0;
    return ok;
}

static bool flush_samples(encoder *e, sample_part *part, cprof_error *err) {
    wire_profile message = CPROF__WIRE__PROFILE__INIT;
    message.n_sample = e->rows;
    message.sample = part->at;
    return flush_rows(e, &message, err);
}

static uint32_t shown_labels(const encoder *e, uint32_t set) {
    const cprof_label_sets *sets = &e->profile->label_sets;
    uint32_t count = 0;
    for (uint32_t i = sets->first[set]; i < sets->first[set + 1]; i++)
        count += cprof_view_shows_label(e->view, &sets->labels[i]);
    return count;
}

/* Room for a sample in the current part, which is flushed where there is none: what its rows point to must
 * not move. */
static bool room_for_sample(encoder *e, sample_part *part, uint32_t frames, uint32_t labels,
                            cprof_error *err) {
    bool full = e->rows == PART_ROWS || e->ids.capacity - e->ids.count < frames ||
                e->labels.capacity - e->labels.count < labels ||
                e->label_at.capacity - e->label_at.count < labels;
    if (full && e->rows > 0 && !flush_samples(e, part, err))
        return false;
    return (cprof_vec_reserve(e->env, &e->ids, frames) && cprof_vec_reserve(e->env, &e->labels, labels) &&
            cprof_vec_reserve(e->env, &e->label_at, labels)) ||
           no_memory(e, err);
}

static void add_labels(encoder *e, Cprof__Wire__Sample *row, uint32_t set) {
    const cprof_label_sets *sets = &e->profile->label_sets;
    row->label = e->label_at.at ? e->label_at.at + e->label_at.count : NULL;
    for (uint32_t i = sets->first[set]; i < sets->first[set + 1]; i++) {
        const cprof_label *l = &sets->labels[i];
        if (!cprof_view_shows_label(e->view, l))
            continue;
        Cprof__Wire__Label *label = &e->labels.at[e->labels.count++];
        cprof__wire__label__init(label);
        label->key = e->index_of[l->key];
        if (l->is_number) {
            label->num = l->number;
            label->num_unit = e->index_of[l->unit];
        } else {
            label->str = e->index_of[l->text];
        }
        e->label_at.at[e->label_at.count++] = label;
        row->n_label++;
    }
}

static void add_values(encoder *e, Cprof__Wire__Sample *row, uint32_t sample) {
    uint32_t count = e->profile->type_count;
    const int64_t *values = cprof_sample_values(e->profile, sample);
    row->n_value = count;
    row->value = e->values.at + e->values.count;
    for (uint32_t i = 0; i < count; i++)
        row->value[i] = e->ratio > 0 && e->ratio != 1 ? scaled(values[i], e->ratio) : values[i];
    e->values.count += count;
}

static bool add_sample(encoder *e, sample_part *part, uint32_t sample, cprof_error *err) {
    uint32_t set = cprof_sample_label_set(e->profile, sample), labels = shown_labels(e, set), count;
    const uint32_t *frames = cprof_view_frames(e->view, e->profile->samples.stack[sample], &count);
    if (!room_for_sample(e, part, count, labels, err))
        return false;
    Cprof__Wire__Sample *row = &part->rows[e->rows];
    cprof__wire__sample__init(row);
    part->at[e->rows++] = row;
    row->location_id = e->ids.at ? e->ids.at + e->ids.count : NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!cprof_view_hides(e->view, frames[i]))
            row->location_id[row->n_location_id++] = cprof_location_id(e->profile, frames[i]);
    }
    e->ids.count += row->n_location_id;
    add_values(e, row, sample);
    add_labels(e, row, set);
    return true;
}

static bool write_samples(encoder *e, cprof_error *err) {
    size_t size = sizeof(sample_part);
    sample_part *part = cprof_mem_resize(cprof_env_budget(e->env), NULL, 0, size);
    bool ok = part && cprof_vec_reserve(e->env, &e->ids, PART_FRAMES) &&
              cprof_vec_reserve(e->env, &e->values, (size_t)PART_ROWS * (e->profile->type_count + 1));
    if (!ok)
        no_memory(e, err);
    uint32_t count = cprof_view_sample_count(e->view);
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = add_sample(e, part, cprof_view_sample(e->view, i), err);
        if (i % 4096 == 0 && ok)
            ok = !cprof_stopped(e->env, err);
    }
    ok = ok && flush_samples(e, part, err);
    cprof_mem_free(cprof_env_budget(e->env), part, size);
    return ok;
}

/* --- tables -------------------------------------------------------------------------------------------- */

static bool write_mappings(encoder *e, cprof_error *err) {
    const cprof_granularity *g = &e->view->granularity;
    for (uint32_t i = 0; i < e->profile->mapping_count; i++) {
        const cprof_mapping *m = &e->profile->mappings[i];
        Cprof__Wire__Mapping row = CPROF__WIRE__MAPPING__INIT, *at = &row;
        wire_profile part = CPROF__WIRE__PROFILE__INIT;
        row.id = m->id;
        row.memory_start = m->start;
        row.memory_limit = m->limit;
        row.file_offset = m->offset;
        row.filename = e->index_of[m->file];
        row.build_id = e->index_of[m->build_id];
        row.has_functions = m->has_functions && g->function;
        row.has_filenames = m->has_filenames && g->filename;
        row.has_line_numbers = m->has_line_numbers && g->line;
        row.has_inline_frames = m->has_inline_frames && g->inlines;
        part.n_mapping = 1;
        part.mapping = &at;
        if (!write_part(e, &part, err))
            return false;
    }
    return true;
}

typedef struct location_part {
    Cprof__Wire__Location rows[PART_ROWS], *at[PART_ROWS];
} location_part;

static bool flush_locations(encoder *e, location_part *part, cprof_error *err) {
    wire_profile message = CPROF__WIRE__PROFILE__INIT;
    message.n_location = e->rows;
    message.location = part->at;
    return flush_rows(e, &message, err);
}

static void add_lines(encoder *e, Cprof__Wire__Location *row, uint32_t location, uint32_t count) {
    const cprof_profile *p = e->profile;
    const cprof_granularity *g = &e->view->granularity;
    row->n_line = count;
    row->line = e->line_at.at ? e->line_at.at + e->line_at.count : NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t l = cprof_view_line(e->view, location, i);
        Cprof__Wire__Line *line = &e->lines.at[e->lines.count++];
        cprof__wire__line__init(line);
        line->function_id = cprof_function_id(p, p->locations.line_function[l]);
        line->line = g->line ? p->locations.line_number[l] : 0;
        line->column = g->line && g->column ? cprof_line_column(p, l) : 0;
        e->line_at.at[e->line_at.count++] = line;
    }
}

static bool add_location(encoder *e, location_part *part, uint32_t location, cprof_error *err) {
    const cprof_locations *l = &e->profile->locations;
    uint32_t count = cprof_view_line_count(e->view, location);
    bool full = e->rows == PART_ROWS || e->lines.capacity - e->lines.count < count ||
                e->line_at.capacity - e->line_at.count < count;
    if (full && e->rows > 0 && !flush_locations(e, part, err))
        return false;
    if (!cprof_vec_reserve(e->env, &e->lines, count) || !cprof_vec_reserve(e->env, &e->line_at, count))
        return no_memory(e, err);
    Cprof__Wire__Location *row = &part->rows[e->rows];
    cprof__wire__location__init(row);
    part->at[e->rows++] = row;
    row->id = cprof_location_id(e->profile, location);
    row->mapping_id = l->mapping[location] == CPROF_NONE ? 0 : e->profile->mappings[l->mapping[location]].id;
    row->address = e->view->granularity.address ? l->address[location] : 0;
    row->is_folded = l->folded && l->folded[location];
    add_lines(e, row, location, count);
    return true;
}

static bool write_locations(encoder *e, cprof_error *err) {
    size_t size = sizeof(location_part);
    location_part *part = cprof_mem_resize(cprof_env_budget(e->env), NULL, 0, size);
    bool ok = part && cprof_vec_reserve(e->env, &e->lines, (size_t)2 * PART_ROWS) &&
              cprof_vec_reserve(e->env, &e->line_at, (size_t)2 * PART_ROWS);
    if (!ok)
        no_memory(e, err);
    for (uint32_t i = 0; ok && i < e->profile->locations.count; i++)
        ok = add_location(e, part, i, err);
    ok = ok && flush_locations(e, part, err);
    cprof_mem_free(cprof_env_budget(e->env), part, size);
    return ok;
}

typedef struct function_part {
    Cprof__Wire__Function rows[PART_ROWS], *at[PART_ROWS];
} function_part;

static bool write_function_part(encoder *e, function_part *part, uint32_t from, uint32_t to,
                                cprof_error *err) {
    const cprof_profile *p = e->profile;
    const cprof_granularity *g = &e->view->granularity;
    wire_profile message = CPROF__WIRE__PROFILE__INIT;
    for (uint32_t i = from; i < to; i++) {
        Cprof__Wire__Function *row = part->at[i - from] = &part->rows[i - from];
        cprof__wire__function__init(row);
        row->id = cprof_function_id(p, i);
        row->name = g->function ? e->index_of[p->functions.name[i]] : 0;
        row->system_name = g->function ? e->index_of[p->functions.system_name[i]] : 0;
        row->filename = g->filename ? e->index_of[p->functions.filename[i]] : 0;
        row->start_line = cprof_function_start_line(p, i);
    }
    message.n_function = to - from;
    message.function = part->at;
    return write_part(e, &message, err);
}

static bool write_functions(encoder *e, cprof_error *err) {
    size_t size = sizeof(function_part);
    function_part *part = cprof_mem_resize(cprof_env_budget(e->env), NULL, 0, size);
    if (!part)
        return no_memory(e, err);
    uint32_t count = e->profile->functions.count;
    bool ok = true;
    for (uint32_t from = 0; ok && from < count; from += PART_ROWS)
        ok = write_function_part(e, part, from, count - from < PART_ROWS ? count : from + PART_ROWS, err);
    cprof_mem_free(cprof_env_budget(e->env), part, size);
    return ok;
}

static bool write_strings(encoder *e, cprof_error *err) {
    enum { PART_BYTES = 256 << 10 };
    ProtobufCBinaryData rows[PART_ROWS];
    for (size_t i = 0; i < e->strings.count;) {
        wire_profile part = CPROF__WIRE__PROFILE__INIT;
        size_t bytes = 0;
        for (; i < e->strings.count && part.n_string_table < PART_ROWS && bytes < PART_BYTES; i++) {
            cprof_slice s = cprof_profile_string(e->profile, e->strings.at[i]);
            rows[part.n_string_table++] = (ProtobufCBinaryData){s.len, (uint8_t *)(uintptr_t)s.ptr};
            bytes += s.len;
        }
        part.string_table = rows;
        if (!write_part(e, &part, err))
            return false;
    }
    return true;
}

static bool write_header(encoder *e, cprof_error *err) {
    const cprof_profile *p = e->profile;
    wire_profile part = CPROF__WIRE__PROFILE__INIT;
    Cprof__Wire__ValueType period_type = CPROF__WIRE__VALUE_TYPE__INIT;
    part.drop_frames = e->index_of[p->drop_frames];
    part.keep_frames = e->index_of[p->keep_frames];
    part.time_nanos = p->time_nanos;
    part.duration_nanos = p->duration_nanos;
    period_type.type = e->index_of[p->period_type.type];
    period_type.unit = e->index_of[p->period_type.unit];
    if (period_type.type != 0 || period_type.unit != 0)
        part.period_type = &period_type;
    part.period = p->period;
    part.default_sample_type = e->index_of[p->default_type];
    part.doc_url = e->index_of[p->doc_url];
    if (!cprof_vec_reserve(e->env, &e->values, p->comment_count))
        return no_memory(e, err);
    for (uint32_t i = 0; i < p->comment_count; i++)
        e->values.at[i] = e->index_of[p->comments[i]];
    part.n_comment = p->comment_count;
    part.comment = e->values.at;
    return write_part(e, &part, err);
}

static void encoder_deinit(encoder *e) {
    cprof_gzip_free(e->gzip);
    cprof_mem_free(cprof_env_budget(e->env), e->index_of, e->index_count * sizeof *e->index_of);
    cprof_vec_free(e->env, &e->strings);
    cprof_vec_free(e->env, &e->packed);
    cprof_vec_free(e->env, &e->ids);
    cprof_vec_free(e->env, &e->values);
    cprof_vec_free(e->env, &e->labels);
    cprof_vec_free(e->env, &e->label_at);
    cprof_vec_free(e->env, &e->lines);
    cprof_vec_free(e->env, &e->line_at);
}

bool cprof_render_proto(const cprof_view *view, double ratio, cprof_sink *sink, bool gzip, cprof_error *err) {
    encoder e = {.view = view, .profile = view->profile, .env = view->env, .ratio = ratio, .sink = sink};
    bool ok = true;
    if (gzip) {
        e.gzip = cprof_gzip_new(sink, e.env, err);
        ok = e.gzip != NULL;
    }
    ok = ok && use_strings(&e, err) && write_types(&e, err) && write_samples(&e, err) &&
         write_mappings(&e, err) && write_locations(&e, err) && write_functions(&e, err) &&
         write_strings(&e, err) && write_header(&e, err) && (!e.gzip || cprof_gzip_finish(e.gzip, err));
    encoder_deinit(&e);
    return ok;
}
