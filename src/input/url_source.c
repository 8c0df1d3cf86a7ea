/* Which sources are URLs: the same in builds that can fetch them and in those that say that they cannot. */
#include "input/url.h"

#include <string.h>
#include <strings.h>

bool cprof_url_is(const char *source) {
    static const char *const schemes[] = {"http://", "https://", "https+insecure://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncasecmp(source, schemes[i], strlen(schemes[i])) == 0)
            return true;
    const char *colon = strchr(source, ':');
    if (!colon || colon == source || strcspn(source, "/?#@ ") < (size_t)(colon - source))
        return false;
    size_t digits = strspn(colon + 1, "0123456789");
    return digits > 0 && digits <= 5 && (colon[1 + digits] == 0 || strchr("/?", colon[1 + digits]));
}
