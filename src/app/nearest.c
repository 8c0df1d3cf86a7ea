#include "app/nearest.h"

enum { WORD_MAX = 63 };

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

unsigned cprof_edit_distance(cprof_slice a, cprof_slice b) {
    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return (unsigned)(a.len > b.len ? a.len : b.len);
    /* rows[i % 3][j]: from the first i letters of a to the first j of b. */
    unsigned rows[3][WORD_MAX + 1];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            bool same = a.ptr[i - 1] == b.ptr[j - 1];
            row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

cprof_nearest cprof_nearest_start(cprof_slice word) {
    /* A third of the letters may be wrong; of two letters one. */
    return (cprof_nearest){.word = word, .distance = (unsigned)(word.len < 3 ? 1 : word.len / 3) + 1};
}

void cprof_nearest_try(cprof_nearest *nearest, const char *name) {
    unsigned distance = cprof_edit_distance(nearest->word, cprof_slice_of(name));
    if (distance < nearest->distance && distance < strlen(name)) {
        nearest->distance = distance;
        nearest->best = name;
    }
    if (nearest->word.len > 0 && strncmp(name, nearest->word.ptr, nearest->word.len) == 0) {
        nearest->longer = name;
        nearest->longer_count++;
    }
}

const char *cprof_nearest_name(const cprof_nearest *nearest) {
    return nearest->longer_count == 1 ? nearest->longer : nearest->best;
}
