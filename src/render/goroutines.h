/* Groups of goroutines, of one dump or of two side by side. */
#ifndef CPROF_RENDER_GOROUTINES_H
#define CPROF_RENDER_GOROUTINES_H

#include "render/json.h"
#include "render/style.h"
#include "report/goroutines.h"

void cprof_render_goroutines(const cprof_goroutines *goroutines, const cprof_text_style *style,
                             cprof_sink *sink);

/* The report's keys of its JSON object:
 *
 *     "dumps": [{"goroutines": 117}, …],
 *     "groups": [{"in": "both", "state": "select", "created_by": "main.start", "creators": 1,
 *                 "dumps": [{"count": 8, "longest_wait_minutes": 5, "median_wait_minutes": 2.5, "locked": 0,
 *                            "goroutines": [18, 21]}, …],
 *                 "stack": [{"function": "main.f", "file": "/src/main.go", "line": 12, "inlined": false},
 * …]}, …]
 *
 * "in" is "left", "both" or "right"; with one dump it is left out.
 */
void cprof_json_goroutines(const cprof_goroutines *goroutines, cprof_json *json);

#endif
