/* Function names short enough for a picture. */
#ifndef CPROF_GRAPH_SHORTEN_H
#define CPROF_GRAPH_SHORTEN_H

#include "base/slice.h"

/* name without what a picture need not say: a Go package's path and major version, a Java package and
 * arguments, C++ namespaces.  Returns name itself, a part of it, or a slice of buffer, which has room for
 * name.len bytes. */
cprof_slice cprof_name_shorten(cprof_slice name, char *buffer);

#endif
