#include "profile_text.h"

#include "cmocka_all.h"
#include "profile/builder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX = 32 };

typedef struct reader {
    cprof_builder *b;
    char mappings[MAX][64];
    uint32_t mapping_count;
} reader;

static cprof_str str(reader *r, const char *text) {
    cprof_str id;
    assert_true(cprof_builder_string(r->b, cprof_slice_of(text), &id, NULL));
    return id;
}

static uint32_t mapping_of(reader *r, const char *name) {
    for (uint32_t i = 0; i < r->mapping_count; i++)
        if (strcmp(r->mappings[i], name) == 0)
            return i;
    char file[64];
    snprintf(file, sizeof file, "%s", name);
    char *build_id = strchr(file, '=');
    if (build_id)
        *build_id++ = '\0';
    uint32_t row;
    uint64_t start = 0x1000 * (r->mapping_count + UINT64_C(1));
    cprof_mapping mapping = {.start = start,
                             .limit = start + 0x1000,
                             .file = str(r, file),
                             .build_id = build_id ? str(r, build_id) : 0};
    assert_true(cprof_builder_mapping(r->b, &mapping, &row, NULL));
    snprintf(r->mappings[r->mapping_count++], sizeof *r->mappings, "%s", name);
    return row;
}

static cprof_line line_of(reader *r, char *text) {
    cprof_line line = {0};
    char *number = strchr(text, ',');
    if (number) {
        *number++ = '\0';
        line.line = strtoll(number, NULL, 10);
    }
    char *file = strchr(text, '~');
    if (file)
        *file++ = '\0';
    for (char *c = text; *c; c++)
        if (*c == '%')
            *c = ' ';
    cprof_str name = str(r, text);
    assert_true(cprof_builder_function(r->b, name, name, file ? str(r, file) : 0, 0, &line.function, NULL));
    return line;
}

static uint32_t location_of(reader *r, char *text) {
    cprof_line lines[MAX];
    uint32_t count = 0, mapping = CPROF_NONE, row;
    uint64_t address = 0;
    char *star = strchr(text, '*');
    if (star) {
        *star++ = '\0';
        address = strtoull(star, NULL, 0);
    }
    char *at = strchr(text, '@'), *save;
    if (at) {
        *at++ = '\0';
        mapping = mapping_of(r, at);
    }
    for (char *l = strtok_r(text, "+", &save); l && strcmp(l, "-") != 0; l = strtok_r(NULL, "+", &save))
        lines[count++] = line_of(r, l);
    assert_true(cprof_builder_location(r->b, mapping, address, false, lines, count, &row, NULL));
    return row;
}

static cprof_label label_of(reader *r, char *text) {
    cprof_label label = {0};
    char *hash = strchr(text, '#'), *equals = strchr(text, '='), *unit;
    if (hash) {
        *hash++ = '\0';
        label.is_number = true;
        label.number = strtoll(hash, &unit, 10);
        label.unit = *unit ? str(r, unit) : 0;
    } else {
        *equals++ = '\0';
        label.text = str(r, equals);
    }
    label.key = str(r, text);
    return label;
}

static void add_sample(reader *r, char *text) {
    int64_t values[MAX];
    uint32_t frames[MAX], frame_count = 0, value_count = 0, label_count = 0, stack, set;
    cprof_label labels[MAX];
    int part = 0;
    char *save;
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (strcmp(word, ":") == 0)
            part++;
        else if (part == 0)
            values[value_count++] = strtoll(word, NULL, 10);
        else if (part == 1)
            frames[frame_count++] = location_of(r, word);
        else
            labels[label_count++] = label_of(r, word);
    }
    assert_int_equal(value_count, cprof_builder_profile(r->b)->type_count);
    assert_true(cprof_builder_stack(r->b, frames, frame_count, &stack, NULL));
    assert_true(cprof_builder_labels(r->b, labels, label_count, &set, NULL));
    assert_true(cprof_builder_sample(r->b, stack, set, values, NULL));
}

static cprof_value_type type_of(reader *r, char *text) {
    char *slash = strchr(text, '/');
    *slash++ = '\0';
    return (cprof_value_type){str(r, text), str(r, slash)};
}

static void add_types(reader *r, char *text) {
    char *save;
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        char *slash = strchr(word, '/');
        *slash++ = '\0';
        assert_true(cprof_builder_type(r->b, cprof_slice_of(word), cprof_slice_of(slash), NULL));
    }
}

