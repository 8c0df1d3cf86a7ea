#include "base/regex.h"

#include "base/arena.h"
#include "base/regex_syntax.h"
#include "base/utf8.h"

#include <stdio.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    PATTERN_MAX = 1 << 20,    /* bytes */
    NEST_LIMIT = 500,         /* parentheses in each other */
    JIT_STEPS_LOG2 = 28,      /* steps of one match that the machine code may take, as it cannot be stopped */
    STEPS_LOG2 = 32,          /* steps at one place of the subject, where each counts the rest of it */
    MATCH_LIMIT = 2000000,    /* steps at one place */
    HEAP_LIMIT = 64 << 10,    /* kB that one match may take */
    JIT_STACK_MIN = 32 << 10, /* bytes */
    JIT_STACK_MAX = 1 << 20,  /* bytes */
    WINDOW_LOG2 = 20,         /* places to look at, times the subject's length, between looks at the clock */
    DFA_WORKSPACE = 4096,     /* ints */
    DFA_SUBJECT_MAX = 256,    /* bytes; its effort grows faster than the subject, too */
    TIME_LIMIT_MS = 20 * 1000, /* all matches of one regex together */
    SHOWN = 120                /* bytes of a pattern in a message */
};

struct cprof_regex {
    const cprof_env *env; /* borrowed */
    cprof_arena arena;    /* of this struct and the texts */
    cprof_slice pattern;
    const char *what;
    cprof_slice literal; /* of use only without code */
    unsigned effort;     /* as cprof_regex_translate tells it */
    pcre2_general_context *memory;
    pcre2_code *code; /* NULL: the literal says it all */
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    int *workspace;    /* of the matcher without backtracking; made when first needed */
    char *valid;       /* a subject with its invalid bytes replaced */
    size_t valid_room; /* bytes */
    int64_t spent_ms;
    const char *failure; /* why a match was given up; static */
};

/* --- PCRE2's memory, on the budget --- */

/* In front of each piece, as freeing must tell its size. */
typedef union header {
    size_t size; /* with this header */
    max_align_t aligned;
} header;

static void *piece_alloc(size_t size, void *budget) {
    if (size > SIZE_MAX - sizeof(header))
        return NULL;
    size += sizeof(header);
    header *p = cprof_mem_resize(budget, NULL, 0, size);
    if (!p)
        return NULL;
    p->size = size;
    return p + 1;
}

static void piece_free(void *at, void *budget) {
    header *p = at;
    if (p)
        cprof_mem_free(budget, p - 1, p[-1].size);
}

/* --- compiling --- */

static bool set_error(cprof_error *err, const char *what, const char *wrong, cprof_slice pattern, size_t at,
                      size_t len) {
    cprof_slice piece = cprof_slice_sub(pattern, at, at + (len < SHOWN ? len : SHOWN));
    cprof_slice shown = cprof_slice_sub(pattern, 0, SHOWN);
    char place[SHOWN + 16] = "";
    if (piece.len > 0)
        snprintf(place, sizeof place, " `%.*s`", CPROF_SLICE_ARG(piece));
    return cprof_error_set(err, CPROF_ERR_REGEX, -1, "parsing %s regexp: %s%s at offset %zu of `%.*s%s`",
                           what, wrong, place, at, CPROF_SLICE_ARG(shown), pattern.len > SHOWN ? "…" : "");
}

typedef struct compile_message {
    int code;
    const char *text;
} compile_message;

/* In RE2's words where PCRE2's would puzzle. */
static const compile_message COMPILE_MESSAGES[] = {
    {PCRE2_ERROR_MISSING_CLOSING_PARENTHESIS, "missing closing )"},
    {PCRE2_ERROR_UNMATCHED_CLOSING_PARENTHESIS, "unexpected )"},
    {PCRE2_ERROR_MISSING_SQUARE_BRACKET, "missing closing ]"},
    {PCRE2_ERROR_CLASS_RANGE_ORDER, "invalid character class range"},
    {PCRE2_ERROR_CLASS_INVALID_RANGE, "invalid character class range"},
    {PCRE2_ERROR_UNKNOWN_POSIX_CLASS, "invalid character class range"},
    {PCRE2_ERROR_QUANTIFIER_INVALID, "missing argument to repetition operator"},
    {PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY, "invalid character class range"},
    {PCRE2_ERROR_MALFORMED_UNICODE_PROPERTY, "invalid character class range"},
    {PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP, "expression nests too deeply"},
    {PCRE2_ERROR_PATTERN_TOO_LARGE, "expression too large"},
    {PCRE2_ERROR_PATTERN_TOO_COMPLICATED, "expression too large"},
};

