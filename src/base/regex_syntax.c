#include "base/regex_syntax.h"

#include <stdio.h>

enum {
    REPEAT_MAX = 1000,         /* as in RE2 */
    NO_LIMIT = REPEAT_MAX + 2, /* of a repetition */
    DEPTH_MAX = 64             /* groups in each other of which the effort is told apart */
};

typedef struct translator {
    cprof_regex_syntax *to;
    cprof_slice pattern;
    size_t at;       /* in pattern */
    bool can_repeat; /* an atom stands before: a repetition may follow */
    size_t repeated; /* where the repetition that stands just before begins; SIZE_MAX: there is none */
    unsigned depth;  /* of groups */
    bool varies[DEPTH_MAX + 1]; /* what is in the group at that depth can match in more than one way */
    bool atom_varies;           /* the last atom can */
} translator;

static bool fail(translator *t, const char *wrong, size_t at, size_t end) {
    t->to->wrong = wrong;
    t->to->wrong_at = at;
    t->to->wrong_len = (end < t->pattern.len ? end : t->pattern.len) - at;
    return false;
}

/* The byte `ahead` of the current place; 0 behind the end. */
static char peek(const translator *t, size_t ahead) {
    return ahead < t->pattern.len - t->at ? t->pattern.ptr[t->at + ahead] : '\0';
}

static bool at_end(const translator *t) {
    return t->at >= t->pattern.len;
}

static void emit(translator *t, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        t->to->from[t->to->len] = t->at;
        t->to->out[t->to->len++] = text[i];
    }
}

