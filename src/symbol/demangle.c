#include "symbol/demangle.h"

#include "base/vec.h"

#include <libiberty/demangle.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>

/* A name expands to no more than this (bytes); longer ones stay mangled. */
enum { OUTPUT_MAX = 1 << 16 };
/* libiberty's own recursion guard refuses names from here on; they go to a thread with a deep stack. */
enum { SHORT_NAME_MAX = 1000, LONG_NAME_MAX = 1 << 15 };
enum { LONG_NAME_STACK = 128 << 20 }; /* bytes; only touched pages count */

typedef struct run {
    const char *mangled;
    int options;
    bool rust;
    bool done; /* out: demangled into text */
    size_t length;
    char text[OUTPUT_MAX];
    jmp_buf
        overflow; /* libiberty's callbacks cannot say stop; its state is on the stack, so a jump is safe */
} run;

static void collect(const char *part, size_t size, void *opaque) {
    run *r = opaque;
    if (size > OUTPUT_MAX - r->length)
        longjmp(r->overflow, 1);
    memcpy(r->text + r->length, part, size);
    r->length += size;
}

static void run_once(run *r) {
    r->length = 0;
    r->done = false;
    if (setjmp(r->overflow) != 0)
        return;
    int ok = r->rust ? rust_demangle_callback(r->mangled, r->options, collect, r)
                     : cplus_demangle_v3_callback(r->mangled, r->options, collect, r);
    r->done = ok != 0 && r->length > 0;
}

static void *run_in_thread(void *opaque) {
    run_once(opaque);
    return NULL;
}

/* True when r->text holds the demangled name. */
static bool run_bounded(run *r, size_t name_length) {
    if (name_length <= SHORT_NAME_MAX) {
        run_once(r);
        return r->done;
    }
    if (name_length > LONG_NAME_MAX)
        return false;
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    r->done = false;
    r->options |= DMGL_NO_RECURSE_LIMIT;
    if (pthread_attr_setstacksize(&attributes, LONG_NAME_STACK) == 0 &&
        pthread_create(&thread, &attributes, run_in_thread, r) == 0)
        pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    return r->done;
}

static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (c & 0x80);
}

/* How many of the bytes at s[at] belong to an operator's name ("operator<<=", "operator->"), so that they are
 * no brackets; 0 when there is none. */
static size_t operator_length(cprof_slice s, size_t at) {
    static const char *const names[] = {"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"};
    static const char word[] = "operator";
    if (at < sizeof word - 1 || memcmp(s.ptr + at - (sizeof word - 1), word, sizeof word - 1) != 0 ||
        (at >= sizeof word && is_word(s.ptr[at - sizeof word])))
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cprof_slice_starts_with(cprof_slice_sub(s, at, s.len), names[i]))
            return strlen(names[i]);
    return 0;
}

/* Takes the template arguments out of a demangled C++ name, in place; returns the new length.  A bracket
 * without a partner leaves the rest as it is. */
static size_t strip_template_arguments(char *text, size_t length) {
    size_t to = 0, first = 0;
    int depth = 0;
    for (size_t i = 0; i < length;) {
        size_t op = operator_length((cprof_slice){text, length}, i);
        if (op > 0) {
            memmove(text + to, text + i, op);
            to += op;
            i += op;
            continue;
        }
        if (text[i] == '<' && depth++ == 0) /* "operator<< <int>" has a space that goes with the brackets */
            first = to > 1 && text[to - 1] == ' ' && text[to - 2] == '<' ? to - 1 : to;
        bool close = text[i] == '>' && depth > 0 && text[i - 1] != '-';
        text[to++] = text[i++];
        if (close && --depth == 0)
            to = first;
    }
    return to;
}

/* True for what follows the parameters of a function that a name is local to: "::", perhaps behind " const".
 */
static bool follows_enclosing(cprof_slice rest) {
    static const char *const qualifiers[] = {" const", " volatile", " &&", " &"};
    for (size_t i = 0; i < sizeof qualifiers / sizeof *qualifiers; i++)
        if (cprof_slice_starts_with(rest, qualifiers[i]))
            rest = cprof_slice_sub(rest, strlen(qualifiers[i]), rest.len);
    return cprof_slice_starts_with(rest, "::");
}

/* Empties the parameters of functions that names are local to, in place: "f(int)::{lambda()#1}" becomes
 * "f()::{lambda()#1}"; returns the new length. */