static bool compile_error(const cprof_regex *regex, int code, size_t at, cprof_error *err) {
    if (code == PCRE2_ERROR_HEAP_FAILED)
        return cprof_error_memory(regex->env, err);
    for (size_t i = 0; i < sizeof COMPILE_MESSAGES / sizeof *COMPILE_MESSAGES; i++) {
        if (COMPILE_MESSAGES[i].code == code)
            return set_error(err, regex->what, COMPILE_MESSAGES[i].text, regex->pattern, at, 0);
    }
    char text[200];
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text) < 0)
        snprintf(text, sizeof text, "error %d", code);
    return set_error(err, regex->what, text, regex->pattern, at, 0);
}

static bool compile(cprof_regex *regex, const cprof_regex_syntax *syntax, cprof_error *err) {
    pcre2_compile_context *context = pcre2_compile_context_create(regex->memory);
    if (!context)
        return cprof_error_memory(regex->env, err);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    pcre2_set_parens_nest_limit(context, NEST_LIMIT);
    int code = 0;
    PCRE2_SIZE at = 0;
    regex->code = pcre2_compile((PCRE2_SPTR)syntax->out, syntax->len,
                                PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C |
                                    PCRE2_USE_OFFSET_LIMIT | PCRE2_DUPNAMES,
                                &code, &at, context);
    pcre2_compile_context_free(context);
    if (!regex->code)
        return compile_error(regex, code, syntax->from[at <= syntax->len ? at : syntax->len], err);
    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE); /* without it matching is slower, not different */
    return true;
}

static bool prepare(cprof_regex *regex) {
    regex->data = pcre2_match_data_create_from_pattern(regex->code, regex->memory);
    regex->context = pcre2_match_context_create(regex->memory);
    if (!regex->data || !regex->context)
        return false;
    pcre2_set_heap_limit(regex->context, HEAP_LIMIT);
    regex->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, regex->memory);
    if (regex->stack)
        pcre2_jit_stack_assign(regex->context, NULL, regex->stack);
    return true;
}

static bool build(cprof_regex *regex, cprof_regex_syntax *syntax, cprof_error *err) {
    if (!cprof_utf8_valid(regex->pattern))
        return cprof_error_set(err, CPROF_ERR_REGEX, -1, "parsing %s regexp: invalid UTF-8", regex->what);
    if (!cprof_regex_translate(syntax, regex->pattern))
        return set_error(err, regex->what, syntax->wrong, regex->pattern, syntax->wrong_at,
                         syntax->wrong_len);
    regex->literal = (cprof_slice){syntax->literal, syntax->literal_len};
    regex->effort = syntax->effort;
    /* An invalid byte of a subject counts as U+FFFD, which looking for bytes would not find. */
    if (syntax->plain &&
        cprof_slice_find_slice(regex->literal, CPROF_SLICE("\xef\xbf\xbd")) == regex->literal.len)
        return true;
    regex->memory = pcre2_general_context_create(piece_alloc, piece_free, cprof_env_budget(regex->env));
    if (!regex->memory)
        return cprof_error_memory(regex->env, err);
    return compile(regex, syntax, err) && (prepare(regex) || cprof_error_memory(regex->env, err));
}

/* Translates and compiles; the room for it is given back. */
static bool translate(cprof_regex *regex, cprof_error *err) {
    size_t room = CPROF_REGEX_GROWTH * (regex->pattern.len + 1);
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(regex->env));
    cprof_regex_syntax syntax = {.out = cprof_arena_alloc(&scratch, room),
                                 .from = cprof_arena_alloc(&scratch, room * sizeof *syntax.from),
                                 .literal = cprof_arena_alloc(&regex->arena, regex->pattern.len + 1)};
    bool done = syntax.out && syntax.from && syntax.literal ? build(regex, &syntax, err)
                                                            : cprof_error_memory(regex->env, err);
    cprof_arena_deinit(&scratch);
    return done;
}

cprof_regex *cprof_regex_new(cprof_slice pattern, const char *what, const cprof_env *env, cprof_error *err) {
    if (pattern.len > PATTERN_MAX) {
        cprof_error_set(err, CPROF_ERR_REGEX, -1, "parsing %s regexp: expression too large (%zu bytes)", what,
                        pattern.len);
        return NULL;
    }
    cprof_arena arena;
    cprof_arena_init(&arena, cprof_env_budget(env));
    cprof_regex *regex = cprof_arena_calloc(&arena, 1, sizeof *regex);
    if (!regex) {
        cprof_error_memory(env, err);
        return NULL;
    }
    regex->env = env;
    regex->arena = arena;
    regex->pattern = cprof_arena_copy(&regex->arena, pattern);
    regex->what = cprof_arena_copy(&regex->arena, cprof_slice_of(what)).ptr;
    bool done = regex->pattern.ptr && regex->what ? translate(regex, err) : cprof_error_memory(env, err);
    if (done)
        return regex;
    cprof_regex_free(regex);
    return NULL;
}

