/* tagfocus and tagignore by the values of labels; tagshow and taghide by their keys. */
#include "measure/measure.h"
#include "transform/edit.h"
#include "transform/filter.h"

typedef enum range_form {
    RANGE_NONE, /* it is no range: a list of regular expressions */
    RANGE_EXACT,
    RANGE_AT_LEAST,
    RANGE_AT_MOST,
    RANGE_BETWEEN
} range_form;

typedef struct text_label {
    cprof_str key, text;
} text_label;

struct cprof_tag_filter {
    const cprof_env *env;           /* borrowed */
    const cprof_profile *profile;   /* borrowed */
    const cprof_label_units *units; /* borrowed */
    cprof_arena arena;
    bool keyed;    /* only labels of one key count … */
    cprof_str key; /* … this one; CPROF_NONE: the profile has none of it */

    range_form form;
    double low, high;
    cprof_slice unit; /* of low and high */

    CPROF_VEC(cprof_regex *) regexes;
    /* Text labels that were matched already, with the answers of each regex. */
    CPROF_VEC(text_label) seen;
    CPROF_VEC(bool) answers; /* regexes.count a row of seen */
    cprof_index seen_index;
    CPROF_VEC(char) subject; /* "key:text" */
    CPROF_VEC(bool) matched; /* of each regex, in the sample at hand */
    CPROF_VEC(uint8_t) sets; /* by label set: 0 not asked yet, else 1 + the answer */
    bool no_memory;          /* met while matching */
};

/* "-12kb": how long the number with its unit at the start of s is (0: there is none). */
static size_t number_length(cprof_slice s, size_t *digits_end) {
    size_t i = s.len > 0 && (s.ptr[0] == '+' || s.ptr[0] == '-');
    size_t digits = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    if (i == digits)
        return 0;
    *digits_end = i;
    while (i < s.len && ((s.ptr[i] | 0x20) >= 'a' && (s.ptr[i] | 0x20) <= 'z'))
        i++;
    return i;
}

static bool number_value(const char *name, cprof_slice digits, int64_t *value, cprof_error *err) {
    bool negative = digits.ptr[0] == '-';
    uint64_t magnitude = 0;
    for (size_t i = negative || digits.ptr[0] == '+'; i < digits.len; i++) {
        uint64_t digit = (uint64_t)(digits.ptr[i] - '0');
        if (magnitude > ((uint64_t)INT64_MAX + negative - digit) / 10)
            return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s: the number %.*s does not fit in 64 bits",
                                   name, CPROF_SLICE_ARG(digits));
        magnitude = magnitude * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    return true;
}

/* value (which has a NUL behind it) as "N", "N:", ":N" or "N:M"; leaves form at RANGE_NONE when it is
 * something else. */
static bool parse_range(cprof_tag_filter *filter, const char *name, cprof_slice value, cprof_error *err) {
    size_t start = value.len > 0 && value.ptr[0] == ':', digits;
    cprof_slice rest = cprof_slice_sub(value, start, value.len);
    size_t length = number_length(rest, &digits);
    if (length == 0)
        return true;
    int64_t number = 0;
    cprof_slice unit = cprof_slice_sub(rest, digits, length), low_unit;
    cprof_slice after = cprof_slice_sub(rest, length, rest.len);
    bool colon = after.len > 0 && after.ptr[0] == ':';
    if (after.len > 0 && (!colon || start))
        return true;
    if (!number_value(name, cprof_slice_sub(rest, 0, digits), &number, err))
        return false;
    filter->low = cprof_measure_scale(number, unit, unit, &low_unit);
    filter->unit = low_unit;
    if (after.len <= 1) {
        filter->form = start ? RANGE_AT_MOST : colon ? RANGE_AT_LEAST : RANGE_EXACT;
        return true;
    }
    after = cprof_slice_sub(after, 1, after.len);
    if (number_length(after, &digits) != after.len)
        return true;
    if (!number_value(name, cprof_slice_sub(after, 0, digits), &number, err))
        return false;
    cprof_slice high_unit;
    filter->high =
        cprof_measure_scale(number, cprof_slice_sub(after, digits, after.len), low_unit, &high_unit);
    if (cprof_slice_equal(low_unit, high_unit))
        filter->form = RANGE_BETWEEN;
    return true;
}

