/* info of one source, from its name to its text. */
#ifndef CPROF_APP_INFO_H
#define CPROF_APP_INFO_H

#include "base/sink.h"

/* Reads the source and writes the block of lines about it. */
bool cprof_info_source(const char *path, const cprof_env *env, cprof_sink *sink, cprof_error *err);

#endif
