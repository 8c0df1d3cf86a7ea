#include "app/options.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

const cprof_option *cprof_option_find(cprof_slice name) {
    for (const cprof_option *o = cprof_options; o->name; o++)
        if (cprof_slice_is(name, o->name))
            return o;
    return NULL;
}

const char *const *cprof_option_flags(const cprof_option *option) {
    static const char *const none[] = {NULL};
    return option->kind == CPROF_OPTION_CHOICE ? option->choices : none;
}

const cprof_option *cprof_option_find_choice(cprof_slice name, const char **choice) {
    for (const cprof_option *o = cprof_options; o->name; o++)
        for (const char *const *c = cprof_option_flags(o); *c; c++)
            if (cprof_slice_is(name, *c)) {
                *choice = *c;
                return o;
            }
    return NULL;
}

static void *field_of(const cprof_option *option, cprof_settings *settings) {
    return (char *)settings + option->field;
}

static const void *const_field_of(const cprof_option *option, const cprof_settings *settings) {
    return (const char *)settings + option->field;
}

static bool is_one_of(cprof_slice word, const char *const *words) {
    for (; *words; words++)
        if (strlen(*words) == word.len && strncasecmp(*words, word.ptr, word.len) == 0)
            return true;
    return false;
}

static bool parse_bool(cprof_slice text, bool *value) {
    static const char *const yes[] = {"true", "t", "yes", "y", "1", "", NULL};
    static const char *const no[] = {"false", "f", "no", "n", "0", NULL};
    *value = is_one_of(text, yes);
    return *value || is_one_of(text, no);
}

/* Numbers are read by the C library, which wants an end and takes leading spaces: neither is for us. */
static bool copy_number(cprof_slice text, char buffer[CPROF_OPTION_TEXT_MAX]) {
    if (text.len == 0 || text.len >= CPROF_OPTION_TEXT_MAX || memchr(text.ptr, 0, text.len) ||
        !strchr("+-.0123456789", text.ptr[0]))
        return false;
    memcpy(buffer, text.ptr, text.len);
    buffer[text.len] = 0;
    return true;
}

static bool parse_int(cprof_slice text, long *value) {
    char buffer[CPROF_OPTION_TEXT_MAX], *end;
    if (!copy_number(text, buffer))
        return false;
    errno = 0;
    *value = strtol(buffer, &end, 0);
    return *end == 0 && end != buffer && errno == 0;
}

static bool parse_float(cprof_slice text, double *value) {
    char buffer[CPROF_OPTION_TEXT_MAX], *end;
    if (!copy_number(text, buffer))
        return false;
    *value = strtod(buffer, &end);
    return *end == 0 && end != buffer && isfinite(*value);
}

/* Bytes with a unit of 1024s: "1073741824", "512MB", "1.5GiB", "8g". */
static bool parse_size(cprof_slice text, uint64_t *value) {
    static const char units[] = "kmgt";
    double scale = 1;
    cprof_slice number = text;
    static const char *const endings[] = {"iB", "ib", "B", "b", NULL};
    for (const char *const *e = endings; *e; e++)
        if (cprof_slice_ends_with(number, *e)) {
            number.len -= strlen(*e);
            break;
        }
    if (number.len > 0) {
        const char *unit = strchr(units, number.ptr[number.len - 1] | 0x20);
        if (unit && *unit) {
            number.len--;
            for (const char *u = units; u <= unit; u++)
                scale *= 1024;
        }
    }
    double n;
    if (!parse_float(number, &n) || n < 0 || n * scale > (double)(UINT64_C(1) << 60))
        return false;
    *value = (uint64_t)(n * scale);
    return true;
}

static bool set_choice(const cprof_option *option, cprof_slice *field, cprof_slice value, cprof_error *err) {
    for (const char *const *c = option->choices; *c; c++)
        if (cprof_slice_is(value, *c)) {
            *field = cprof_slice_of(*c);
            return true;
        }
    char list[160] = "";
    for (const char *const *c = option->choices; *c; c++) {
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", *c);
    }
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s is one of %s, not \"%.*s\"", option->name, list,
                           (int)(value.len > 80 ? 80 : value.len), value.ptr);
}

