/* What tags the label sets of a graph's samples have; for tags.c. */
#ifndef CPROF_GRAPH_TAGS_H
#define CPROF_GRAPH_TAGS_H

#include "graph/build.h"

/* The text labels of a sample, or one of its "bytes" numbers beside those. */
typedef struct cprof_label_tag {
    cprof_str text; /* in names; 0: no text labels */
    cprof_str name; /* of a number: as it is shown */
    bool is_number;
    uint64_t weight; /* absolute values of its samples: no vertex has more of it */
} cprof_label_tag;

struct cprof_label_tags {
    cprof_arena arena;
    cprof_strtab names;
    CPROF_VEC(cprof_label_tag) tags;
    /* Rows of the tags of label set s: set_tags.at[set_first[s] .. set_first[s + 1]). */
    uint32_t *set_first;
    CPROF_VEC(uint32_t) set_tags;
    uint64_t *tagged;    /* a bit a label set: it has tags; filled by cprof_label_tags_drop_light */
    cprof_str bytes_key; /* of the profile; CPROF_NONE: it has no such string */
};

/* The tags of all sets whose samples weigh anything; of the build it reads the view and the options only.
 * deinit is needed either way. */
bool cprof_label_tags_init(cprof_label_tags *labels, const cprof_graph_build *b, cprof_error *err);
void cprof_label_tags_deinit(cprof_label_tags *labels, const cprof_env *env);

/* Leaves the tags that weigh the cutoff or more.  False without memory. */
bool cprof_label_tags_drop_light(cprof_label_tags *labels, const cprof_graph_build *b, int64_t cutoff);

/* The number of the sample that tag, a number's, is the name of. */
int64_t cprof_label_tag_number(const cprof_label_tags *labels, const cprof_graph_build *b,
                               const cprof_label_tag *tag, uint32_t sample);

#endif