static size_t empty_enclosing_parameters(char *text, size_t length) {
    enum { DEPTH_MAX = 64 };
    static const char anonymous[] = "(anonymous namespace)";
    size_t to = 0, open[DEPTH_MAX]; /* where each bracket is in what is written */
    unsigned depth = 0;
    for (size_t i = 0; i < length;) {
        if (cprof_slice_starts_with((cprof_slice){text + i, length - i}, anonymous)) {
            memmove(text + to, text + i, sizeof anonymous - 1);
            to += sizeof anonymous - 1;
            i += sizeof anonymous - 1;
            continue;
        }
        char c = text[i++];
        if (c == '(' && depth++ < DEPTH_MAX)
            open[depth - 1] = to;
        if (c == ')' && depth > 0 && --depth < DEPTH_MAX &&
            follows_enclosing((cprof_slice){text + i, length - i}))
            to = open[depth] + 1;
        text[to++] = c;
    }
    return to;
}

/* Empties the generic arguments of a Rust v0 name ("f::<u8>" -> "f::<>"); "<T as Trait>" stays. */
static size_t empty_generic_arguments(char *text, size_t length) {
    size_t to = 0;
    for (size_t i = 0; i < length; i++) {
        text[to++] = text[i];
        bool generic = text[i] == '<' && i > 0 && (is_word(text[i - 1]) || text[i - 1] == ':');
        if (!generic)
            continue;
        size_t end = i + 1;
        for (int depth = 1; end < length; end++) {
            if (text[end] == '<')
                depth++;
            else if (text[end] == '>' && text[end - 1] != '-' && --depth == 0)
                break;
        }
        i = end - 1; /* the '>' is copied next */
    }
    return to;
}

static bool looks_like_rust_legacy(cprof_slice name) {
    /* _ZN … 17h<16 hex digits>E, perhaps with a suffix that a linker added. */
    size_t at = cprof_slice_find_slice(name, CPROF_SLICE("17h"));
    for (; at < name.len;) {
        size_t i = 0;
        while (i < 16 && at + 3 + i < name.len && strchr("0123456789abcdef", name.ptr[at + 3 + i]) != NULL &&
               name.ptr[at + 3 + i] != 0)
            i++;
        if (i == 16 && at + 19 < name.len && name.ptr[at + 19] == 'E')
            return true;
        size_t next = cprof_slice_find_slice(cprof_slice_sub(name, at + 1, name.len), CPROF_SLICE("17h"));
        at += 1 + next;
    }
    return false;
}

/* Drops " [clone .x]" at the end. */
static size_t strip_clones(const char *text, size_t length) {
    cprof_slice s = {text, length};
    while (cprof_slice_ends_with(s, "]")) {
        size_t open = cprof_slice_rfind(s, '[');
        if (open == 0 || open == s.len ||
            !cprof_slice_starts_with(cprof_slice_sub(s, open, s.len), "[clone ") || s.ptr[open - 1] != ' ')
            break;
        s.len = open - 1;
    }
    return s.len;
}

/* Runs one reader over the mangled name and shortens what comes out. */
static bool demangle_with(run *r, cprof_slice name, cprof_demangle_mode mode, bool rust_v0,
                          bool rust_legacy) {
    r->rust = rust_v0 || rust_legacy;
    r->options = DMGL_ANSI | (mode == CPROF_DEMANGLE_FULL ? DMGL_PARAMS : 0);
    if (!run_bounded(r, name.len))
        return false;
    if (mode == CPROF_DEMANGLE_FULL)
        r->length = strip_clones(r->text, r->length);
    else if (!r->rust)
        r->length = empty_enclosing_parameters(r->text, r->length);
    if (mode == CPROF_DEMANGLE_SIMPLE && rust_v0)
        r->length = empty_generic_arguments(r->text, r->length);
    else if (mode == CPROF_DEMANGLE_SIMPLE && !rust_legacy)
        r->length = strip_template_arguments(r->text, r->length);
    return r->length > 0;
}

