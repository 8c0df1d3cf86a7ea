/* Opening one candidate for a source file; for source.c. */
#ifndef CPROF_REPORT_SOURCE_FILE_H
#define CPROF_REPORT_SOURCE_FILE_H

#include "base/arena.h"

#define CPROF_SOURCE_MAX (64u << 20) /* bytes that a source file has at most */

typedef enum cprof_source_result {
    CPROF_SOURCE_READ,
    CPROF_SOURCE_ABSENT,  /* errno says why */
    CPROF_SOURCE_REFUSED, /* *why: no regular file, no text, too big */
    CPROF_SOURCE_NO_MEMORY
} cprof_source_result;

/* Reads a regular text file into the arena. */
cprof_source_result cprof_source_read(const char *path, cprof_arena *arena, cprof_slice *bytes,
                                      const char **why);

/* Whether the name ends as those of source files do. */
bool cprof_source_looks_like(cprof_slice name);

#endif
