#include "proto_oracle.h"

#include "input/proto.h"

#include <stdlib.h>

/* --- the format's rules --------------------------------------------------------------------------------- */

static int compare_ids(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

typedef struct id_set {
    uint64_t *ids; /* ascending */
    size_t count;
} id_set;

static bool has_id(const id_set *set, uint64_t id) {
    return set->count > 0 && bsearch(&id, set->ids, set->count, sizeof id, compare_ids) != NULL;
}

static bool unique_ids(const id_set *set) {
    for (size_t i = 0; i < set->count; i++) {
        if (set->ids[i] == 0 || (i > 0 && set->ids[i] == set->ids[i - 1]))
            return false;
    }
    return true;
}

#define COLLECT_IDS(set, n, rows)                                                                            \
    do {                                                                                                     \
        (set).count = (n);                                                                                   \
        (set).ids = calloc((n) + 1, sizeof(uint64_t));                                                       \
        for (size_t k = 0; k < (n); k++)                                                                     \
            (set).ids[k] = (rows)[k]->id;                                                                    \
        qsort((set).ids, (n), sizeof(uint64_t), compare_ids);                                                \
    } while (0)

static bool in_table(const Cprof__Wire__Profile *m, int64_t index) {
    return index >= 0 && (uint64_t)index < m->n_string_table;
}

static const char *strings_defect(const Cprof__Wire__Profile *m) {
    if (m->n_string_table == 0 || m->string_table[0].len != 0)
        return "strings";
    bool ok = in_table(m, m->drop_frames) && in_table(m, m->keep_frames) &&
              in_table(m, m->default_sample_type) && in_table(m, m->doc_url);
    if (m->period_type)
        ok = ok && in_table(m, m->period_type->type) && in_table(m, m->period_type->unit);
    for (size_t i = 0; i < m->n_comment; i++)
        ok = ok && in_table(m, m->comment[i]);
    for (size_t i = 0; i < m->n_sample_type; i++)
        ok = ok && in_table(m, m->sample_type[i]->type) && in_table(m, m->sample_type[i]->unit);
    for (size_t i = 0; i < m->n_mapping; i++)
        ok = ok && in_table(m, m->mapping[i]->filename) && in_table(m, m->mapping[i]->build_id);
    for (size_t i = 0; i < m->n_function; i++)
        ok = ok && in_table(m, m->function[i]->name) && in_table(m, m->function[i]->system_name) &&
             in_table(m, m->function[i]->filename);
    for (size_t i = 0; i < m->n_sample; i++) {
        for (size_t k = 0; k < m->sample[i]->n_label; k++) {
            const Cprof__Wire__Label *l = m->sample[i]->label[k];
            ok =
                ok && in_table(m, l->key) && in_table(m, l->str) && (l->str != 0 || in_table(m, l->num_unit));
        }
    }
    return ok ? NULL : "string index";
}

static const char *references_defect(const Cprof__Wire__Profile *m, const id_set *locations,
                                     const id_set *functions, const id_set *mappings) {
    if (!unique_ids(locations) || !unique_ids(functions) || !unique_ids(mappings))
        return "ids";
    for (size_t i = 0; i < m->n_location; i++) {
        for (size_t k = 0; k < m->location[i]->n_line; k++) {
            if (!has_id(functions, m->location[i]->line[k]->function_id))
                return "function";
        }
    }
    for (size_t i = 0; i < m->n_sample; i++) {
        if (m->sample[i]->n_value != m->n_sample_type || m->n_sample_type == 0)
            return "values";
        for (size_t k = 0; k < m->sample[i]->n_location_id; k++) {
            if (!has_id(locations, m->sample[i]->location_id[k]))
                return "location";
        }
    }
    return NULL;
}

void proto_oracle_init(proto_oracle *o, cprof_slice bytes) {
    o->message = cprof__wire__profile__unpack(NULL, bytes.len, (const uint8_t *)bytes.ptr);
    o->defect = o->message ? strings_defect(o->message) : "wire";
    if (o->defect)
        return;
    id_set locations, functions, mappings;
    COLLECT_IDS(locations, o->message->n_location, o->message->location);
    COLLECT_IDS(functions, o->message->n_function, o->message->function);
    COLLECT_IDS(mappings, o->message->n_mapping, o->message->mapping);
    o->defect = references_defect(o->message, &locations, &functions, &mappings);
    free(locations.ids);
    free(functions.ids);
    free(mappings.ids);
}

void proto_oracle_deinit(proto_oracle *o) {
    if (o->message)
        cprof__wire__profile__free_unpacked(o->message, NULL);
}

/* --- comparison ----------------------------------------------------------------------------------------- */

#define SAME(condition, what)                                                                                \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            return what;                                                                                     \
    } while (0)

