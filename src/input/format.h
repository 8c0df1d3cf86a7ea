/* The formats that can be read, one decoder a file, in one table.
 *
 * A decoder says one of three things.  "Not mine" is only for bytes that show no sign of its format; as
 * soon as the format is recognised, what is broken is "malformed", with the place: trying the next format
 * must never hide a corrupt file.
 */
#ifndef CPROF_INPUT_FORMAT_H
#define CPROF_INPUT_FORMAT_H

#include "input/reader.h"
#include "profile/profile.h"

typedef enum cprof_parse {
    CPROF_PARSE_OK,       /* *profile is the caller's: cprof_profile_free */
    CPROF_PARSE_NOT_MINE, /* err untouched */
    CPROF_PARSE_MALFORMED /* err: what and where (or that memory ran out) */
} cprof_parse;

typedef struct cprof_format {
    const char *name; /* as `cprof info` shows it: "Go heap profile (text)" */
    /* Decodes the whole input.  text is borrowed for the call only; lines are counted from 1 in messages. */
    cprof_parse (*parse)(cprof_slice text, const cprof_env *env, cprof_profile **profile, cprof_error *err);
} cprof_format;

/* In the order in which they are tried; ends with a NULL name.  profile.proto is tried before them, as a
 * stream. */
extern const cprof_format cprof_formats[];

/* What is to be known of a profile's samples. */
typedef enum cprof_input_needs {
    CPROF_NEEDS_SAMPLES, /* each by itself, with its labels */
    CPROF_NEEDS_STACKS   /* what each stack sums up to: a big profile takes less memory */
} cprof_input_needs;

/* One source, whatever it holds.  *profile is the caller's. */
bool cprof_input_load(cprof_reader *reader, cprof_input_needs needs, const cprof_env *env,
                      cprof_profile **profile, cprof_error *err);

#endif