static void add_line(reader *r, char *line) {
    cprof_profile *p = cprof_builder_profile(r->b);
    char *space = strchr(line, ' ');
    if (!space || (line[0] >= '0' && line[0] <= '9') || line[0] == '-') {
        add_sample(r, line);
        return;
    }
    *space++ = '\0';
    if (strcmp(line, "types") == 0) {
        add_types(r, space);
    } else if (strcmp(line, "period") == 0) {
        p->period = strtoll(strchr(space, ' '), NULL, 10);
        *strchr(space, ' ') = '\0';
        p->period_type = type_of(r, space);
    } else if (strcmp(line, "time") == 0) {
        p->time_nanos = strtoll(space, NULL, 10);
    } else if (strcmp(line, "duration") == 0) {
        p->duration_nanos = strtoll(space, NULL, 10);
    } else if (strcmp(line, "default") == 0) {
        p->default_type = str(r, space);
    } else if (strcmp(line, "drop") == 0) {
        p->drop_frames = str(r, space);
    } else if (strcmp(line, "keep") == 0) {
        p->keep_frames = str(r, space);
    } else if (strcmp(line, "doc") == 0) {
        p->doc_url = str(r, space);
    } else {
        assert_string_equal(line, "comment");
        assert_true(cprof_builder_comment(r->b, str(r, space), NULL));
    }
}

cprof_profile *profile_of_text(const cprof_env *env, const char *text) {
    reader r = {.b = cprof_builder_new(env, "test", NULL)};
    assert_non_null(r.b);
    char *copy = strdup(text), *save;
    assert_non_null(copy);
    for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        add_line(&r, line);
    free(copy);
    cprof_profile *p;
    assert_true(cprof_builder_take(r.b, &p, NULL));
    return p;
}

static void print_string(FILE *out, const cprof_profile *p, cprof_str id) {
    cprof_slice s = cprof_profile_string(p, id);
    fwrite(s.ptr, 1, s.len, out);
}

static void print_location(FILE *out, const cprof_view *view, uint32_t location) {
    uint32_t lines = cprof_view_line_count(view, location);
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t line = cprof_view_line(view, location, i);
        fputs(i ? "+" : " ", out);
        print_string(out, view->profile,
                     view->profile->functions.name[view->profile->locations.line_function[line]]);
    }
    if (lines == 0)
        fputs(" -", out);
}

static void print_labels(FILE *out, const cprof_view *view, uint32_t set) {
    const cprof_profile *p = view->profile;
    bool any = false;
    for (uint32_t i = p->label_sets.first[set]; i < p->label_sets.first[set + 1]; i++) {
        const cprof_label *label = &p->label_sets.labels[i];
        if (!cprof_view_shows_label(view, label))
            continue;
        fputs(any ? " " : " : ", out);
        any = true;
        print_string(out, p, label->key);
        if (label->is_number)
            fprintf(out, "#%" PRId64, label->number);
        else
            fputc('=', out);
        print_string(out, p, label->is_number ? label->unit : label->text);
    }
}

char *text_of_view(const cprof_view *view) {
    const cprof_profile *p = view->profile;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    for (uint32_t i = 0; i < cprof_view_sample_count(view); i++) {
        uint32_t sample = cprof_view_sample(view, i), count;
        for (uint32_t k = 0; k < p->type_count; k++)
            fprintf(out, "%" PRId64 " ", cprof_sample_values(p, sample)[k]);
        fputc(':', out);
        const uint32_t *frames = cprof_view_frames(view, p->samples.stack[sample], &count);
        for (uint32_t k = 0; k < count; k++)
            if (!cprof_view_hides(view, frames[k]))
                print_location(out, view, frames[k]);
        print_labels(out, view, cprof_sample_label_set(p, sample));
        fputc('\n', out);
    }
    fclose(out);
    return text;
}

char *text_of_profile_take(cprof_profile *p) {
    cprof_view view;
    cprof_view_init(&view, p, NULL);
    char *text = text_of_view(&view);
    cprof_view_deinit(&view);
    cprof_profile_free(p);
    return text;
}

static void take_note(void *context, const char *message) {
    noted_env *noted = context;
    size_t used = strlen(noted->notes);
    snprintf(noted->notes + used, sizeof noted->notes - used, "%s\n", message);
}

void noted_env_init(noted_env *noted) {
    *noted = (noted_env){.env = {.note = take_note, .note_context = noted}};
}
