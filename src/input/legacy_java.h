/* What all of the older Java profiles have at their end: names for the addresses. */
#ifndef CPROF_INPUT_LEGACY_JAVA_H
#define CPROF_INPUT_LEGACY_JAVA_H

#include "input/legacy.h"

/* Reads the rest of the text as lines "0xADDRESS NAME (FILE:LINE)"; the names take the addresses' place. */
bool cprof_java_names(cprof_legacy *l, cprof_text *text, cprof_error *err);

#endif
