/* Machine code as text.
 *
 * objdump is asked where there is one, as its notation is what people know; else capstone, in a build with
 * it. The names of files are handed over as arguments, never through a shell.
 */
#ifndef CPROF_SYMBOL_DISASM_H
#define CPROF_SYMBOL_DISASM_H

#include "base/vec.h"

typedef struct cprof_instruction {
    uint64_t address;           /* in the file */
    cprof_slice text;           /* "mov    %rsp,%rbp" */
    cprof_slice function, file; /* of the source line that it belongs to; "" where it is not known */
    int64_t line;
} cprof_instruction;

typedef struct cprof_disasm {
    const cprof_env *env;
    cprof_arena text;                          /* what the instructions point into */
    CPROF_VEC(cprof_instruction) instructions; /* in order of address */
} cprof_disasm;

typedef struct cprof_disasm_options {
    bool intel;        /* Intel's syntax instead of AT&T's */
    const char *tools; /* where objdump is looked for before PATH: "objdump:FOLDER,FOLDER"; may be NULL */
} cprof_disasm_options;

/* The instructions of [start, end) of a file; deinit it whether or not this succeeds. */
bool cprof_disasm_init(cprof_disasm *disasm, const char *path, uint64_t start, uint64_t end,
                       const cprof_disasm_options *options, const cprof_env *env, cprof_error *err);
void cprof_disasm_deinit(cprof_disasm *disasm);

/* For the parser's own tests: reads what objdump printed. */
bool cprof_disasm_parse(cprof_disasm *disasm, cprof_slice output, cprof_error *err);

#endif
