#include "render/raw.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct raw_writer {
    const cprof_view *view;
    const cprof_profile *p;
    const cprof_text_style *style;
    cprof_sink *sink;
} raw_writer;

static void put_string(raw_writer *w, cprof_str id) {
    cprof_style_name(w->style, w->sink, cprof_profile_string(w->p, id));
}

static void put_number(cprof_sink *sink, uint64_t value) {
    char digits[CPROF_DECIMAL_MAX];
    cprof_sink_slice(sink, cprof_decimal_of(value, false, digits));
}

/* nanos as "N.NNN", `digits` behind the point, without zeros at the end. */
static size_t format_fraction(char *out, size_t room, uint64_t value, int digits) {
    uint64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    size_t len = (size_t)snprintf(out, room, "%" PRIu64, value / unit);
    if (value % unit == 0)
        return len;
    len += (size_t)snprintf(out + len, room - len, ".%0*" PRIu64, digits, value % unit);
    while (out[len - 1] == '0')
        len--;
    out[len] = '\0';
    return len;
}

/* "1h2m3.5s", "1.5ms", "0s". */
static void format_duration(char out[64], int64_t nanos) {
    static const struct {
        uint64_t below;
        int digits;
        const char *unit;
    } small[] = {{1000, 0, "ns"}, {1000000, 3, "\u00b5s"}, {1000000000, 6, "ms"}};
    uint64_t value = nanos < 0 ? 0 - (uint64_t)nanos : (uint64_t)nanos;
    size_t len = (size_t)snprintf(out, 64, "%s", nanos < 0 ? "-" : "");
    for (size_t i = 0; value > 0 && i < sizeof small / sizeof *small; i++) {
        if (value < small[i].below) {
            len += format_fraction(out + len, 64 - len, value, small[i].digits);
            snprintf(out + len, 64 - len, "%s", small[i].unit);
            return;
        }
    }
    uint64_t minutes = value / UINT64_C(60000000000);
    if (minutes >= 60)
        len += (size_t)snprintf(out + len, 64 - len, "%" PRIu64 "h", minutes / 60);
    if (minutes > 0)
        len += (size_t)snprintf(out + len, 64 - len, "%" PRIu64 "m", minutes % 60);
    len += format_fraction(out + len, 64 - len, value % UINT64_C(60000000000), 9);
    snprintf(out + len, 64 - len, "s");
}

/* "2006-01-02 15:04:05.999999999 +0000 UTC" of the local zone. */
static void put_time(raw_writer *w, int64_t nanos) {
    int64_t fraction = nanos % 1000000000;
    time_t seconds = (time_t)(nanos / 1000000000);
    if (fraction < 0) {
        fraction += 1000000000;
        seconds--;
    }
    struct tm local;
    char date[80], zone[80], digits[16] = "";
    tzset();
    if (!localtime_r(&seconds, &local))
        return;
    strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &local);
    strftime(zone, sizeof zone, "%z %Z", &local);
    if (fraction != 0)
        format_fraction(digits, sizeof digits, (uint64_t)fraction, 9);
    cprof_sink_printf(w->sink, "Time: %s%s %s\n", date, digits + (digits[0] == '0'), zone);
}

/* The first four characters of the duration: that is the format. */
static void put_duration(raw_writer *w, int64_t nanos) {
    char text[64];
    format_duration(text, nanos);
    cprof_slice rest = cprof_slice_of(text);
    size_t end = 0;
    for (int i = 0; i < 4 && end < rest.len; i++) {
        uint32_t code_point;
        end += cprof_utf8_decode(cprof_slice_sub(rest, end, rest.len), &code_point);
    }
    cprof_sink_puts(w->sink, "Duration: ");
    cprof_sink_slice(w->sink, cprof_slice_sub(rest, 0, end));
    cprof_sink_putc(w->sink, '\n');
}

static void put_head(raw_writer *w) {
    const cprof_profile *p = w->p;
    for (uint32_t i = 0; i < p->comment_count; i++) {
        cprof_slice comment = cprof_profile_string(p, p->comments[i]);
        cprof_sink_puts(w->sink, "Comment: ");
        cprof_style_lines(w->style, w->sink, &comment, 1);
    }
    if (p->doc_url != 0) {
        cprof_sink_puts(w->sink, "Doc: ");
        put_string(w, p->doc_url);
        cprof_sink_putc(w->sink, '\n');
    }
    cprof_sink_puts(w->sink, "PeriodType: ");
    put_string(w, p->period_type.type);
    cprof_sink_putc(w->sink, ' ');
    put_string(w, p->period_type.unit);
    cprof_sink_printf(w->sink, "\nPeriod: %" PRId64 "\n", p->period);
    if (p->time_nanos != 0)
        put_time(w, p->time_nanos);
    if (p->duration_nanos != 0)
        put_duration(w, p->duration_nanos);
}

