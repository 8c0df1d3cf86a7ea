/* cprof as a library: load profiles, make reports of them.
 *
 *     const char *sources[] = {"heap.pb.gz"};
 *     const char *options[] = {"nodecount=20", "sort=cum", NULL};
 *     cprof_error err = CPROF_ERROR_INIT;
 *     cprof_handle *handle = cprof_open(sources, 1, NULL, &err);
 *     if (!handle || !cprof_print(handle, "top", NULL, options, stdout, &err))
 *         fprintf(stderr, "%s\n", err.message);
 *     cprof_close(handle);
 *
 * Nothing here writes to standard error, ends the process or changes anything global.  A handle may be used
 * by several threads at the same time.  Numbers are read and written by the C library: a program that calls
 * setlocale leaves LC_NUMERIC alone.
 */
#ifndef CPROF_CPROF_H
#define CPROF_CPROF_H

#include "cprof/error.h"

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CPROF_API __attribute__((visibility("default")))
#else
#define CPROF_API
#endif

/* "1.2.3"; static. */
CPROF_API const char *cprof_version(void);

/* Loaded profiles; opaque. */
typedef struct cprof_handle cprof_handle;

/* Reads count sources (files, URLs; "-" is standard input) and merges them.  options: "NAME=VALUE" texts,
 * ended by NULL, or NULL; names as on the command line, "base" and "diff_base" among them.  Of several
 * sources those that cannot be read are left out; NULL (and err) when there is none left.  Memory is not
 * bounded without "max_memory".  Free with cprof_close. */
CPROF_API cprof_handle *cprof_open(const char *const *sources, size_t count, const char *const *options,
                                   cprof_error *err);
CPROF_API void cprof_close(cprof_handle *handle); /* NULL is fine */

/* Gets the next bytes of a report; false: no more are wanted. */
typedef bool cprof_write(void *context, const void *bytes, size_t size);

/* Makes the report that the command of this name makes ("top", "tree", "proto", …).  regex: what commands
 * such as "peek" look for; NULL for the others.  options as for cprof_open. */
CPROF_API bool cprof_report_to(cprof_handle *handle, const char *command, const char *regex,
                               const char *const *options, cprof_write *write, void *context,
                               cprof_error *err);
/* The same, to a stream. */
CPROF_API bool cprof_print(cprof_handle *handle, const char *command, const char *regex,
                           const char *const *options, FILE *stream, cprof_error *err);

#ifdef __cplusplus
}
#endif
#endif
