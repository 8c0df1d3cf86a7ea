/* Frames of texts that name them: each distinct text is looked at once.
 *
 * Such names are for people already: their functions get no system name, so that nothing takes them for
 * the linker's and shortens them. */
#ifndef CPROF_INPUT_FRAMES_H
#define CPROF_INPUT_FRAMES_H

#include "profile/builder.h"

typedef struct cprof_frame {
    cprof_slice text;  /* as it stands in the file: the key; borrowed */
    uint64_t address;  /* 0: none */
    uint32_t mapping;  /* row, or CPROF_NONE */
    cprof_line line;   /* function CPROF_NONE: no name */
    bool inlined;      /* into the next frame towards the root */
    uint32_t location; /* row of the frame alone; CPROF_NONE: not made yet */
} cprof_frame;

typedef struct cprof_frames {
    const cprof_env *env;
    cprof_builder *builder; /* borrowed */
    cprof_index index;
    CPROF_VEC(cprof_frame) at;
    CPROF_VEC(cprof_line) lines;   /* scratch: of the location being made */
    CPROF_VEC(uint32_t) locations; /* scratch: of the stack being made */
} cprof_frames;

void cprof_frames_init(cprof_frames *frames, cprof_builder *builder, const cprof_env *env);
void cprof_frames_deinit(cprof_frames *frames);

/* The row of the frame with this text; CPROF_NONE and *hash for cprof_frames_add when it is new. */
uint32_t cprof_frames_find(const cprof_frames *frames, cprof_slice text, uint64_t *hash);
bool cprof_frames_add(cprof_frames *frames, const cprof_frame *frame, uint64_t hash, uint32_t *row,
                      cprof_error *err);
/* The stack of these frames (rows, leaf first): inlined frames become lines of the location that they were
 * inlined into, which is the next frame that is not inlined and has the same address. */
bool cprof_frames_stack(cprof_frames *frames, const uint32_t *rows, size_t count, uint32_t *stack,
                        cprof_error *err);

#endif
