/* How file names in profiles are brought into shape.  Lists of directories are ':'-separated. */
#ifndef CPROF_GRAPH_PATHS_H
#define CPROF_GRAPH_PATHS_H

#include "base/slice.h"

/* The next entry of a ':'-separated list; false at its end.  "" has no entries, "a::b" has an empty
 * one, a ':' at the end is not followed by one. */
bool cprof_path_list_next(cprof_slice *rest, cprof_slice *entry);

/* path without what a build machine put in front: a prefix of trim_path's list; where that is empty,
 * everything up to a directory named like the last part of an entry of source_path. Borrowed from path. */
cprof_slice cprof_path_trim(cprof_slice path, cprof_slice trim_path, cprof_slice source_path);

/* Writes the shortest equal path ("." and ".." and double slashes resolved by their text) to out, which has
 * room for path.len + 1 bytes; returns its length.  "" gives ".". */
size_t cprof_path_clean(cprof_slice path, char *out);

#endif
