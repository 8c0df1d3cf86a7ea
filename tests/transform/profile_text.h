/* Small profiles as text, for tests.
 *
 *     types cpu/ns samples/count       (first; anything else may be left out)
 *     period cpu/ns 100
 *     time 5 / duration 7 / default cpu / drop RE / keep RE / doc URL / comment TEXT
 *     10 1 : leaf inlined+outer@lib root : key=text bytes#12kb n#5
 *
 * Samples: values, frames leaf first, labels.  A frame is FUNCTION[~FILE][,LINE], innermost of the inlined
 * calls first, then [@MAPPING][*ADDRESS]; "-" is a location without lines.  A mapping is its file's name and
 * covers 0x1000 bytes from 0x1000 times its number on; with an '=' its build id follows.  '%' in a
 * function's name is a space.
 */
#ifndef TESTS_PROFILE_TEXT_H
#define TESTS_PROFILE_TEXT_H

#include "transform/view.h"

cprof_profile *profile_of_text(const cprof_env *env, const char *text);

/* The samples of a view in the same form (functions only), one a line; free() it. */
char *text_of_view(const cprof_view *view);
/* The same of a whole profile; frees the profile. */
char *text_of_profile_take(cprof_profile *p);

/* Compare and free `actual`. */
#define assert_text(actual, expected)                                                                        \
    do {                                                                                                     \
        char *text_ = (actual);                                                                              \
        assert_string_equal(text_, (expected));                                                              \
        free(text_);                                                                                         \
    } while (0)

/* An env that collects notes, each followed by a newline. */
typedef struct noted_env {
    cprof_env env;
    char notes[1024];
} noted_env;
void noted_env_init(noted_env *noted);

#endif
