/* A view's stacks as the pictures and the stack exports need them: frames named, stacks summed.
 *
 * A frame is what the view's granularity tells apart (a function, a line, …).  Every location is resolved
 * once; a stack is then a walk over numbers.
 */
#ifndef CPROF_REPORT_STACKS_H
#define CPROF_REPORT_STACKS_H

#include "report/report.h"

typedef struct cprof_stack_frame {
    cprof_slice name;   /* as shown: function, file:line, address, as far as the granularity has them */
    uint32_t package;   /* row of packages: what its colour stands for */
    cprof_str function; /* the function's name; 0: not known, or not told apart */
    cprof_str file;     /* of the first line seen of the frame; 0: not known */
    int64_t line;       /* 0: not known, or not told apart */
    int64_t column;
    uint64_t address;
} cprof_stack_frame;

/* What the samples with one stack sum up to. */
typedef struct cprof_stack_sum {
    int64_t value; /* of the profile itself */
    int64_t base;  /* of the base profile's samples, as they were in the base: a profile minus its base is
                      value - base */
} cprof_stack_sum;

typedef struct cprof_stack_package {
    cprof_slice name; /* package, namespace or module; "" where there is no telling */
    int64_t self;     /* what was spent in its own frames; of a difference, the sum of value - base */
} cprof_stack_package;

typedef enum cprof_stack_kind {
    CPROF_STACKS_PLAIN,  /* no value is below 0 */
    CPROF_STACKS_SIGNED, /* some are: a difference whose parts are no longer known */
    CPROF_STACKS_DIFF    /* the base's samples are marked as such (diff_base) */
} cprof_stack_kind;

typedef struct cprof_stacks_model {
    const cprof_view *view; /* borrowed */
    cprof_arena arena;
    CPROF_VEC(cprof_stack_frame) frames;
    CPROF_VEC(cprof_stack_package) packages;
    /* Frames of location l: frame_rows[first_frame[l] .. first_frame[l + 1]), innermost first; all but the
     * last are inlined.  None for a location that the view hides. */
    uint32_t *first_frame, *frame_rows;
    uint32_t *only_frame;  /* by location: its frame where it has one, CPROF_NONE where it has none or more */
    cprof_stack_sum *sums; /* one a stack row of the profile; 0, 0 where no sample has it */
    bool *used;            /* one a stack row: a sample of the view has it */
    /* Stack rows that samples of the view have, in the order of their first sample. */
    uint32_t *order;
    uint32_t order_count;
    cprof_stack_kind kind;
} cprof_stacks_model;

/* False only for want of memory, or when it was stopped; deinit is needed either way. */
bool cprof_stacks_init(cprof_stacks_model *stacks, const cprof_view *view, cprof_error *err);
void cprof_stacks_deinit(cprof_stacks_model *stacks);

/* A walk over one stack's frames from the root to the leaf. */
typedef struct cprof_stack_walk {
    uint32_t from, at; /* rows of the profile's stacks.frames: at is the row last taken */
    uint32_t lines;    /* frames that are left of that location */
} cprof_stack_walk;

static inline cprof_stack_walk cprof_stack_walk_of(const cprof_view *view, uint32_t stack) {
    uint32_t count;
    const uint32_t *frames = cprof_view_frames(view, stack, &count);
    uint32_t from = (uint32_t)(frames - view->profile->stacks.frames);
    return (cprof_stack_walk){from, from + count, 0};
}

/* The next frame towards the leaf, and whether it is inlined; false at the end. */
static inline bool cprof_stack_walk_next(const cprof_stacks_model *stacks, cprof_stack_walk *walk,
                                         uint32_t *frame, bool *inlined) {
    const uint32_t *locations = stacks->view->profile->stacks.frames;
    while (walk->lines == 0) {
        if (walk->at == walk->from)
            return false;
        uint32_t location = locations[--walk->at];
        *frame = stacks->only_frame[location];
        *inlined = false;
        if (*frame != CPROF_NONE)
            return true;
        walk->lines = stacks->first_frame[location + 1] - stacks->first_frame[location];
    }
    uint32_t location = locations[walk->at];
    uint32_t first = stacks->first_frame[location];
    *frame = stacks->frame_rows[first + --walk->lines];
    *inlined = first + walk->lines + 1 != stacks->first_frame[location + 1];
    return true;
}

/* Fetches what the walk's next step will read. */
static inline void cprof_stack_walk_prefetch(const cprof_stacks_model *stacks, const cprof_stack_walk *walk) {
    if (walk->at != walk->from)
        __builtin_prefetch(stacks->view->profile->stacks.frames + walk->at - 1);
}

/* The package, namespace or module that a function belongs to, by its name's form and its file; mapping is
 * the file of its binary.  Borrowed from the arguments. */
cprof_slice cprof_package_of(cprof_slice function, cprof_slice file, cprof_slice mapping);

/* Which of `colours` colours a package has: FNV-1a (32 bits) of the bytes of its name, modulo colours.  The
 * same everywhere: pictures and web pages that show one package agree. */
uint32_t cprof_package_colour(cprof_slice package, uint32_t colours);

/* a + b, held at the bounds of 64 bits. */
static inline int64_t cprof_sum_held(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

#endif
