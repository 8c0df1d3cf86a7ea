#include "app/symbolize.h"

#include <strings.h>

static bool is_word(cprof_slice s, const char *word) {
    return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

static bool apply_word(cprof_slice word, cprof_symbolize_mode *mode) {
    static const struct {
        const char *word;
        cprof_demangle_mode demangle;
    } demangling[] = {{"demangle=full", CPROF_DEMANGLE_FULL},
                      {"demangle=none", CPROF_DEMANGLE_NONE},
                      {"demangle=templates", CPROF_DEMANGLE_TEMPLATES}};
    for (size_t i = 0; i < sizeof demangling / sizeof *demangling; i++)
        if (is_word(word, demangling[i].word)) {
            mode->demangle = demangling[i].demangle;
            return mode->force = true;
        }
    if (is_word(word, "none") || is_word(word, "no"))
        mode->none = true;
    else if (is_word(word, "local") || is_word(word, "fastlocal")) {
        mode->local = true;
        mode->remote = false;
        mode->fast |= is_word(word, "fastlocal");
    } else if (is_word(word, "remote")) {
        mode->local = false;
        mode->remote = true;
    } else if (is_word(word, "force"))
        mode->force = true;
    else
        return word.len == 0 || is_word(word, "demangle=default");
    return true;
}

bool cprof_symbolize_parse(cprof_slice how, cprof_symbolize_mode *mode) {
    *mode = (cprof_symbolize_mode){.local = true, .remote = true};
    bool known = true;
    for (size_t from = 0; from <= how.len && !mode->none;) {
        cprof_slice rest = cprof_slice_sub(how, from, how.len);
        size_t n = cprof_slice_find(rest, ':');
        known &= apply_word(cprof_slice_sub(rest, 0, n), mode);
        from += n + 1;
    }
    return known;
}

bool cprof_symbolize(cprof_profile *profile, cprof_slice how, cprof_error *err) {
    cprof_symbolize_mode mode;
    if (!cprof_symbolize_parse(how, &mode))
        cprof_note(profile->env,
                   "-symbolize=%.*s: passed over what is none of none, local, fastlocal, remote, force, "
                   "demangle=none|full|templates|default",
                   CPROF_SLICE_ARG(how));
    return mode.none || cprof_profile_demangle(profile, mode.demangle, mode.force, err);
}