/* "nodecount takes a whole number, not "x"" */
static bool refuse(const cprof_option *option, const char *wanted, cprof_slice value, cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s takes %s, not \"%.*s\"", option->name, wanted,
                           (int)(value.len > 80 ? 80 : value.len), value.ptr);
}

bool cprof_option_set(const cprof_option *option, cprof_settings *settings, cprof_slice value,
                      cprof_error *err) {
    void *field = field_of(option, settings);
    union {
        bool b;
        long i;
        double f;
        uint64_t size;
    } read;
    switch (option->kind) {
    case CPROF_OPTION_BOOL:
        if (!parse_bool(value, &read.b))
            return refuse(option, "true or false", value, err);
        *(bool *)field = read.b;
        return true;
    case CPROF_OPTION_INT:
        if (!parse_int(value, &read.i))
            return refuse(option, "a whole number", value, err);
        *(long *)field = read.i;
        return true;
    case CPROF_OPTION_FLOAT:
        if (!parse_float(value, &read.f))
            return refuse(option, "a number", value, err);
        *(double *)field = read.f;
        return true;
    case CPROF_OPTION_SIZE:
        if (!parse_size(value, &read.size))
            return refuse(option, "a size such as 512MB or 8GB", value, err);
        *(uint64_t *)field = read.size;
        return true;
    case CPROF_OPTION_TEXT:
        *(cprof_slice *)field = value;
        return true;
    case CPROF_OPTION_CHOICE:
    case CPROF_OPTION_WORD:
        return set_choice(option, field, value, err);
    case CPROF_OPTION_SOURCE:
        break;
    }
    return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s can be given on the command line only",
                           option->name);
}

/* The shortest digits that read back as the same number. */
static int print_float(double value, char buffer[CPROF_OPTION_TEXT_MAX]) {
    int n = 0;
    for (int digits = 1; digits <= 17; digits++) {
        n = snprintf(buffer, CPROF_OPTION_TEXT_MAX, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return n;
}

cprof_slice cprof_option_get(const cprof_option *option, const cprof_settings *settings,
                             char buffer[CPROF_OPTION_TEXT_MAX]) {
    const void *field = const_field_of(option, settings);
    int n = 0;
    switch (option->kind) {
    case CPROF_OPTION_BOOL:
        return *(const bool *)field ? CPROF_SLICE("true") : CPROF_SLICE("false");
    case CPROF_OPTION_TEXT:
    case CPROF_OPTION_CHOICE:
    case CPROF_OPTION_WORD:
        return *(const cprof_slice *)field;
    case CPROF_OPTION_INT:
        n = snprintf(buffer, CPROF_OPTION_TEXT_MAX, "%ld", *(const long *)field);
        break;
    case CPROF_OPTION_SIZE:
        n = snprintf(buffer, CPROF_OPTION_TEXT_MAX, "%llu", (unsigned long long)*(const uint64_t *)field);
        break;
    case CPROF_OPTION_FLOAT:
        n = print_float(*(const double *)field, buffer);
        break;
    case CPROF_OPTION_SOURCE:
        break;
    }
    return (cprof_slice){buffer, (size_t)n};
}

bool cprof_option_is_preset(const cprof_option *option, const cprof_settings *settings) {
    cprof_settings preset = cprof_settings_default();
    char a[CPROF_OPTION_TEXT_MAX], b[CPROF_OPTION_TEXT_MAX];
    return cprof_slice_equal(cprof_option_get(option, settings, a), cprof_option_get(option, &preset, b));
}

cprof_settings cprof_settings_default(void) {
    cprof_settings settings = {0};
    for (const cprof_option *o = cprof_options; o->name; o++) {
        if (o->kind == CPROF_OPTION_TEXT || o->kind == CPROF_OPTION_CHOICE || o->kind == CPROF_OPTION_WORD)
            *(cprof_slice *)field_of(o, &settings) = CPROF_SLICE("");
        if (o->preset)
            cprof_option_set(o, &settings, cprof_slice_of(o->preset), NULL);
    }
    return settings;
}
