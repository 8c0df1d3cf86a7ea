/* Folds that were made, kept: what was computed once is there at the next key.
 *
 * A fold is found by its kind, its name and the settings that matter to it.  Those that nobody uses are kept
 * up to a number of bytes; the one that was not wanted for longest goes first.  Any thread may ask.
 */
#ifndef CPROF_TUI_CACHE_H
#define CPROF_TUI_CACHE_H

#include "tui/fold.h"

typedef struct cprof_cache cprof_cache;

/* Session is borrowed.  limit: bytes of folds that nobody uses.  NULL without memory; free with
 * cprof_cache_free, when no fold is in use any more. */
cprof_cache *cprof_cache_new(cprof_session *session, size_t limit);
void cprof_cache_free(cprof_cache *cache); /* NULL is fine */

/* The fold, made now where it is not there; see cprof_fold_init.  CPROF_FOLD_COMPARE needs a mark; its name
 * does not matter.  It never changes, and is to be given back
 * with cprof_cache_release.  NULL (and err) on failure. */
const cprof_fold *cprof_cache_get(cprof_cache *cache, cprof_fold_kind kind, const cprof_settings *settings,
                                  cprof_slice name, cprof_error *err);
void cprof_cache_release(cprof_cache *cache, const cprof_fold *fold); /* NULL is fine */

/* Remembers the settings, which CPROF_FOLD_COMPARE compares others with; their texts are borrowed.  words:
 * what is set, for people; copied.  False without memory. */
bool cprof_cache_mark(cprof_cache *cache, const cprof_settings *settings, cprof_slice words,
                      cprof_error *err);
bool cprof_cache_has_mark(const cprof_cache *cache);

/* Makes a fold that may be wanted later, unless it is there or being made.  session: on the cache's profile,
 * with an env of its own that says when to stop; it outlives the cache.  What is there does not make room for
 * it.  False when it failed. */
bool cprof_cache_make_ahead(cprof_cache *cache, cprof_session *session, cprof_fold_kind kind,
                            const cprof_settings *settings, cprof_slice name);

/* How many folds there are, and their bytes. */
size_t cprof_cache_count(cprof_cache *cache);
size_t cprof_cache_bytes(cprof_cache *cache);

#endif
