/* Stacks of Go's texts with debug=1.
 *
 * A record is a line of return addresses and, behind it, a line for each frame that is not left out as the
 * runtime's own:
 *
 *     8 @ 0x439a16 0x44989c 0x66d5b5 0x469d21
 *     #	0x66d5b4	net/http.(*persistConn).writeLoop+0xf4	net/http/transport.go:2392
 *
 * The frame lines alone make the stack, as in a profile that the same program writes in profile.proto.
 * Inlined calls stand as frames of their own; they are told by the entry (address less offset) that they
 * share with the function they were inlined into, and become one location with several lines.  A record
 * without frame lines keeps its addresses, but for a single one: that is runtime.goexit, which is below every
 * goroutine and never printed.
 */
#ifndef CPROF_INPUT_GO_STACKS_H
#define CPROF_INPUT_GO_STACKS_H

#include "input/go_text.h"

/* A frame line, read; equal lines are read once. */
typedef struct cprof_go_frame {
    cprof_slice text;  /* the line; borrowed from the input */
    uint64_t address;  /* of the call */
    uint64_t entry;    /* of the function that the address is in; 0: not known */
    uint32_t function; /* row, or CPROF_NONE: the line has no name */
    int64_t line;
} cprof_go_frame;

typedef struct cprof_go_stacks {
    cprof_builder *builder; /* borrowed */
    const cprof_env *env;   /* borrowed */
    CPROF_VEC(cprof_go_frame) frames;
    cprof_index index; /* of frames by text */
    /* Rows of mappings, one of what has names and needs no binary, one of the rest; CPROF_NONE: not needed so
     * far. */
    uint32_t named, nameless;
    bool open;                     /* a record has begun */
    CPROF_VEC(uint64_t) addresses; /* of the record: of the calls, leaf first */
    CPROF_VEC(uint32_t) record;    /* of the record: rows of frames, leaf first */
    CPROF_VEC(uint32_t) locations;
    CPROF_VEC(cprof_line) inlined;
} cprof_go_stacks;

/* A mapping of everything, whose locations have their names or not. */
bool cprof_go_mapping(cprof_builder *builder, bool named, uint32_t *row, cprof_error *err);

void cprof_go_stacks_init(cprof_go_stacks *stacks, cprof_builder *builder, const cprof_env *env);
void cprof_go_stacks_deinit(cprof_go_stacks *stacks);

/* Begins a record: addresses is what stands behind the '@'.  False when they cannot be read (*bad is true
 * then) or for want of memory (err). */
bool cprof_go_stacks_begin(cprof_go_stacks *stacks, cprof_slice addresses, bool *bad, cprof_error *err);
/* True for "#\t0x…". */
bool cprof_go_is_frame(cprof_slice line);
/* True when the text has such a line, or nothing that could have one: else it is left to the readers of bare
 * addresses. */
bool cprof_go_has_frames(cprof_slice text);
/* The frame line belongs to the record that has begun. *bad as above. */
bool cprof_go_stacks_frame(cprof_go_stacks *stacks, cprof_slice line, bool *bad, cprof_error *err);
/* Ends the record; *stack is the builder's row. */
bool cprof_go_stacks_end(cprof_go_stacks *stacks, uint32_t *stack, cprof_error *err);

#endif