void cprof_regex_free(cprof_regex *regex) {
    if (!regex)
        return;
    cprof_budget *budget = cprof_env_budget(regex->env);
    pcre2_jit_stack_free(regex->stack);
    pcre2_match_context_free(regex->context);
    pcre2_match_data_free(regex->data);
    pcre2_code_free(regex->code);
    pcre2_general_context_free(regex->memory);
    cprof_mem_free(budget, regex->valid, regex->valid_room);
    cprof_arena arena = regex->arena; /* which holds the regex itself */
    cprof_arena_deinit(&arena);
}

static int64_t now_ms(void) {
    struct timespec now;
#ifdef CLOCK_MONOTONIC_COARSE
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
    clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Machine code is fast, but most of its steps are not counted: it gets what cannot take long. */
static bool is_soon_done(const cprof_regex *regex, size_t len) {
    unsigned log2 = 1;
    while (len >> log2)
        log2++;
    return log2 <= JIT_STEPS_LOG2 / (regex->effort + 1);
}

/* Matches without backtracking: for what backtracking gave up, in short subjects.  It tells whether there
 * is a match, not where. */
static int match_without_backtracking(cprof_regex *regex, cprof_slice subject, size_t from) {
    if (!regex->workspace)
        regex->workspace = cprof_arena_calloc(&regex->arena, DFA_WORKSPACE, sizeof *regex->workspace);
    if (!regex->workspace)
        return PCRE2_ERROR_NOMEMORY;
    int rc = pcre2_dfa_match(regex->code, (PCRE2_SPTR)subject.ptr, subject.len, from,
                             PCRE2_NO_UTF_CHECK | PCRE2_DFA_SHORTEST, regex->data, regex->context,
                             regex->workspace, DFA_WORKSPACE);
    return rc >= 0 ? 1 : rc;
}

/* The next place after `from` + `step` where a code point begins. */
static size_t next_place(cprof_slice subject, size_t from, size_t step) {
    if (step >= subject.len - from)
        return subject.len + 1;
    from += step;
    while (from < subject.len && ((unsigned char)subject.ptr[from] & 0xc0) == 0x80)
        from++;
    return from;
}

/* Counts its steps and looks at the clock after every few places where a match may begin. */
static int match_in_windows(cprof_regex *regex, cprof_slice subject, size_t from, int64_t deadline) {
    size_t limit = ((uint64_t)1 << STEPS_LOG2) / (subject.len + 1);
    size_t step = ((size_t)1 << WINDOW_LOG2) / (subject.len + 1);
    pcre2_set_match_limit(regex->context, limit < MATCH_LIMIT ? (uint32_t)limit : MATCH_LIMIT);
    for (size_t next; from <= subject.len; from = next) {
        next = next_place(subject, from, step ? step : 1);
        pcre2_set_offset_limit(regex->context, next - 1);
        int rc = pcre2_match(regex->code, (PCRE2_SPTR)subject.ptr, subject.len, from,
                             PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, regex->data, regex->context);
        if (rc != PCRE2_ERROR_NOMATCH)
            return rc;
        if (next <= subject.len && now_ms() > deadline)
            return PCRE2_ERROR_NOMATCH; /* the caller sees that time is up */
    }
    return PCRE2_ERROR_NOMATCH;
}

static int match(cprof_regex *regex, cprof_slice subject, size_t from, int64_t deadline) {
    if (is_soon_done(regex, subject.len - from)) {
        pcre2_set_match_limit(regex->context, MATCH_LIMIT);
        pcre2_set_offset_limit(regex->context, PCRE2_UNSET);
        int rc = pcre2_match(regex->code, (PCRE2_SPTR)subject.ptr, subject.len, from, PCRE2_NO_UTF_CHECK,
                             regex->data, regex->context);
        if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
            return rc;
    }
    return match_in_windows(regex, subject, from, deadline);
}

/* How many pairs of the match data are set; 0: no match.  only_whether: no bounds are wanted. */
static int run(cprof_regex *regex, cprof_slice subject, size_t from, bool only_whether) {
    int64_t start = now_ms();
    int rc = match(regex, subject, from, start + TIME_LIMIT_MS - regex->spent_ms);
    bool given_up =
        rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT;
    if (given_up && subject.len <= DFA_SUBJECT_MAX) {
        int other = match_without_backtracking(regex, subject, from);
        rc = other < 0 || only_whether ? other : rc;
    }
    regex->spent_ms += now_ms() - start;
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH)
        regex->failure = rc == PCRE2_ERROR_NOMEMORY ? "out of memory" : "it takes too many steps";
    if (regex->spent_ms > TIME_LIMIT_MS)
        regex->failure = "it takes too long";
    return rc < 0 || regex->failure ? 0 : rc;
}

