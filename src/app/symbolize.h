/* Names for what a profile has only addresses or linker's names of. */
#ifndef CPROF_APP_SYMBOLIZE_H
#define CPROF_APP_SYMBOLIZE_H

#include "symbol/demangle.h"

typedef struct cprof_symbolize_mode {
    bool none, local, remote, fast, force;
    cprof_demangle_mode demangle;
} cprof_symbolize_mode;

/* Words with colons between them; false when there are unknown ones, which are passed over. */
bool cprof_symbolize_parse(cprof_slice how, cprof_symbolize_mode *mode);

/* how: the option "symbolize".  profile is one that nobody else sees yet. */
bool cprof_symbolize(cprof_profile *profile, cprof_slice how, cprof_error *err);

#endif
