/* Object files: from an address to functions, files and lines.
 *
 * An object is opened for one mapping of a process and translates that process's addresses into the file's
 * own.  ELF with DWARF (in the file itself or in a separate debug file), the ELF symbol table and Go's own
 * function table are read.
 *
 * Files are hostile input: cprof reads them in a child process (binary.h).
 */
#ifndef CPROF_SYMBOL_OBJECT_H
#define CPROF_SYMBOL_OBJECT_H

#include "base/vec.h"

/* One frame of what is at an address; the innermost inlined call comes first. */
typedef struct cprof_object_frame {
    cprof_slice function;             /* the linker's name, else the plain one; "" where it is not known */
    cprof_slice file;                 /* "" where it is not known */
    int64_t line, column, start_line; /* 0: not known */
} cprof_object_frame;

typedef CPROF_VEC(cprof_object_frame) cprof_object_frames;

/* A function of the symbol table.  Aliases at the same address are rows of their own. */
typedef struct cprof_object_symbol {
    cprof_slice name;
    cprof_slice file;    /* that a local one is from, by the table; ptr NULL: not known */
    uint64_t start, end; /* addresses in the file; end is not part of it */
    uint64_t size;       /* as the table says; 0: not known */
    uint32_t row;        /* of the table */
    uint32_t section;    /* of the file */
    bool is_function;
} cprof_object_symbol;

/* How the process had the file mapped (addresses and file offset in bytes).  limit 0 with start 0: the
 * addresses are the file's own. */
typedef struct cprof_object_mapping {
    uint64_t start, limit, offset;
    const char *kernel_symbol; /* "_text": what a kernel's mapping starts at; NULL: not a kernel */
} cprof_object_mapping;

typedef struct cprof_object cprof_object;

/* NULL (and err: CPROF_ERR_UNKNOWN for what is no object file) when it cannot be read.  path is borrowed. */
cprof_object *cprof_object_open(const char *path, const cprof_object_mapping *mapping, const cprof_env *env,
                                cprof_error *err);
void cprof_object_close(cprof_object *object);

/* The GNU build id in lower-case hexadecimal, "" where there is none; borrowed. */
cprof_slice cprof_object_build_id(const cprof_object *object);

/* The file's own address of a process's address; false where the mapping and the file do not fit. */
bool cprof_object_address(cprof_object *object, uint64_t address, uint64_t *file_address, cprof_error *err);

/* Appends what is at a process's address; nothing where it is not known.  fast: names from the symbol table
 * only.  The frames' slices are borrowed until the object is closed. */
bool cprof_object_find(cprof_object *object, uint64_t address, bool fast, cprof_object_frames *frames,
                       cprof_error *err);

/* All functions of the symbol table in order of address; borrowed. */
bool cprof_object_symbols(cprof_object *object, const cprof_object_symbol **symbols, size_t *count,
                          cprof_error *err);

/* The bytes of [start, end) as the file has them, and its ELF machine number; borrowed until it is closed. */
bool cprof_object_code(cprof_object *object, uint64_t start, uint64_t end, uint32_t *machine,
                       cprof_slice *code, cprof_error *err);

#endif