/* "type/unit[dflt] type/unit" without white space at either end. */
static void put_types(raw_writer *w) {
    cprof_sink line;
    cprof_sink_init_memory(&line, w->view->env);
    for (uint32_t i = 0; i < w->p->type_count; i++) {
        cprof_value_type type = w->p->types[i];
        cprof_sink_slice(&line, cprof_profile_string(w->p, type.type));
        cprof_sink_putc(&line, '/');
        cprof_sink_slice(&line, cprof_profile_string(w->p, type.unit));
        cprof_sink_puts(&line, type.type == w->p->default_type ? "[dflt] " : " ");
    }
    cprof_sink_fail(w->sink, &line.error);
    cprof_style_name(w->style, w->sink, cprof_slice_trim(cprof_sink_bytes(&line)));
    cprof_sink_putc(w->sink, '\n');
    cprof_sink_deinit(&line);
}

static int compare_texts(const void *a, const void *b) {
    return cprof_slice_compare(*(const cprof_slice *)a, *(const cprof_slice *)b);
}

/* Appends "key:[value value]" of labels of one key; numbers with their units, where the key has any. */
static void put_label(raw_writer *w, const cprof_label *labels, uint32_t count, cprof_sink *out) {
    bool has_unit = false;
    for (uint32_t i = 0; i < count; i++)
        has_unit |= labels[i].unit != 0;
    cprof_sink_slice(out, cprof_profile_string(w->p, labels[0].key));
    cprof_sink_puts(out, ":[");
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            cprof_sink_putc(out, ' ');
        if (labels[i].is_number)
            cprof_sink_printf(out, "%" PRId64, labels[i].number);
        if (has_unit)
            cprof_sink_putc(out, ' ');
        cprof_sink_slice(out,
                         cprof_profile_string(w->p, labels[i].is_number ? labels[i].unit : labels[i].text));
    }
    cprof_sink_putc(out, ']');
}

/* The labels of one kind on one line, in byte order of their texts. */
static bool put_labels(raw_writer *w, const cprof_label *labels, uint32_t count) {
    const cprof_env *env = w->view->env;
    cprof_sink texts;
    CPROF_VEC(size_t) ends = {0};
    CPROF_VEC(cprof_slice) sorted = {0};
    bool ok = true;
    cprof_sink_init_memory(&texts, env);
    for (uint32_t i = 0, next; ok && i < count; i = next) {
        for (next = i + 1; next < count && labels[next].key == labels[i].key;)
            next++;
        if (!cprof_view_shows_label(w->view, &labels[i]))
            continue;
        put_label(w, labels + i, next - i, &texts);
        ok = cprof_vec_push(env, &ends, texts.count);
    }
    for (size_t i = 0; ok && i < ends.count; i++)
        ok = cprof_vec_push(env, &sorted,
                            cprof_slice_sub(cprof_sink_bytes(&texts), i ? ends.at[i - 1] : 0, ends.at[i]));
    ok = ok && texts.error.code == CPROF_OK;
    if (ok && sorted.count > 0) {
        qsort(sorted.at, sorted.count, sizeof *sorted.at, compare_texts);
        cprof_sink_pad(w->sink, 16);
        for (size_t i = 0; i < sorted.count; i++) {
            cprof_sink_puts(w->sink, i ? " " : "");
            cprof_style_name(w->style, w->sink, sorted.at[i]);
        }
        cprof_sink_putc(w->sink, '\n');
    }
    cprof_vec_free(env, &ends);
    cprof_vec_free(env, &sorted);
    cprof_sink_deinit(&texts);
    return ok;
}

static bool put_label_set(raw_writer *w, uint32_t set) {
    const cprof_label_sets *sets = &w->p->label_sets;
    uint32_t first = sets->first[set], end = sets->first[set + 1], numbers = first;
    while (numbers < end && !sets->labels[numbers].is_number)
        numbers++;
    return put_labels(w, sets->labels + first, numbers - first) &&
           put_labels(w, sets->labels + numbers, end - numbers);
}