/* A mangled name's readable form; ptr NULL when it is not mangled. */
static cprof_slice demangle_mangled(cprof_slice name, cprof_demangle_mode mode, cprof_arena *arena,
                                    bool *no_memory) {
    cprof_slice none = {NULL, 0};
    bool rust_v0 = cprof_slice_starts_with(name, "_R");
    bool itanium = cprof_slice_starts_with(name, "_Z") || cprof_slice_starts_with(name, "_GLOBAL_");
    if ((!rust_v0 && !itanium) || memchr(name.ptr, 0, name.len))
        return none;
    run *r = malloc(sizeof *r);
    char *mangled = malloc(name.len + 1);
    cprof_slice out = none;
    if (!r || !mangled) {
        *no_memory = true;
    } else {
        memcpy(mangled, name.ptr, name.len);
        mangled[name.len] = 0;
        r->mangled = mangled;
        bool done = itanium && looks_like_rust_legacy(name) && demangle_with(r, name, mode, false, true);
        if (!done)
            done = demangle_with(r, name, mode, rust_v0, false);
        if (done && !cprof_slice_equal((cprof_slice){r->text, r->length}, name)) {
            out = cprof_arena_copy(arena, (cprof_slice){r->text, r->length});
            *no_memory = out.ptr == NULL;
        }
    }
    free(mangled);
    free(r);
    return out;
}

/* Names that a compiler or another tool demangled already: "<", "[" or "::" tell them, but for Java's
 * constructors (".<init>") and Go's generic methods ("T[…]).M"). */
static bool looks_like_cpp(cprof_slice name) {
    bool sign = false;
    for (size_t i = 0; i < name.len; i++) {
        char before = i > 0 ? name.ptr[i - 1] : 0;
        switch (name.ptr[i]) {
        case '<':
            if (before == '.')
                return false;
            sign = true;
            break;
        case '.':
            if (before == ')' && i > 1 && name.ptr[i - 2] == ']')
                return false;
            break;
        case ':':
            sign = sign || before == ':';
            break;
        case '>':
        case '[':
        case ']':
            sign = true;
            break;
        default:
            break;
        }
    }
    return sign;
}

/* Takes each outermost bracketed part out, in place; a closing bracket too many stops the work. */
static size_t strip_brackets(char *text, size_t length, char open, char close) {
    size_t to = 0, first = 0;
    int depth = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == open && depth++ == 0)
            first = to;
        if (text[i] == close && depth == 0) {
            memmove(text + to, text + i, length - i);
            return to + length - i;
        }
        text[to++] = text[i];
        if (text[i] == close && --depth == 0)
            to = first;
    }
    return to;
}

cprof_slice cprof_demangle_name(cprof_slice name, cprof_demangle_mode mode, cprof_arena *arena) {
    bool no_memory = false;
    if (mode == CPROF_DEMANGLE_NONE || name.len == 0)
        return name;
    cprof_slice out = demangle_mangled(name, mode, arena, &no_memory);
    /* Mach-O has one underscore more. */
    if (!out.ptr && !no_memory && name.ptr[0] == '_')
        out = demangle_mangled(cprof_slice_sub(name, 1, name.len), mode, arena, &no_memory);
    if (no_memory)
        return (cprof_slice){NULL, 0};
    if (out.ptr)
        return out;
    if (mode == CPROF_DEMANGLE_FULL || !looks_like_cpp(name))
        return name;
    cprof_slice copy = cprof_arena_copy(arena, name);
    if (!copy.ptr)
        return copy;
    char *text = (char *)(uintptr_t)copy.ptr; /* our own copy */
    copy.len = strip_brackets(text, copy.len, '(', ')');
    if (mode == CPROF_DEMANGLE_SIMPLE)
        copy.len = strip_brackets(text, copy.len, '<', '>');
    return copy;
}

bool cprof_profile_demangle(cprof_profile *profile, cprof_demangle_mode mode, bool force, cprof_error *err) {
    cprof_functions *f = &profile->functions;
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(profile->env));
    bool ok = true;
    for (uint32_t i = 0; ok && i < f->count; i++) {
        if (force && f->name[i] != 0 && f->system_name[i] != 0)
            f->name[i] = f->system_name[i];
        if (mode == CPROF_DEMANGLE_NONE || (f->name[i] != 0 && f->name[i] != f->system_name[i]))
            continue;
        cprof_slice system_name = cprof_profile_string(profile, f->system_name[i]);
        cprof_slice name = cprof_demangle_name(system_name, mode, &scratch);
        if (name.ptr == system_name.ptr && name.len == system_name.len)
            f->name[i] = f->system_name[i];
        else
            ok = name.ptr && cprof_strtab_add(&profile->strings, name, &f->name[i]);
        if ((i & 0xfff) == 0xfff && ok) { /* names are in the table: let go of the copies */
            cprof_arena_deinit(&scratch);
            cprof_arena_init(&scratch, cprof_env_budget(profile->env));
        }
    }
    cprof_arena_deinit(&scratch);
    return ok || cprof_error_memory(profile->env, err);
}
