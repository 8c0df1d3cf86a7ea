/* What tags the samples of a graph have; for tags.c. */
#ifndef CPROF_GRAPH_TAGS_H
#define CPROF_GRAPH_TAGS_H

#include "graph/build.h"

/* The text labels of a sample, or one of its "bytes" numbers beside those. */
typedef struct cprof_label_tag {
    cprof_str text; /* in names; 0: no text labels */
    cprof_str name; /* of a number: as it is shown */
    bool is_number;
    uint32_t first_member, member_count;
} cprof_label_tag;

typedef struct cprof_label_tags {
    cprof_strtab names;
    CPROF_VEC(cprof_label_tag) tags;
    /* Samples by tag: those of tag t are members[first_member .. first_member + member_count).  A sample has
     * as many entries as it has tags. */
    uint32_t *members;
    uint32_t member_count;
    cprof_str bytes_key; /* of the profile; CPROF_NONE: it has no such string */
} cprof_label_tags;

/* The tags of all samples that weigh anything; deinit is needed either way.  The arrays are in the build's
 * scratch. */
bool cprof_label_tags_init(cprof_label_tags *labels, cprof_graph_build *b, cprof_error *err);
void cprof_label_tags_deinit(cprof_label_tags *labels, const cprof_env *env);

/* The number of the member that tag, a number's, is the name of. */
int64_t cprof_label_tag_number(const cprof_label_tags *labels, const cprof_graph_build *b,
                               const cprof_label_tag *tag, uint32_t member);

/* The vertices whose tags are wanted, and which of them each stack has. */
typedef struct cprof_wanted {
    const uint32_t *vertices; /* by row */
    uint32_t count;
    /* Rows of the vertices of stack s, each once: rows[first[s] .. first[s + 1]).  That of the vertex where
     * the stack ends has the bit CPROF_WANTED_LEAF. */
    uint32_t *first, *rows;
} cprof_wanted;

#define CPROF_WANTED_LEAF UINT32_C(0x80000000)

/* The first `count` vertices in order[].  The arrays are in the build's scratch. */
bool cprof_wanted_init(cprof_wanted *wanted, cprof_graph_build *b, uint32_t count, cprof_error *err);

#endif