static bool parse_regexes(cprof_tag_filter *filter, const char *name, cprof_slice value, cprof_error *err) {
    for (bool more = true; more;) {
        size_t comma = cprof_slice_find(value, ',');
        cprof_regex *regex = cprof_regex_new(cprof_slice_sub(value, 0, comma), name, filter->env, err);
        if (!regex)
            return false;
        if (!cprof_vec_push(filter->env, &filter->regexes, regex)) {
            cprof_regex_free(regex);
            return cprof_error_memory(filter->env, err);
        }
        more = comma < value.len;
        value = cprof_slice_sub(value, comma + 1, value.len);
    }
    size_t count = filter->regexes.count;
    if (!cprof_vec_reserve(filter->env, &filter->matched, count))
        return cprof_error_memory(filter->env, err);
    filter->matched.count = count;
    return true;
}

static bool parse_value(cprof_tag_filter *filter, const char *name, cprof_slice value, cprof_error *err) {
    size_t equals = cprof_slice_find(value, '=');
    /* An empty key ("=12") asks for any key. */
    filter->keyed = equals < value.len && equals > 0;
    filter->key = CPROF_NONE;
    if (filter->keyed)
        cprof_strtab_find(&filter->profile->strings, cprof_slice_sub(value, 0, equals), &filter->key);
    if (equals < value.len)
        value = cprof_slice_sub(value, equals + 1, value.len);
    value = cprof_arena_copy(&filter->arena, value);
    if (!value.ptr)
        return cprof_error_memory(filter->env, err);
    if (!parse_range(filter, name, value, err))
        return false;
    if (filter->form == RANGE_NONE)
        return parse_regexes(filter, name, value, err);
    cprof_note(filter->env, "%s:Interpreted '%.*s' as range, not regexp", name, CPROF_SLICE_ARG(value));
    return true;
}

cprof_tag_filter *cprof_tag_filter_new(const char *name, cprof_slice value, const cprof_label_units *units,
                                       const cprof_profile *profile, const cprof_env *env, cprof_error *err) {
    cprof_tag_filter *filter = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *filter);
    if (!filter) {
        cprof_error_memory(env, err);
        return NULL;
    }
    *filter = (cprof_tag_filter){.env = env, .profile = profile, .units = units};
    cprof_arena_init(&filter->arena, cprof_env_budget(env));
    cprof_index_init(&filter->seen_index, cprof_env_budget(env));
    if (parse_value(filter, name, value, err))
        return filter;
    cprof_tag_filter_free(filter);
    return NULL;
}

void cprof_tag_filter_free(cprof_tag_filter *filter) {
    if (!filter)
        return;
    const cprof_env *env = filter->env;
    for (size_t i = 0; i < filter->regexes.count; i++)
        cprof_regex_free(filter->regexes.at[i]);
    cprof_vec_free(env, &filter->regexes);
    cprof_vec_free(env, &filter->seen);
    cprof_vec_free(env, &filter->answers);
    cprof_vec_free(env, &filter->subject);
    cprof_vec_free(env, &filter->matched);
    cprof_vec_free(env, &filter->sets);
    cprof_index_deinit(&filter->seen_index);
    cprof_arena_deinit(&filter->arena);
    cprof_mem_free(cprof_env_budget(env), filter, sizeof *filter);
}

static bool in_range(const cprof_tag_filter *filter, const cprof_label *label) {
    cprof_slice unit;
    double value = cprof_measure_scale(label->number, cprof_label_units_get(filter->units, label->key),
                                       filter->unit, &unit);
    if (!cprof_slice_equal(unit, filter->unit))
        return false;
    switch (filter->form) {
    case RANGE_EXACT:
        return value == filter->low;
    case RANGE_AT_LEAST:
        return value >= filter->low;
    case RANGE_AT_MOST:
        return value <= filter->low;
    case RANGE_BETWEEN:
        return value >= filter->low && value <= filter->high;
    case RANGE_NONE:
        break;
    }
    return false;
}

