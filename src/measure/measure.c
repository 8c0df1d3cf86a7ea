#include "measure/measure.h"

#include <math.h>
#include <stdio.h>

typedef struct unit {
    const char *name;
    double factor;          /* in terms of the family's base */
    const char *aliases[4]; /* lower case, without a plural "s" */
} unit;

typedef struct family {
    unit fallback; /* where nothing else was asked for or suits */
    unit units[9]; /* from small to big; name NULL: end */
} family;

static const family FAMILIES[] = {
    {
        {"B", 1, {NULL}},
        {
            {"B", 0x1p0, {"b", "byte"}},
            {"kB", 0x1p10, {"kb", "kbyte", "kilobyte"}},
            {"MB", 0x1p20, {"mb", "mbyte", "megabyte"}},
            {"GB", 0x1p30, {"gb", "gbyte", "gigabyte"}},
            {"TB", 0x1p40, {"tb", "tbyte", "terabyte"}},
            {"PB", 0x1p50, {"pb", "pbyte", "petabyte"}},
        },
    },
    {
        {"s", 1e9, {NULL}},
        {
            {"ns", 1, {"ns", "nanosecond"}},
            {"us", 1e3, {"us", "microsecond"}},
            {"ms", 1e6, {"ms", "millisecond"}},
            {"s", 1e9, {"s", "sec", "second"}},
            {"hrs", 3600e9, {"hour", "hr"}},
        },
    },
    {
        {"GCU", 1, {NULL}},
        {
            {"n*GCU", 1e-9, {"nanogcu"}},
            {"u*GCU", 1e-6, {"microgcu"}},
            {"m*GCU", 1e-3, {"milligcu"}},
            {"GCU", 1, {"gcu"}},
            {"k*GCU", 1e3, {"kilogcu"}},
            {"M*GCU", 1e6, {"megagcu"}},
            {"G*GCU", 1e9, {"gigagcu"}},
            {"T*GCU", 1e12, {"teragcu"}},
            {"P*GCU", 1e15, {"petagcu"}},
        },
    },
};

enum {
    FAMILY_COUNT = sizeof FAMILIES / sizeof *FAMILIES,
    UNITS_MAX = sizeof FAMILIES[0].units / sizeof *FAMILIES[0].units,
    UNIT_NAME_MAX = 16
};

static const unit *find_unit(const family *f, cprof_slice name) {
    char lower[UNIT_NAME_MAX];
    if (name.len == 0 || name.len >= sizeof lower)
        return NULL;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + ('a' - 'A')) : name.ptr[i];
    cprof_slice key = {lower, name.len};
    if (key.len > 2 && lower[key.len - 1] == 's')
        key.len--;
    for (int i = 0; i < UNITS_MAX && f->units[i].name; i++) {
        for (const char *const *alias = f->units[i].aliases; *alias; alias++) {
            if (**alias == lower[0] && cprof_slice_is(key, *alias))
                return &f->units[i];
        }
    }
    return NULL;
}

static bool suits_the_value(cprof_slice to) {
    return cprof_slice_is(to, "minimum") || cprof_slice_is(to, "auto");
}

/* The biggest unit that value (in the family's base) is at least one of. */
static const unit *suitable_unit(const family *f, double value) {
    const unit *best = &f->fallback;
    for (int i = 0; i < UNITS_MAX && f->units[i].name; i++) {
        if (value / f->units[i].factor >= 1)
            best = &f->units[i];
    }
    return best;
}

static double scale(double value, cprof_slice from, cprof_slice to, cprof_slice *name) {
    for (int i = 0; i < FAMILY_COUNT; i++) {
        const family *f = &FAMILIES[i];
        const unit *source = find_unit(f, from);
        if (!source)
            continue;
        value *= source->factor;
        const unit *target = suits_the_value(to) ? suitable_unit(f, value) : find_unit(f, to);
        if (!target)
            target = &f->fallback;
        *name = cprof_slice_of(target->name);
        return value / target->factor;
    }
    static const char *const silent[] = {"count", "sample", "unit", "minimum", "auto"};
    *name = to;
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        if (cprof_slice_is(to, silent[i]))
            *name = CPROF_SLICE("");
    }
    return value;
}

double cprof_measure_scale(int64_t value, cprof_slice from, cprof_slice to, cprof_slice *name) {
    /* The unit is that of the absolute value, but for the one value that has none. */
    if (value < 0 && value != INT64_MIN)
        return -scale((double)-value, from, to, name);
    return scale((double)value, from, to, name);
}

/* Two digits behind the point, none where they would be 0. */
static cprof_slice format_number(double x, char buffer[CPROF_LABEL_MAX]) {
    if (fabs(x) < 0x1p53 && x == trunc(x)) { /* what most values are, and many times faster than printf */
        cprof_slice digits = cprof_decimal((int64_t)x, buffer);
        memmove(buffer, digits.ptr, digits.len);
        return (cprof_slice){buffer, digits.len};
    }
    int n = snprintf(buffer, CPROF_LABEL_MAX, "%.2f", x);
    cprof_slice number = {buffer, n > 0 ? (size_t)n : 0};
    if (cprof_slice_ends_with(number, ".00"))
        number.len -= 3;
    return number;
}

cprof_slice cprof_measure_label(int64_t value, cprof_slice from, cprof_slice to,
                                char buffer[CPROF_LABEL_MAX]) {
    cprof_slice name;
    double scaled = cprof_measure_scale(value, from, to, &name);
    cprof_slice number = format_number(scaled, buffer);
    if (cprof_slice_is(number, "0") || cprof_slice_is(number, "-0")) {
        memcpy(buffer, "0", 2);
        return (cprof_slice){buffer, 1};
    }
    size_t room = CPROF_LABEL_MAX - 1 - number.len;
    if (name.len > room) {
        name.len = room;
        while (name.len > 0 && ((unsigned char)name.ptr[name.len] & 0xc0) == 0x80)
            name.len--; /* not in the middle of a code point */
    }
    if (name.len > 0)
        memcpy(buffer + number.len, name.ptr, name.len);
    buffer[number.len + name.len] = '\0';
    return (cprof_slice){buffer, number.len + name.len};
}

cprof_slice cprof_measure_percentage(int64_t value, int64_t total, char buffer[CPROF_LABEL_MAX]) {
    double ratio = total ? fabs((double)value / (double)total) * 100 : 0;
    const char *format = ratio >= 99.95 && ratio <= 100.05 ? "  100%%" : ratio >= 1 ? "%5.2f%%" : "%5.2g%%";
    int n = snprintf(buffer, CPROF_LABEL_MAX, format, ratio);
    return (cprof_slice){buffer, n > 0 ? (size_t)n : 0};
}

bool cprof_measure_same_family(cprof_slice a, cprof_slice b) {
    if (cprof_slice_equal(a, b))
        return true;
    for (int i = 0; i < FAMILY_COUNT; i++) {
        if (find_unit(&FAMILIES[i], a) && find_unit(&FAMILIES[i], b))
            return true;
    }
    return false;
}
