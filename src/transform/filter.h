/* Filters narrow a view; none of them changes the profile.
 *
 * They are to be applied in the order of this file.  Each says whether its expression matched anything, for
 * the note "Focus expression matched no samples".
 */
#ifndef CPROF_TRANSFORM_FILTER_H
#define CPROF_TRANSFORM_FILTER_H

#include "base/regex.h"
#include "transform/view.h"

/* The profile's own drop_frames and keep_frames (done once, when a profile is loaded). */
bool cprof_filter_uninteresting(cprof_view *view, cprof_error *err);

typedef struct cprof_name_filters {
    cprof_regex *focus, *ignore, *hide, *show;                      /* NULL: not asked for.  Borrowed. */
    bool focus_matched, ignore_matched, hide_matched, show_matched; /* out */
} cprof_name_filters;
bool cprof_filter_names(cprof_view *view, cprof_name_filters *filters, cprof_error *err);

bool cprof_filter_show_from(cprof_view *view, cprof_regex *regex, bool *matched, cprof_error *err);

/* "key=1kb:4mb", "key=re", "re,re", "32kb:" – see docs. */
typedef struct cprof_tag_filter cprof_tag_filter;
/* name: "tagfocus"; notes when the value is read as a range.  Free with cprof_tag_filter_free. */
cprof_tag_filter *cprof_tag_filter_new(const char *name, cprof_slice value, const cprof_label_units *units,
                                       const cprof_profile *profile, const cprof_env *env, cprof_error *err);
void cprof_tag_filter_free(cprof_tag_filter *filter);
/* Either may be NULL. */
bool cprof_filter_tags(cprof_view *view, cprof_tag_filter *focus, cprof_tag_filter *ignore,
                       bool *focus_matched, bool *ignore_matched, cprof_error *err);

bool cprof_filter_tag_names(cprof_view *view, cprof_regex *show, cprof_regex *hide, bool *show_matched,
                            bool *hide_matched, cprof_error *err);

bool cprof_filter_prune_from(cprof_view *view, cprof_regex *regex, cprof_error *err);

#endif
