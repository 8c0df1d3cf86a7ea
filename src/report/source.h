/* Finding the source files that a profile names.
 *
 * A name in a profile is a stranger's word: ".." never leads out of the directory that is searched, and only
 * regular text files of a sane size are read; a file that is named by an absolute path, or found in a parent
 * of the directories that were given, must look like source by its name.
 */
#ifndef CPROF_REPORT_SOURCE_H
#define CPROF_REPORT_SOURCE_H

#include "base/env.h"
#include "base/hash.h"
#include "base/vec.h"

typedef struct cprof_source_text {
    cprof_slice name;             /* as asked for */
    cprof_slice path;             /* where it was found; ptr NULL: nowhere */
    cprof_slice error;            /* why it was not: "could not find file X on path Y" */
    CPROF_VEC(cprof_slice) lines; /* without line ends; of the text's own memory */
} cprof_source_text;

typedef struct cprof_source_search cprof_source_search;

/* source_path, trim_path: ':'-separated; an empty source_path is the working directory.  Also searched are
 * Go's own sources ($GOROOT) and its module cache ($GOMODCACHE, $GOPATH, ~/go).  NULL (and err) without
 * memory. */
cprof_source_search *cprof_source_search_new(cprof_slice source_path, cprof_slice trim_path,
                                             const cprof_env *env, cprof_error *err);
/* Frees the texts too, and notes (once) where nothing was found for the names that were asked for. */
void cprof_source_search_free(cprof_source_search *search); /* NULL is fine */

/* The text of a file; one that is not found has an error.  NULL (and err) without memory.  Borrowed from the
 * search. */
const cprof_source_text *cprof_source_search_get(cprof_source_search *search, cprof_slice name,
                                                 cprof_error *err);

/* The same, of those that were asked for before; NULL for others. */
const cprof_source_text *cprof_source_search_known(const cprof_source_search *search, cprof_slice name);

/* Line `number` (from 1); false where there is none. */
bool cprof_source_line(const cprof_source_text *text, int64_t number, cprof_slice *line);

#endif