static void emit_text(translator *t, const char *text) {
    emit(t, text, strlen(text));
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_punctuation(char c) {
    return (unsigned char)c < 0x80 && c > ' ' && c != 0x7f && !is_digit(c) && !is_letter(c);
}

/* One byte that stands for itself. */
static void emit_literal(translator *t, char c) {
    t->to->literal[t->to->literal_len++] = c;
    if (is_punctuation(c))
        emit(t, "\\", 1);
    if (c)
        emit(t, &c, 1);
    else
        emit_text(t, "\\x00");
}

static void begin_atom(translator *t) {
    t->can_repeat = true;
    t->atom_varies = false;
    t->repeated = SIZE_MAX;
}

static bool *group_varies(translator *t) {
    return &t->varies[t->depth < DEPTH_MAX ? t->depth : DEPTH_MAX];
}

/* A code point of the pattern that stands for itself: its first byte is at hand. */
static void literal(translator *t) {
    begin_atom(t);
    do {
        emit_literal(t, peek(t, 0));
        t->at++;
    } while (!at_end(t) && ((unsigned char)peek(t, 0) & 0xc0) == 0x80);
}

/* Backtracking tries each length of what is repeated with each of what comes before it. */
static void count_effort(translator *t, bool more_than_once, bool fixed) {
    if (t->to->effort < CPROF_REGEX_EXPLOSIVE)
        t->to->effort += t->atom_varies && more_than_once ? CPROF_REGEX_EXPLOSIVE : !fixed;
    *group_varies(t) |= !fixed;
}

/* The number at offset *i of the current place (one more than REPEAT_MAX for all that are bigger). */
static unsigned repeat_number(const translator *t, size_t *i) {
    unsigned value = 0;
    for (; is_digit(peek(t, *i)); ++*i) {
        value = value * 10 + (unsigned)(peek(t, *i) - '0');
        value = value > REPEAT_MAX ? REPEAT_MAX + 1 : value;
    }
    return value;
}

/* "{2}", "{2,}", "{2,5}" at the current place: its length, or 0 where the brace stands for itself. */
static size_t repeat_length(const translator *t, unsigned *least, unsigned *most) {
    if (!is_digit(peek(t, 1)))
        return 0;
    size_t i = 1;
    *most = *least = repeat_number(t, &i);
    if (peek(t, i) == ',') {
        i++;
        *most = is_digit(peek(t, i)) ? repeat_number(t, &i) : NO_LIMIT;
    }
    return peek(t, i) == '}' ? i + 1 : 0;
}

static bool repetition(translator *t, size_t len, bool more_than_once, bool fixed) {
    size_t end = t->at + len;
    if (end < t->pattern.len && t->pattern.ptr[end] == '?')
        end++;
    if (t->repeated != SIZE_MAX)
        return fail(t, "invalid nested repetition operator", t->repeated, end);
    if (!t->can_repeat)
        return fail(t, "missing argument to repetition operator", t->at, end);
    count_effort(t, more_than_once, fixed);
    t->repeated = t->at;
    t->to->plain = false;
    emit(t, t->pattern.ptr + t->at, end - t->at);
    t->at = end;
    return true;
}

static bool brace(translator *t) {
    unsigned least, most;
    size_t len = repeat_length(t, &least, &most);
    if (len == 0) {
        literal(t);
        return true;
    }
    if (least > REPEAT_MAX || (most > REPEAT_MAX && most != NO_LIMIT) || least > most)
        return fail(t, "invalid repeat count", t->at, t->at + len);
    return repetition(t, len, most != 1, least == most);
}

/* What matches a place: PCRE2 repeats these only within a group. */
static void assertion(translator *t, const char *text, size_t len) {
    begin_atom(t);
    t->to->plain = false;
    emit_text(t, "(?:");
    emit_text(t, text);
    emit_text(t, ")");
    t->at += len;
}

static int hex_value(char c) {
    return is_digit(c)            ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static void emit_code(translator *t, uint32_t code) {
    char text[16];
    snprintf(text, sizeof text, "\\x{%x}", (unsigned)code);
    t->to->plain = false;
    emit_text(t, text);
}

/* "\x7F" and "\x{10FFFF}"; the current place is at the backslash. */
static bool hex_escape(translator *t) {
    uint32_t code = 0;
    size_t i = 2;
    bool braced = peek(t, i) == '{';
    size_t digits = 0;
    for (i += braced; hex_value(peek(t, i)) >= 0 && (braced || digits < 2); i++, digits++) {
        if (code <= 0x10ffff)
            code = code * 16 + (uint32_t)hex_value(peek(t, i));
    }
    bool complete = braced ? digits > 0 && peek(t, i) == '}' : digits == 2;
    if (!complete || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return fail(t, "invalid escape sequence", t->at, t->at + i + 1);
    emit_code(t, code);
    t->at += i + braced;
    return true;
}

/* "\0", "\12", "\123"; a single digit but 0 would be a back reference, which there is none of. */
static bool octal_escape(translator *t) {
    uint32_t code = 0;
    size_t i = 1;
    for (; i < 4 && peek(t, i) >= '0' && peek(t, i) <= '7'; i++)
        code = code * 8 + (uint32_t)(peek(t, i) - '0');
    if (i == 1 || (i == 2 && code != 0))
        return fail(t, "invalid escape sequence", t->at, t->at + 2);
    emit_code(t, code);
    t->at += i;
    return true;
}

/* "\pN", "\p{Greek}", "\P{^Greek}": PCRE2 knows them under the same names. */
static bool property_escape(translator *t) {
    size_t len = 3;
    if (peek(t, 2) == '{') {
        while (t->at + len <= t->pattern.len && peek(t, len - 1) != '}')
            len++;
    }
    if (t->at + len > t->pattern.len)
        return fail(t, "invalid character class range", t->at, t->pattern.len);
    t->to->plain = false;
    emit(t, t->pattern.ptr + t->at, len);
    t->at += len;
    return true;
}

typedef struct escape {
    char letter;
    const char *outside, *inside; /* of a class; NULL: not there */
} escape;

/* Where PCRE2 means the same the text is the same; its \s has the vertical tab, its \v is a class. */
static const escape ESCAPES[] = {
    {'a', "\\a", "\\a"},
    {'d', "\\d", "\\d"},
    {'D', "\\D", "\\D"},
    {'f', "\\f", "\\f"},
    {'n', "\\n", "\\n"},
    {'r', "\\r", "\\r"},
    {'s', "[\\t\\n\\f\\r ]", "\\t\\n\\f\\r "},
    {'S', "[^\\t\\n\\f\\r ]", "\\S\\x0b"},
    {'t', "\\t", "\\t"},
    {'v', "\\x0b", "\\x0b"},
    {'w', "\\w", "\\w"},
    {'W', "\\W", "\\W"},
};

/* An escape that stands for a character or a class of them. */
static bool character_escape(translator *t, bool inside) {
    char c = peek(t, 1);
    if (t->at + 1 >= t->pattern.len)
        return fail(t, "trailing backslash at end of expression", t->at, t->at + 1);
    if ((unsigned char)c < 0x80 && !is_digit(c) && !is_letter(c)) {
        t->at++;
        emit_literal(t, c);
        t->at++;
        return true;
    }
    if (c == 'x')
        return hex_escape(t);
    if (is_digit(c))
        return octal_escape(t);
    if (c == 'p' || c == 'P')
        return property_escape(t);
    for (size_t i = 0; i < sizeof ESCAPES / sizeof *ESCAPES; i++) {
        if (ESCAPES[i].letter == c) {
            t->to->plain = false;
            emit_text(t, inside ? ESCAPES[i].inside : ESCAPES[i].outside);
            t->at += 2;
            return true;
        }
    }
    return fail(t, "invalid escape sequence", t->at, t->at + 2);
}

/* "\Q…\E"; the end of the pattern ends it too. */
static void quoted(translator *t) {
    t->at += 2;
    while (!at_end(t) && !(peek(t, 0) == '\\' && peek(t, 1) == 'E'))
        literal(t);
    t->at += at_end(t) ? 0 : 2;
}

static bool backslash(translator *t) {
    char c = peek(t, 1);
    if (c == 'Q' && t->at + 1 < t->pattern.len) {
        quoted(t);
        return true;
    }
    if (c == 'A' || c == 'z' || c == 'b' || c == 'B') {
        assertion(t, (char[]){'\\', c, '\0'}, 2);
        return true;
    }
    begin_atom(t);
    return character_escape(t, false);
}

/* The length of "[:name:]" at the current place, within a class; 0: a bracket that stands for itself. */
static size_t posix_length(const translator *t) {
    if (peek(t, 0) != '[' || peek(t, 1) != ':')
        return 0;
    size_t i = 2;
    while (is_letter(peek(t, i)) || (i == 2 && peek(t, i) == '^'))
        i++;
    return peek(t, i) == ':' && peek(t, i + 1) == ']' ? i + 2 : 0;
}

/* "\d", "\PN" at the current place, within a class. */
static bool is_class_escape(const translator *t) {
    char c = peek(t, 1);
    return peek(t, 0) == '\\' && c != '\0' && strchr("dDsSwWpP", c);
}

/* after_set: the member before is a set of characters itself, which no range begins with. */
static bool class_member(translator *t, bool after_set) {
    char c = peek(t, 0);
    size_t posix = posix_length(t);
    if (c == '\\')
        return character_escape(t, true);
    if (posix > 0 || (c == '-' && !after_set)) {
        posix = posix ? posix : 1;
        emit(t, t->pattern.ptr + t->at, posix);
        t->at += posix;
        return true;
    }
    if (c == '[' || c == '-' || c == ':' || c == '.' || c == '=') /* PCRE2 knows "[:", "[." and "[=" */
        emit(t, "\\", 1);
    if (c)
        emit(t, &c, 1);
    else
        emit_text(t, "\\x00");
    t->at++;
    return true;
}

static bool class(translator *t) {
    begin_atom(t);
    t->to->plain = false;
    size_t start = t->at, negated = peek(t, 1) == '^';
    emit(t, t->pattern.ptr + t->at, 1 + negated);
    t->at += 1 + negated;
    if (peek(t, 0) == ']') {
        emit_text(t, "\\]");
        t->at++;
    }
    for (bool after_set = false; !at_end(t) && peek(t, 0) != ']';) {
        /* A member writes down what it stands for as a literal too, which a class has no use for. */
        size_t literal_len = t->to->literal_len;
        bool is_set = is_class_escape(t) || posix_length(t) > 0;
        if (!class_member(t, after_set))
            return false;
        after_set = is_set;
        t->to->literal_len = literal_len;
    }
    if (at_end(t))
        return fail(t, "missing closing ]", start, t->pattern.len);
    emit(t, "]", 1);
    t->at++;
    return true;
}

static bool is_flag(char c) {
    return c == 'i' || c == 'm' || c == 's' || c == 'U';
}

/* What may follow "(?" : flags with ':' or ')', a name, and the look-arounds that RE2 lacks. */
static size_t group_length(const translator *t) {
    static const char *const heads[] = {"(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"};
    cprof_slice rest = cprof_slice_sub(t->pattern, t->at, t->pattern.len);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (cprof_slice_starts_with(rest, heads[i]))
            return strlen(heads[i]);
    }
    size_t i = 2, flags = 0;
    if (peek(t, i) == 'P' || peek(t, i) == '<') {
        i += peek(t, i) == 'P';
        if (peek(t, i) != '<')
            return 0;
        size_t name = ++i;
        while (is_letter(peek(t, i)) || is_digit(peek(t, i)) || peek(t, i) == '_')
            i++;
        return i > name && peek(t, i) == '>' ? i + 1 : 0;
    }
    for (; is_flag(peek(t, i)); i++)
        flags++;
    if (peek(t, i) == '-') {
        flags = 0;
        for (i++; is_flag(peek(t, i)); i++)
            flags++;
    }
    return flags > 0 && (peek(t, i) == ':' || peek(t, i) == ')') ? i + 1 : 0;
}

static bool group(translator *t) {
    size_t len = 1;
    if (peek(t, 1) == '?') {
        len = group_length(t);
        if (len == 0)
            return fail(t, "invalid or unsupported Perl syntax", t->at, t->at + 3);
    }
    t->to->plain = false;
    t->can_repeat = false;
    t->repeated = SIZE_MAX;
    emit(t, t->pattern.ptr + t->at, len);
    t->at += len;
    if (t->pattern.ptr[t->at - 1] != ')') { /* not flags alone */
        t->depth++;
        *group_varies(t) = t->depth >= DEPTH_MAX;
    }
    return true;
}

/* '|' and ')' are no atoms; a group that ends is one. */
static bool separator(translator *t, bool ends_group) {
    t->to->plain = false;
    emit(t, t->pattern.ptr + t->at, 1);
    t->at++;
    t->can_repeat = ends_group;
    t->repeated = SIZE_MAX;
    if (!ends_group) {
        *group_varies(t) = true;
    } else if (t->depth > 0) {
        t->atom_varies = *group_varies(t);
        t->depth--;
        *group_varies(t) |= t->atom_varies;
    }
    return true;
}

static bool any(translator *t) {
    begin_atom(t);
    t->to->plain = false;
    emit(t, ".", 1);
    t->at++;
    return true;
}

static bool anchor(translator *t) {
    assertion(t, (char[]){peek(t, 0), '\0'}, 1);
    return true;
}

static bool step(translator *t) {
    switch (peek(t, 0)) {
    case '\\':
        return backslash(t);
    case '[':
        return class(t);
    case '(':
        return group(t);
    case ')':
        return separator(t, true);
    case '|':
        return separator(t, false);
    case '.':
        return any(t);
    case '^':
    case '$':
        return anchor(t);
    case '*':
    case '+':
        return repetition(t, 1, true, false);
    case '?':
        return repetition(t, 1, false, false);
    case '{':
        return brace(t);
    default:
        literal(t);
        return true;
    }
}

bool cprof_regex_translate(cprof_regex_syntax *to, cprof_slice pattern) {
    translator t = {.to = to, .pattern = pattern, .repeated = SIZE_MAX};
    to->plain = true;
    while (!at_end(&t)) {
        if (!step(&t))
            return false;
    }
    to->out[to->len] = '\0';
    to->from[to->len] = pattern.len;
    return true;
}