static void replace_invalid(cprof_slice subject, char *out) {
    for (size_t i = 0; i < subject.len;) {
        uint32_t c;
        i += cprof_utf8_decode(cprof_slice_sub(subject, i, subject.len), &c);
        out += cprof_utf8_encode(c, out);
    }
}

/* The subject with U+FFFD for each byte that is no UTF-8, as Go sees it; false without memory for it. */
static bool make_valid(cprof_regex *regex, cprof_slice *subject) {
    size_t bytes = 0;
    for (size_t i = 0; i < subject->len;) {
        uint32_t c;
        char buffer[4];
        i += cprof_utf8_decode(cprof_slice_sub(*subject, i, subject->len), &c);
        bytes += cprof_utf8_encode(c, buffer);
    }
    if (bytes > regex->valid_room) {
        char *more = cprof_mem_resize(cprof_env_budget(regex->env), regex->valid, regex->valid_room, bytes);
        if (!more) {
            regex->failure = "out of memory";
            return false;
        }
        regex->valid = more;
        regex->valid_room = bytes;
    }
    replace_invalid(*subject, regex->valid);
    *subject = (cprof_slice){regex->valid, bytes};
    return true;
}

/* The offset in one of the two forms of a subject that equals an offset in the other. */
static size_t map_offset(cprof_slice original, size_t offset, bool to_original) {
    size_t i = 0, valid = 0;
    while (i < original.len && (to_original ? valid : i) < offset) {
        uint32_t c;
        char buffer[4];
        i += cprof_utf8_decode(cprof_slice_sub(original, i, original.len), &c);
        valid += cprof_utf8_encode(c, buffer);
    }
    return to_original ? i : valid;
}

static cprof_slice never_null(cprof_slice s) {
    return s.ptr ? s : (cprof_slice){"", 0};
}

bool cprof_regex_match(cprof_regex *regex, cprof_slice subject) {
    subject = never_null(subject);
    if (!regex->code)
        return regex->literal.len == 0 || cprof_slice_find_slice(subject, regex->literal) < subject.len;
    if (regex->failure || (!cprof_utf8_valid(subject) && !make_valid(regex, &subject)))
        return false;
    return run(regex, subject, 0, true) > 0;
}

static bool find_literal(const cprof_regex *regex, cprof_slice subject, size_t from, size_t (*bounds)[2],
                         int groups) {
    cprof_slice rest = cprof_slice_sub(subject, from, subject.len);
    size_t at = cprof_slice_find_slice(rest, regex->literal);
    if (regex->literal.len > 0 && at == rest.len)
        return false;
    for (int i = 0; i < groups; i++)
        bounds[i][0] = bounds[i][1] = SIZE_MAX;
    if (groups > 0) {
        bounds[0][0] = from + at;
        bounds[0][1] = from + at + regex->literal.len;
    }
    return true;
}

bool cprof_regex_find(cprof_regex *regex, cprof_slice subject, size_t from, size_t (*bounds)[2], int groups) {
    subject = never_null(subject);
    if (from > subject.len)
        return false;
    if (!regex->code)
        return find_literal(regex, subject, from, bounds, groups);
    if (regex->failure)
        return false;
    cprof_slice original = subject;
    bool valid = cprof_utf8_valid(subject);
    if (!valid) {
        from = map_offset(original, from, false);
        if (!make_valid(regex, &subject))
            return false;
    }
    while (from < subject.len && ((unsigned char)subject.ptr[from] & 0xc0) == 0x80)
        from++; /* into the middle of a code point no match begins */
    int set = run(regex, subject, from, false);
    const PCRE2_SIZE *found = pcre2_get_ovector_pointer(regex->data);
    for (int i = 0; set > 0 && i < groups; i++) {
        for (int end = 0; end < 2; end++) {
            size_t offset = i < set ? found[2 * i + end] : PCRE2_UNSET;
            bounds[i][end] = offset == PCRE2_UNSET ? SIZE_MAX
                             : valid               ? offset
                                                   : map_offset(original, offset, true);
        }
    }
    return set > 0;
}

bool cprof_regex_failed(const cprof_regex *regex, cprof_error *err) {
    if (!regex->failure)
        return false;
    cprof_slice shown = cprof_slice_sub(cprof_regex_pattern(regex), 0, SHOWN);
    cprof_error_set(err, CPROF_ERR_LIMIT, -1, "matching %s regexp: gave up, %s: `%.*s%s`", regex->what,
                    regex->failure, CPROF_SLICE_ARG(shown), regex->pattern.len > SHOWN ? "…" : "");
    return true;
}

cprof_slice cprof_regex_pattern(const cprof_regex *regex) {
    return regex->pattern;
}
