/* The command line, in both its grammars:
 *
 *     cprof COMMAND [options] [N] SOURCE…          words
 *     cprof -COMMAND [options] [N] SOURCE…         flags, as pprof has them
 *
 * Options may stand anywhere; "--" ends them.  -name=value and -name value are the same, but for bools, which
 * take their value with "=" only; two dashes are as good as one.
 */
#ifndef CPROF_CLI_ARGS_H
#define CPROF_CLI_ARGS_H

#include "app/session.h"

typedef struct cprof_args {
    const cprof_command *command; /* NULL: the shell */
    cprof_slice argument;         /* of commands that take a regular expression */
    cprof_settings settings;
    cprof_sources sources;
    bool help;          /* -h was given: about `command`, or about everything */
    const char **words; /* what is no option: sources, or the words of help and completion */
    size_t word_count;
    char notes[8][96]; /* remarks for the person, in note_count rows */
    size_t note_count;
    const char **memory; /* owned */
    size_t memory_size;  /* bytes */
} cprof_args;

/* argv is borrowed.  False (and err: CPROF_ERR_USAGE) when it makes no sense; cprof_args_deinit either way.
 */
bool cprof_args_init(cprof_args *args, int argc, char **argv, cprof_error *err);
void cprof_args_deinit(cprof_args *args);

#endif
