/* From a linker's name to the one people wrote.
 *
 * Mangled names of C++ (Itanium ABI) and Rust (legacy and v0) are read by libiberty, within bounds: a name
 * whose expansion explodes stays as it is.  What is not mangled but looks like C++ is shortened the same way.
 */
#ifndef CPROF_SYMBOL_DEMANGLE_H
#define CPROF_SYMBOL_DEMANGLE_H

#include "base/arena.h"
#include "profile/profile.h"

typedef enum cprof_demangle_mode {
    CPROF_DEMANGLE_SIMPLE,    /* no parameters, no template arguments, no return type: the default */
    CPROF_DEMANGLE_TEMPLATES, /* template arguments kept */
    CPROF_DEMANGLE_FULL,      /* everything but "[clone …]" */
    CPROF_DEMANGLE_NONE
} cprof_demangle_mode;

/* The readable form of a system name: the name itself where there is nothing to do, else a copy in arena.
 * Never fails but for want of memory (ptr NULL). */
cprof_slice cprof_demangle_name(cprof_slice system_name, cprof_demangle_mode mode, cprof_arena *arena);

/* Gives every function of a profile that nobody else sees yet its readable name; a function whose name
 * differs from its system name is done already.  force: start again from the system names. */
bool cprof_profile_demangle(cprof_profile *profile, cprof_demangle_mode mode, bool force, cprof_error *err);

#endif