static bool put_sample(raw_writer *w, uint32_t sample) {
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(w->view, w->p->samples.stack[sample], &count);
    const int64_t *values = cprof_sample_values(w->p, sample);
    for (uint32_t i = 0; i < w->p->type_count; i++)
        cprof_sink_printf(w->sink, " %10" PRId64, values[i]);
    cprof_sink_puts(w->sink, ": ");
    for (uint32_t i = 0; i < count; i++) {
        if (cprof_view_hides(w->view, frames[i]))
            continue;
        put_number(w->sink, cprof_location_id(w->p, frames[i]));
        cprof_sink_putc(w->sink, ' ');
    }
    cprof_sink_putc(w->sink, '\n');
    uint32_t set = cprof_sample_label_set(w->p, sample);
    return set == 0 || put_label_set(w, set);
}

static void put_line(raw_writer *w, uint32_t line) {
    const cprof_locations *l = &w->p->locations;
    const cprof_functions *f = &w->p->functions;
    const cprof_granularity *shown = &w->view->granularity;
    uint32_t function = l->line_function[line];
    cprof_str name = shown->function ? f->name[function] : 0;
    cprof_str system_name = shown->function ? f->system_name[function] : 0;
    put_string(w, name);
    cprof_sink_putc(w->sink, ' ');
    put_string(w, shown->filename ? f->filename[function] : 0);
    cprof_sink_printf(w->sink, ":%" PRId64 ":%" PRId64 " s=%" PRId64, shown->line ? l->line_number[line] : 0,
                      shown->line && shown->column ? cprof_line_column(w->p, line) : 0,
                      cprof_function_start_line(w->p, function));
    if (name == system_name)
        return;
    cprof_sink_putc(w->sink, '(');
    put_string(w, system_name);
    cprof_sink_putc(w->sink, ')');
}

static void put_location(raw_writer *w, uint32_t location) {
    const cprof_locations *l = &w->p->locations;
    uint32_t lines = cprof_view_line_count(w->view, location);
    cprof_sink_printf(w->sink, "%6" PRIu64 ": 0x%" PRIx64 " ", cprof_location_id(w->p, location),
                      w->view->granularity.address ? l->address[location] : 0);
    if (l->mapping[location] != CPROF_NONE)
        cprof_sink_printf(w->sink, "M=%" PRIu64 " ", w->p->mappings[l->mapping[location]].id);
    if (l->folded && l->folded[location])
        cprof_sink_puts(w->sink, "[F] ");
    for (uint32_t i = 0; i < lines; i++) {
        if (i > 0)
            cprof_sink_puts(w->sink, "\n             ");
        put_line(w, cprof_view_line(w->view, location, i));
    }
    cprof_sink_putc(w->sink, '\n');
}

static void put_mapping(raw_writer *w, const cprof_mapping *m) {
    const cprof_granularity *shown = &w->view->granularity;
    const struct {
        bool set;
        const char *text;
    } bits[] = {{m->has_functions && shown->function, "[FN]"},
                {m->has_filenames && shown->filename, "[FL]"},
                {m->has_line_numbers && shown->line, "[LN]"},
                {m->has_inline_frames && shown->inlines, "[IN]"}};
    cprof_sink_printf(w->sink, "%" PRIu64 ": 0x%" PRIx64 "/0x%" PRIx64 "/0x%" PRIx64 " ", m->id, m->start,
                      m->limit, m->offset);
    put_string(w, m->file);
    cprof_sink_putc(w->sink, ' ');
    put_string(w, m->build_id);
    cprof_sink_putc(w->sink, ' ');
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (bits[i].set)
            cprof_sink_puts(w->sink, bits[i].text);
    cprof_sink_putc(w->sink, '\n');
}

void cprof_render_raw(const cprof_view *view, const cprof_text_style *style, cprof_sink *sink) {
    raw_writer w = {.view = view, .p = view->profile, .style = style, .sink = sink};
    put_head(&w);
    cprof_sink_puts(sink, "Samples:\n");
    put_types(&w);
    uint32_t count = cprof_view_sample_count(view);
    for (uint32_t i = 0; i < count; i++) {
        cprof_error error = CPROF_ERROR_INIT;
        bool ok = i % 4096 != 0 || !cprof_stopped(view->env, &error);
        if (ok && !put_sample(&w, cprof_view_sample(view, i)))
            ok = cprof_error_memory(view->env, &error);
        if (ok)
            continue;
        cprof_sink_fail(sink, &error);
        return;
    }
    cprof_sink_puts(sink, "Locations\n");
    for (uint32_t i = 0; i < w.p->locations.count; i++)
        put_location(&w, i);
    cprof_sink_puts(sink, "Mappings\n");
    for (uint32_t i = 0; i < w.p->mapping_count; i++)
        put_mapping(&w, &w.p->mappings[i]);
}