static cprof_slice wire_string(const Cprof__Wire__Profile *m, int64_t index) {
    const ProtobufCBinaryData *s = &m->string_table[index];
    return (cprof_slice){s->len ? (const char *)s->data : "", s->len};
}

static bool same_string(const Cprof__Wire__Profile *m, int64_t index, const cprof_profile *p, cprof_str id) {
    return cprof_slice_equal(wire_string(m, index), cprof_profile_string(p, id));
}

static const char *header_differs(const Cprof__Wire__Profile *m, const cprof_profile *p, bool period_type) {
    SAME(same_string(m, m->drop_frames, p, p->drop_frames), "drop_frames");
    SAME(same_string(m, m->keep_frames, p, p->keep_frames), "keep_frames");
    SAME(same_string(m, m->default_sample_type, p, p->default_type), "default_sample_type");
    SAME(same_string(m, m->doc_url, p, p->doc_url), "doc_url");
    SAME(m->time_nanos == p->time_nanos && m->duration_nanos == p->duration_nanos, "time");
    SAME(m->period == p->period, "period");
    if (period_type) {
        SAME(same_string(m, m->period_type ? m->period_type->type : 0, p, p->period_type.type),
             "period type");
        SAME(same_string(m, m->period_type ? m->period_type->unit : 0, p, p->period_type.unit),
             "period unit");
    }
    SAME(m->n_comment == p->comment_count && m->n_sample_type == p->type_count, "counts");
    for (size_t i = 0; i < m->n_comment; i++)
        SAME(same_string(m, m->comment[i], p, p->comments[i]), "comment");
    for (size_t i = 0; i < m->n_sample_type; i++) {
        SAME(same_string(m, m->sample_type[i]->type, p, p->types[i].type), "sample type");
        SAME(same_string(m, m->sample_type[i]->unit, p, p->types[i].unit), "sample unit");
    }
    return NULL;
}

static const char *tables_differ(const Cprof__Wire__Profile *m, const cprof_profile *p) {
    SAME(m->n_mapping == p->mapping_count && m->n_function == p->functions.count, "counts");
    for (uint32_t i = 0; i < p->mapping_count; i++) {
        const Cprof__Wire__Mapping *w = m->mapping[i];
        const cprof_mapping *g = &p->mappings[i];
        SAME(w->id == g->id && w->memory_start == g->start && w->memory_limit == g->limit &&
                 w->file_offset == g->offset,
             "mapping");
        SAME(w->has_functions == g->has_functions && w->has_filenames == g->has_filenames &&
                 w->has_line_numbers == g->has_line_numbers && w->has_inline_frames == g->has_inline_frames,
             "mapping flags");
        SAME(same_string(m, w->filename, p, g->file) && same_string(m, w->build_id, p, g->build_id),
             "mapping strings");
    }
    for (uint32_t i = 0; i < p->functions.count; i++) {
        const Cprof__Wire__Function *w = m->function[i];
        SAME(w->id == cprof_function_id(p, i) && w->start_line == cprof_function_start_line(p, i),
             "function");
        SAME(same_string(m, w->name, p, p->functions.name[i]) &&
                 same_string(m, w->system_name, p, p->functions.system_name[i]) &&
                 same_string(m, w->filename, p, p->functions.filename[i]),
             "function strings");
    }
    return NULL;
}

static const char *location_differs(const Cprof__Wire__Location *w, const cprof_profile *p, uint32_t row) {
    const cprof_locations *l = &p->locations;
    uint64_t mapping = l->mapping[row] == CPROF_NONE ? 0 : p->mappings[l->mapping[row]].id;
    bool known = false;
    for (uint32_t i = 0; i < p->mapping_count && i < 1000; i++)
        known |= p->mappings[i].id == w->mapping_id;
    SAME(w->id == cprof_location_id(p, row) && w->address == l->address[row], "location");
    SAME(mapping == (known || p->mapping_count > 1000 ? w->mapping_id : 0), "location's mapping");
    SAME(w->is_folded == (l->folded && l->folded[row]), "location's folded");
    SAME(w->n_line == l->first_line[row + 1] - l->first_line[row], "line count");
    for (uint32_t i = 0; i < w->n_line; i++) {
        uint32_t k = l->first_line[row] + i;
        SAME(w->line[i]->function_id == cprof_function_id(p, l->line_function[k]), "line's function");
        SAME(w->line[i]->line == l->line_number[k] && w->line[i]->column == cprof_line_column(p, k), "line");
    }
    return NULL;
}

