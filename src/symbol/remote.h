/* Names from the server that gave a profile: it is sent addresses, and answers with their functions.  How it
 * is reached is the caller's. */
#ifndef CPROF_SYMBOL_REMOTE_H
#define CPROF_SYMBOL_REMOTE_H

#include "base/sink.h"
#include "symbol/relabel.h"

typedef struct cprof_remote {
    const char *url; /* that the profile came from */
    /* Sends body to a URL and writes what is answered into the sink. */
    bool (*post)(void *context, const char *url, cprof_slice body, cprof_sink *answer, cprof_error *err);
    void *context;
} cprof_remote;

/* Where the server of a profile answers for names: "symbol" beside the handlers that Go and gperftools have,
 * "symbolz" beside others.  False where url names no server; *symbols is in the arena. */
bool cprof_remote_symbols_url(const char *url, cprof_arena *arena, const char **symbols, cprof_error *err);

/* Gives names to the locations without lines of the mappings that have no functions (force: of all).  What
 * the server does not do is noted; only want of memory or a wish to stop is an error. */
bool cprof_remote_ask(const cprof_remote *remote, cprof_relabel *relabel, bool force, cprof_error *err);

#endif
