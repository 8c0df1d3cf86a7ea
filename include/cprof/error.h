/* Errors are values.
 *
 * A function that can fail returns bool (true: done) and takes a cprof_error last.  The lowest layer says
 * what is wrong and where; the layers above it add the file and the stage in front.  A caller that passes
 * NULL does not want to know.
 */
#ifndef CPROF_ERROR_H
#define CPROF_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cprof_code {
    CPROF_OK = 0,
    CPROF_ERR_USAGE,       /* the person asked for something that is not there; exit status 2 */
    CPROF_ERR_IO,          /* the system refused: open, read, write */
    CPROF_ERR_FORMAT,      /* the input is of a known format and broken */
    CPROF_ERR_UNKNOWN,     /* the input is of no known format */
    CPROF_ERR_UNSUPPORTED, /* known, and not in this build */
    CPROF_ERR_MEMORY,      /* the memory budget, or the system's memory, is used up */
    CPROF_ERR_LIMIT,       /* another bound was reached: size, depth, matching effort */
    CPROF_ERR_REGEX,       /* a regular expression does not compile */
    CPROF_ERR_NO_MATCH,    /* nothing matched what was asked for */
    CPROF_ERR_VALUE,       /* profiles that do not fit together, sums that overflow */
    CPROF_ERR_STOPPED      /* the person stopped it */
} cprof_code;

typedef struct cprof_error {
    cprof_code code;
    int64_t offset;    /* byte offset in the (inflated) input; -1: none */
    char message[512]; /* one line of UTF-8, control characters already escaped */
} cprof_error;

#define CPROF_ERROR_INIT                                                                                     \
    { CPROF_OK, -1, "" }

#if defined(__GNUC__)
#define CPROF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define CPROF_PRINTF(fmt, args)
#endif

/* Sets *err (unless err is NULL) and returns false, so that `return cprof_error_set(…)` reads well.
 * offset -1: no place in the input is to blame. */
bool cprof_error_set(cprof_error *err, cprof_code code, int64_t offset, const char *format, ...)
    CPROF_PRINTF(4, 5);

bool cprof_error_setv(cprof_error *err, cprof_code code, int64_t offset, const char *format, va_list args)
    CPROF_PRINTF(4, 0);

/* Puts "PREFIX: " in front of the message; returns false. */
bool cprof_error_prefix(cprof_error *err, const char *format, ...) CPROF_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