static bool stands_before(const Cprof__Wire__Profile *m, const Cprof__Wire__Label *a,
                          const Cprof__Wire__Label *b) {
    if ((a->str != 0) != (b->str != 0))
        return a->str != 0;
    return cprof_slice_compare(wire_string(m, a->key), wire_string(m, b->key)) < 0;
}

static const char *labels_differ(const Cprof__Wire__Profile *m, const Cprof__Wire__Sample *w,
                                 const cprof_profile *p, uint32_t set) {
    const Cprof__Wire__Label **sorted = calloc(w->n_label + 1, sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; i < w->n_label; i++) {
        const Cprof__Wire__Label *label = w->label[i];
        if (label->str == 0 && label->num == 0 && label->num_unit == 0)
            continue;
        size_t k = count++;
        for (; k > 0 && stands_before(m, label, sorted[k - 1]); k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = label;
    }
    /* A profile without labels has no table of them. */
    const cprof_label *got =
        count > 0 && p->label_sets.labels ? p->label_sets.labels + p->label_sets.first[set] : NULL;
    bool same = count == p->label_sets.first[set + 1] - p->label_sets.first[set];
    for (size_t i = 0; same && i < count; i++) {
        bool number = sorted[i]->str == 0;
        same = number == got[i].is_number && same_string(m, sorted[i]->key, p, got[i].key) &&
               same_string(m, sorted[i]->str, p, got[i].text) &&
               got[i].number == (number ? sorted[i]->num : 0) &&
               same_string(m, number ? sorted[i]->num_unit : 0, p, got[i].unit);
    }
    free(sorted);
    return same ? NULL : "labels";
}

static const char *samples_differ(const Cprof__Wire__Profile *m, const cprof_profile *p) {
    SAME(m->n_sample == p->samples.count, "sample count");
    for (uint32_t i = 0; i < p->samples.count; i++) {
        const Cprof__Wire__Sample *w = m->sample[i];
        uint32_t stack = p->samples.stack[i];
        uint32_t first = p->stacks.first[stack];
        SAME(w->n_location_id == p->stacks.first[stack + 1] - first, "stack depth");
        for (size_t k = 0; k < w->n_location_id; k++)
            SAME(w->location_id[k] == cprof_location_id(p, p->stacks.frames[first + k]), "frame");
        for (size_t k = 0; k < w->n_value; k++)
            SAME(w->value[k] == cprof_sample_values(p, i)[k], "value");
        const char *labels = labels_differ(m, w, p, cprof_sample_label_set(p, i));
        SAME(!labels, labels);
    }
    return NULL;
}

/* Equal stacks must be one. */
static const char *stacks_repeat(const cprof_profile *p) {
    const cprof_stacks *s = &p->stacks;
    for (uint32_t i = 0; s->count < 300 && i < s->count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            uint32_t size = s->first[i + 1] - s->first[i];
            SAME(size != s->first[k + 1] - s->first[k] ||
                     (size > 0 &&
                      memcmp(s->frames + s->first[i], s->frames + s->first[k], size * sizeof *s->frames)),
                 "a stack twice");
        }
    }
    return NULL;
}

const char *proto_oracle_differs(const proto_oracle *o, const cprof_profile *p, bool period_type) {
    const Cprof__Wire__Profile *m = o->message;
    const char *what = header_differs(m, p, period_type);
    what = what ? what : tables_differ(m, p);
    what = what ? what : m->n_location == p->locations.count ? NULL : "location count";
    for (uint32_t i = 0; !what && i < p->locations.count; i++)
        what = location_differs(m->location[i], p, i);
    what = what ? what : samples_differ(m, p);
    return what ? what : stacks_repeat(p);
}

bool proto_oracle_excuses(const cprof_error *err) {
    return strstr(err->message, "concatenated") ||
           strstr(err->message, "wrong wire type of field 5 of a location") ||
           (strstr(err->message, "wrong wire type of field") && strstr(err->message, "of a mapping"));
}

bool proto_decode(cprof_slice bytes, size_t chunk, const cprof_env *env, cprof_profile **p,
                  cprof_error *err) {
    cprof_proto *decoder = cprof_proto_new(env, err);
    if (!decoder)
        return false;
    size_t step = chunk > 0 ? chunk : bytes.len;
    for (size_t at = 0; at < bytes.len; at += step) {
        /* A copy of exactly these bytes, so that a sanitizer sees a read past them. */
        cprof_slice piece = cprof_slice_sub(bytes, at, at + step);
        char *copy = malloc(piece.len);
        memcpy(copy, piece.ptr, piece.len);
        bool ok = cprof_proto_feed(decoder, (cprof_slice){copy, piece.len}, err);
        free(copy);
        if (!ok) {
            cprof_proto_free(decoder);
            return false;
        }
    }
    return cprof_proto_finish(decoder, p, err);
}
