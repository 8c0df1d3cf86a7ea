/* The first line of a goroutine in a dump:
 *
 *     goroutine 18 [chan receive, 2 minutes, locked to thread]:
 *     goroutine 1 gp=0xc0000061c0 m=nil [select (durable), synctest bubble 1] labels:{"tenant":"a"}:
 */
#ifndef CPROF_INPUT_GO_HEADER_H
#define CPROF_INPUT_GO_HEADER_H

#include "input/go_text.h"

typedef struct cprof_go_header {
    int64_t id;
    cprof_slice state;  /* "chan receive", without the remark that the collector looks at it right now */
    int64_t wait;       /* minutes; 0: less than one, or not said */
    bool locked;        /* to its thread */
    cprof_slice bubble; /* number of the synctest bubble; empty: in none */
    cprof_slice labels; /* from '{' to the end; empty: none */
    cprof_slice text;   /* all of it behind the id: equal for equal headers */
} cprof_go_header;

typedef enum cprof_go_is_header {
    CPROF_GO_NO_HEADER,
    CPROF_GO_HEADER,
    CPROF_GO_BAD_HEADER /* it is one, with a number that does not fit */
} cprof_go_is_header;

/* line starts where the word "goroutine" would. */
cprof_go_is_header cprof_go_header_read(cprof_slice line, cprof_go_header *header);

/* The offset of the first header in text, wherever in a line it starts (behind a blank, if not first), or
 * text.len. */
size_t cprof_go_header_find(cprof_slice text);

#endif
