/* info of one source, from its name to its text or JSON. */
#ifndef CPROF_APP_INFO_H
#define CPROF_APP_INFO_H

#include "render/json.h"

/* Reads the source and writes the block of lines about it to sink, or with json an object there. */
bool cprof_info_source(const char *path, const cprof_env *env, cprof_sink *sink, cprof_json *json,
                       cprof_error *err);

#endif
