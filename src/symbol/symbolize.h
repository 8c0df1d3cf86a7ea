/* Gives the locations of a profile names, files and lines from the binaries that it was taken from. */
#ifndef CPROF_SYMBOL_SYMBOLIZE_H
#define CPROF_SYMBOL_SYMBOLIZE_H

#include "symbol/demangle.h"
#include "symbol/remote.h"

typedef struct cprof_symbolize_mode {
    bool off;           /* leave everything as it is */
    bool local, remote; /* from files here; from the server that gave the profile */
    bool fast;          /* names only, from symbol tables */
    bool force;         /* also what has names already */
    cprof_demangle_mode demangle;
} cprof_symbolize_mode;

/* "local:demangle=full" and the like; words that are not known are noted and passed over. */
void cprof_symbolize_mode_parse(cprof_slice text, const cprof_env *env, cprof_symbolize_mode *mode);

/* True for files that symbols can be read from (by their first bytes). */
bool cprof_symbolize_is_binary(const char *path);

/* Where the binaries are, for a profile that nobody else sees yet: mappings are given the name of the file
 * that fits best in search_path (":"-separated; NULL: $HOME/pprof/binaries).  binary and build_id, when not
 * NULL, are the person's word for the first mapping.  A profile without mappings gets one for all its
 * locations. */
bool cprof_symbolize_locate(cprof_profile *profile, const char *search_path, const char *binary,
                            const char *build_id, cprof_error *err);

/* Reads the binaries of the mappings that have no names, and asks the server that gave the profile (remote;
 * may be NULL) for what is still without.  What cannot be read is noted; only want of memory or a wish to
 * stop is an error.  Names are demangled. */
bool cprof_symbolize(cprof_profile *profile, const cprof_symbolize_mode *mode, const cprof_remote *remote,
                     cprof_error *err);

#endif
