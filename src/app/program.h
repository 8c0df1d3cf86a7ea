/* Programs that take a report on their standard input. */
#ifndef CPROF_APP_PROGRAM_H
#define CPROF_APP_PROGRAM_H

#include "cprof/error.h"

#include <sys/types.h>

typedef struct cprof_program {
    pid_t pid;
    int fd; /* to be written to */
} cprof_program;

/* Starts `sh -c line` with the signals as programs expect them. */
bool cprof_program_start(cprof_program *program, const char *line, cprof_error *err);
/* Closes its input and waits for its end; its exit status is its own affair. */
void cprof_program_finish(cprof_program *program);

#endif
