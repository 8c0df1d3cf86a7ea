#include "input/perf_header.h"

static bool all_digits(cprof_slice s) {
    cprof_slice rest = s;
    return cprof_take_digits(&rest).len > 0 && rest.len == 0;
}

/* "18162" or "18162/18165" (PID/TID; the idle task's may be -1). */
static bool parse_ids(cprof_slice word, cprof_perf_header *h) {
    size_t slash = cprof_slice_find(word, '/');
    h->pid = cprof_slice_sub(word, 0, slash);
    h->tid = cprof_slice_sub(word, slash + 1, word.len);
    if (!all_digits(h->pid) && !cprof_slice_is(h->pid, "-1"))
        return false;
    return slash == word.len || all_digits(h->tid) || cprof_slice_is(h->tid, "-1");
}

/* "[003]" */
static bool is_cpu(cprof_slice word) {
    return word.len > 2 && word.ptr[0] == '[' && word.ptr[word.len - 1] == ']' &&
           all_digits(cprof_slice_sub(word, 1, word.len - 1));
}

/* "1915.289224:" in nanoseconds. */
static bool parse_time(cprof_slice word, int64_t *time) {
    int64_t seconds, fraction = 0;
    if (!cprof_slice_ends_with(word, ":"))
        return false;
    word.len--;
    size_t dot = cprof_slice_find(word, '.');
    cprof_slice digits = cprof_slice_sub(word, dot + 1, word.len);
    if (dot == word.len || digits.len == 0 || digits.len > 9 || !all_digits(cprof_slice_sub(word, 0, dot)) ||
        !cprof_parse_i64(cprof_slice_sub(word, 0, dot), &seconds) || !all_digits(digits) ||
        !cprof_parse_i64(digits, &fraction))
        return false;
    for (size_t i = digits.len; i < 9; i++)
        fraction *= 10;
    return !__builtin_mul_overflow(seconds, 1000000000, time) &&
           !__builtin_add_overflow(*time, fraction, time);
}

/* "cpu-clock:u:" -> "cpu-clock"; a tracepoint's "sched:sched_switch:" keeps its system. */
static bool parse_event(cprof_slice word, cprof_slice *event) {
    if (word.len < 2 || !cprof_slice_ends_with(word, ":"))
        return false;
    word.len--;
    size_t colon = cprof_slice_rfind(word, ':');
    bool modifiers = colon > 0 && colon < word.len;
    for (size_t i = colon + 1; i < word.len; i++)
        modifiers = modifiers && strchr("ukhGHIpPSDWeb", word.ptr[i]) && word.ptr[i] != '\0';
    *event = modifiers ? cprof_slice_sub(word, 0, colon) : word;
    while (event->len > 1 && event->ptr[event->len - 1] == ':')
        event->len--;
    return true;
}

/* What follows the ids: [CPU] TIME: PERIOD EVENT: … */
static bool parse_tail(cprof_slice s, cprof_perf_header *h) {
    cprof_slice word = cprof_take_word(&s);
    if (is_cpu(word))
        word = cprof_take_word(&s);
    h->has_time = parse_time(word, &h->time);
    if (h->has_time)
        word = cprof_take_word(&s);
    h->has_period = all_digits(word) && cprof_parse_i64(word, &h->period);
    if (h->has_period)
        word = cprof_take_word(&s);
    if (!parse_event(word, &h->event) || !(h->has_time || h->has_period))
        return false;
    cprof_take_blanks(&s);
    h->rest = s;
    return true;
}

bool cprof_perf_header_parse(cprof_slice line, cprof_perf_header *h) {
    /* A program's name may hold blanks and numbers: the ids are the first word that what follows fits. */
    enum { WORDS_MAX = 16 };
    cprof_slice s = line;
    cprof_take_blanks(&s);
    const char *start = s.ptr;
    cprof_take_word(&s);
    for (int i = 0; i < WORDS_MAX && s.len > 0; i++) {
        const char *end = s.ptr;
        cprof_slice word = cprof_take_word(&s);
        *h = (cprof_perf_header){.comm = {start, (size_t)(end - start)}};
        if (word.len > 0 && parse_ids(word, h) && parse_tail(s, h))
            return true;
    }
    return false;
}