/* What the regexes are held against: the value where the key is given, else "key:value". */
static bool label_subject(cprof_tag_filter *filter, const cprof_label *label, cprof_slice *subject) {
    cprof_slice key = cprof_profile_string(filter->profile, label->key);
    cprof_slice text = cprof_profile_string(filter->profile, label->text);
    *subject = text;
    if (filter->keyed)
        return true;
    filter->subject.count = 0;
    if (!cprof_vec_append(filter->env, &filter->subject, key.ptr, key.len) ||
        !cprof_vec_push(filter->env, &filter->subject, ':') ||
        !cprof_vec_append(filter->env, &filter->subject, text.ptr, text.len))
        return false;
    *subject = (cprof_slice){filter->subject.at, filter->subject.count};
    return true;
}

/* The row of `seen` with the answers for this label. */
static bool label_answers(cprof_tag_filter *filter, const cprof_label *label, const bool **answers) {
    size_t regexes = filter->regexes.count;
    uint64_t hash = cprof_hash_u64((uint64_t)label->key << 32 | label->text);
    cprof_index_probe probe = cprof_index_start(&filter->seen_index, hash);
    uint32_t row;
    while (cprof_index_next(&filter->seen_index, &probe, &row)) {
        if (filter->seen.at[row].key == label->key && filter->seen.at[row].text == label->text) {
            *answers = filter->answers.at + row * regexes;
            return true;
        }
    }
    cprof_slice subject;
    row = (uint32_t)filter->seen.count;
    if (!label_subject(filter, label, &subject) ||
        !cprof_vec_reserve(filter->env, &filter->answers, regexes) ||
        !cprof_vec_push(filter->env, &filter->seen, ((text_label){label->key, label->text})) ||
        !cprof_index_insert(&filter->seen_index, hash, row))
        return false;
    for (size_t i = 0; i < regexes; i++)
        filter->answers.at[filter->answers.count++] = cprof_regex_match(filter->regexes.at[i], subject);
    *answers = filter->answers.at + row * regexes;
    return true;
}

/* With a key any of the list has to match a value of it; without one, each of them some label. */
static bool labels_match(cprof_tag_filter *filter, const cprof_view *view, uint32_t set) {
    const cprof_label_sets *sets = &view->profile->label_sets;
    if (filter->no_memory)
        return false;
    bool *matched = filter->matched.at;
    size_t regexes = filter->regexes.count, missing = regexes;
    for (size_t i = 0; i < regexes; i++)
        matched[i] = false;
    for (uint32_t l = sets->first[set]; l < sets->first[set + 1]; l++) {
        const cprof_label *label = &sets->labels[l];
        if (label->is_number != (filter->form != RANGE_NONE) || !cprof_view_shows_label(view, label) ||
            (filter->keyed && label->key != filter->key))
            continue;
        if (label->is_number) {
            if (in_range(filter, label))
                return true;
            continue;
        }
        const bool *answers;
        if (!label_answers(filter, label, &answers)) {
            filter->no_memory = true;
            return false;
        }
        for (size_t i = 0; i < regexes; i++) {
            missing -= answers[i] && !matched[i];
            matched[i] |= answers[i];
        }
    }
    if (filter->form != RANGE_NONE)
        return false;
    return filter->keyed ? missing < regexes : missing == 0;
}

static bool sample_matches(cprof_tag_filter *filter, const cprof_view *view, uint32_t sample) {
    uint32_t set = cprof_sample_label_set(view->profile, sample);
    if (filter->sets.at[set] == 0)
        filter->sets.at[set] = labels_match(filter, view, set) ? 2 : 1;
    return filter->sets.at[set] == 2;
}

typedef struct tags_pass {
    const cprof_view *view;
    cprof_tag_filter *focus, *ignore;
    bool focus_matched, ignore_matched;
} tags_pass;

static bool tags_keep(void *context, uint32_t sample) {
    tags_pass *pass = context;
    bool focused = !pass->focus || sample_matches(pass->focus, pass->view, sample);
    bool ignored = pass->ignore && sample_matches(pass->ignore, pass->view, sample);
    pass->focus_matched |= focused;
    pass->ignore_matched |= ignored;
    return focused && !ignored;
}

/* Forgets the answers of an earlier view, which may have shown other labels. */
static bool tag_filter_start(cprof_tag_filter *filter, const cprof_view *view) {
    if (!filter)
        return true;
    size_t sets = view->profile->label_sets.count;
    filter->sets.count = 0;
    if (!cprof_vec_reserve(view->env, &filter->sets, sets + 1))
        return false;
    memset(filter->sets.at, 0, sets + 1);
    return true;
}

