/* tags: what the labels of the samples say, and how much each value weighs. */
#ifndef CPROF_REPORT_TAGS_H
#define CPROF_REPORT_TAGS_H

#include "report/callgraph.h"

typedef struct cprof_tags_value {
    cprof_slice name; /* a text, or a number with its unit */
    cprof_amount amount;
    bool is_text, is_number; /* both where a number reads like a text */
    int64_t low, high;       /* of the numbers that are written so; no other number is */
} cprof_tags_value;

typedef struct cprof_tags_key {
    cprof_slice name;
    cprof_slice unit;         /* of its numbers; "": none */
    cprof_amount amount;      /* of all its values */
    cprof_tags_value *values; /* heaviest first */
    uint32_t value_count;
} cprof_tags_key;

typedef struct cprof_tags {
    cprof_report *report; /* borrowed; owns the text and the tables */
    cprof_amount total;
    cprof_tags_key *keys; /* in byte order */
    uint32_t key_count;
    bool has_percent; /* there is a total that percentages can be of */
} cprof_tags;

bool cprof_tags_init(cprof_tags *tags, cprof_report *report, cprof_error *err);

#endif
