/* Go's texts with debug=1, behind their header: records, labels, runtime.MemStats.
 *
 *     SAMPLE LINE @ 0x439a16 0x44989c
 *     # labels: {"key":"value"}
 *     #	0x66d5b4	name+0xf4	file.go:2392
 *
 * What stands before the '@' is the format's own.
 */
#ifndef CPROF_INPUT_GO_RECORDS_H
#define CPROF_INPUT_GO_RECORDS_H

#include "input/format.h"
#include "input/go_stacks.h"

#define CPROF_GO_VALUES 4 /* sample types that a text has at most */

typedef struct cprof_go_records cprof_go_records;

struct cprof_go_records {
    cprof_text lines;
    const cprof_env *env;
    cprof_builder *builder; /* taken by cprof_go_records_finish */
    cprof_go_stacks stacks;
    cprof_go_labels labels;          /* of the record */
    int64_t values[CPROF_GO_VALUES]; /* of the record */
    int64_t seen;                    /* sum of the samples' first values, at most INT64_MAX */
    /* Reads what stands before the '@' (without it) into values and labels; false and err when it cannot. */
    bool (*sample)(cprof_go_records *records, cprof_slice line, cprof_error *err);
    /* For the format's own use. */
    int64_t rate, cycles; /* sampling rate or period; clock cycles a second */
    cprof_str bytes;      /* "bytes" */
};

/* Before anything else; format is static.  False without memory (err). */
bool cprof_go_records_init(cprof_go_records *records, cprof_slice text, const cprof_env *env,
                           const char *format, cprof_error *err);
/* Reads lines up to the end. */
bool cprof_go_records_read(cprof_go_records *records, cprof_error *err);
/* Frees everything; with `read` true the profile is made. */
cprof_parse cprof_go_records_finish(cprof_go_records *records, bool read, cprof_profile **profile,
                                    cprof_error *err);

/* True for blank lines and for those that start with '#'. */
bool cprof_go_is_comment(cprof_slice line);

#endif