static bool tag_filter_end(const cprof_tag_filter *filter, const cprof_view *view, cprof_error *err) {
    if (!filter)
        return true;
    if (filter->no_memory)
        return cprof_error_memory(view->env, err);
    for (size_t i = 0; i < filter->regexes.count; i++)
        if (cprof_regex_failed(filter->regexes.at[i], err))
            return false;
    return true;
}

bool cprof_filter_tags(cprof_view *view, cprof_tag_filter *focus, cprof_tag_filter *ignore,
                       bool *focus_matched, bool *ignore_matched, cprof_error *err) {
    *focus_matched = *ignore_matched = false;
    if (!focus && !ignore)
        return true;
    if (!tag_filter_start(focus, view) || !tag_filter_start(ignore, view))
        return cprof_error_memory(view->env, err);
    tags_pass pass = {.view = view, .focus = focus, .ignore = ignore};
    if (!cprof_edit_samples(view, tags_keep, &pass, err))
        return false;
    *focus_matched = pass.focus_matched;
    *ignore_matched = pass.ignore_matched;
    return tag_filter_end(focus, view, err) && tag_filter_end(ignore, view, err);
}

typedef struct keys_pass {
    const cprof_view *view;
    cprof_regex *show, *hide;
    uint8_t *keys; /* by string id: 0 not met yet, else 1 + whether it is to go */
    uint8_t *sets; /* by label set: 1 when its labels were looked at */
    uint64_t *hidden_text, *hidden_number;
    bool show_matched, hide_matched;
} keys_pass;

static void hide_keys_of(keys_pass *pass, uint32_t set) {
    const cprof_profile *p = pass->view->profile;
    for (uint32_t l = p->label_sets.first[set]; l < p->label_sets.first[set + 1]; l++) {
        const cprof_label *label = &p->label_sets.labels[l];
        if (!cprof_view_shows_label(pass->view, label))
            continue;
        if (pass->keys[label->key] == 0) {
            cprof_slice key = cprof_profile_string(p, label->key);
            bool shown = !pass->show || cprof_regex_match(pass->show, key);
            bool hidden = pass->hide && cprof_regex_match(pass->hide, key);
            pass->show_matched |= shown;
            pass->hide_matched |= hidden;
            pass->keys[label->key] = !shown || hidden ? 2 : 1;
        }
        if (pass->keys[label->key] == 2)
            cprof_bit_set(label->is_number ? pass->hidden_number : pass->hidden_text, label->key);
    }
}

static bool hide_keys(keys_pass *pass, cprof_view *view, cprof_error *err) {
    uint32_t count = cprof_view_sample_count(view);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t set = cprof_sample_label_set(view->profile, cprof_view_sample(view, i));
        if (!pass->sets[set])
            hide_keys_of(pass, set);
        pass->sets[set] = 1;
    }
    if ((pass->show && cprof_regex_failed(pass->show, err)) ||
        (pass->hide && cprof_regex_failed(pass->hide, err)))
        return false;
    view->hidden_text_keys = pass->hidden_text;
    view->hidden_number_keys = pass->hidden_number;
    return true;
}

bool cprof_filter_tag_names(cprof_view *view, cprof_regex *show, cprof_regex *hide, bool *show_matched,
                            bool *hide_matched, cprof_error *err) {
    *show_matched = *hide_matched = false;
    if (!show && !hide)
        return true;
    uint32_t strings = cprof_strtab_count(&view->profile->strings);
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(view->env));
    keys_pass pass = {
        .view = view,
        .show = show,
        .hide = hide,
        .keys = cprof_arena_calloc(&scratch, strings, 1),
        .sets = cprof_arena_calloc(&scratch, (size_t)view->profile->label_sets.count + 1, 1),
        .hidden_text = cprof_bits_copy(&view->arena, view->hidden_text_keys, strings),
        .hidden_number = cprof_bits_copy(&view->arena, view->hidden_number_keys, strings),
    };
    bool ok = pass.keys && pass.sets && pass.hidden_text && pass.hidden_number;
    ok = ok ? hide_keys(&pass, view, err) : cprof_error_memory(view->env, err);
    *show_matched = pass.show_matched;
    *hide_matched = pass.hide_matched;
    cprof_arena_deinit(&scratch);
    return ok;
}
