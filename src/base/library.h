/* Shared libraries that are loaded when they are needed first, so that a run that does not use them does not
 * pay for them: the networking library alone brings thirty others along.
 *
 *     #define LIST(X) X(curl_easy_init) X(curl_easy_perform)
 *     static struct { LIST(CPROF_LIBRARY_SLOT) } curl;
 *     static const char *const names[] = {LIST(CPROF_LIBRARY_NAME)};
 *     static cprof_library library = CPROF_LIBRARY_INIT(CPROF_CURL_SONAME, names, curl);
 *     … if (!cprof_library_load(&library, err)) return false; … curl.curl_easy_init() …
 *
 * The table is the process's, as the library's own code is: it is filled once and never changes after that.
 */
#ifndef CPROF_BASE_LIBRARY_H
#define CPROF_BASE_LIBRARY_H

#include "cprof/error.h"

#include <pthread.h>
#include <stddef.h>

#define CPROF_LIBRARY_SLOT(function) __typeof__(&function) function;
#define CPROF_LIBRARY_NAME(function) #function,

typedef struct cprof_library {
    const char *soname;       /* "libcurl.so.4" */
    const char *const *names; /* of the functions, in the order of the table */
    void *table;              /* of function pointers */
    size_t size;              /* of the table, in bytes */
    pthread_mutex_t lock;
    bool loaded;
} cprof_library;

#define CPROF_LIBRARY_INIT(soname, names, table)                                                             \
    { soname, names, &(table), sizeof(table), PTHREAD_MUTEX_INITIALIZER, false }

/* Loads the library unless it is there.  False (CPROF_ERR_UNSUPPORTED, with its name) when it cannot be. */
bool cprof_library_load(cprof_library *library, cprof_error *err);

#endif
