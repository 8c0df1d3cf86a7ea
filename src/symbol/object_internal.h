/* What the files of the object reader share. */
#ifndef CPROF_SYMBOL_OBJECT_INTERNAL_H
#define CPROF_SYMBOL_OBJECT_INTERNAL_H

#include "base/hash.h"
#include "base/library.h"
#include "symbol/object.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>

#define CPROF_DW_FUNCTIONS(X)                                                                                \
    X(dwarf_begin_elf)                                                                                       \
    X(dwarf_end)                                                                                             \
    X(dwelf_elf_gnu_build_id)                                                                                \
    X(dwelf_elf_gnu_debuglink)                                                                               \
    X(dwarf_attr)                                                                                            \
    X(dwarf_attr_integrate)                                                                                  \
    X(dwarf_child)                                                                                           \
    X(dwarf_filesrc)                                                                                         \
    X(dwarf_formstring)                                                                                      \
    X(dwarf_formudata)                                                                                       \
    X(dwarf_get_units)                                                                                       \
    X(dwarf_getsrc_die)                                                                                      \
    X(dwarf_getsrcfiles)                                                                                     \
    X(dwarf_getsrclines)                                                                                     \
    X(dwarf_hasattr)                                                                                         \
    X(dwarf_line_file)                                                                                       \
    X(dwarf_lineaddr)                                                                                        \
    X(dwarf_lineendsequence)                                                                                 \
    X(dwarf_lineno)                                                                                          \
    X(dwarf_linesrc)                                                                                         \
    X(dwarf_onesrcline)                                                                                      \
    X(dwarf_ranges)                                                                                          \
    X(dwarf_siblingof)                                                                                       \
    X(dwarf_srclang)                                                                                         \
    X(dwarf_tag)                                                                                             \
    X(dwfl_begin)                                                                                            \
    X(dwfl_end)                                                                                              \
    X(dwfl_errmsg)                                                                                           \
    X(dwfl_module_build_id)                                                                                  \
    X(dwfl_module_getdwarf)                                                                                  \
    X(dwfl_module_getelf)                                                                                    \
    X(dwfl_module_getsym_info)                                                                               \
    X(dwfl_module_getsymtab)                                                                                 \
    X(dwfl_offline_section_address)                                                                          \
    X(dwfl_report_elf)                                                                                       \
    X(dwfl_report_end)                                                                                       \
    X(dwfl_standard_find_debuginfo)                                                                          \
    X(elf_begin)                                                                                             \
    X(elf_end)                                                                                               \
    X(elf_memory)                                                                                            \
    X(elf_getphdrnum)                                                                                        \
    X(elf_getscn)                                                                                            \
    X(elf_getshdrstrndx)                                                                                     \
    X(elf_nextscn)                                                                                           \
    X(elf_rawdata)                                                                                           \
    X(elf_strptr)                                                                                            \
    X(elf_version)                                                                                           \
    X(gelf_getehdr)                                                                                          \
    X(gelf_getphdr)                                                                                          \
    X(gelf_getshdr)

/* elfutils' functions, there once cprof_dw_load has succeeded. */
typedef struct cprof_dw_table {
    CPROF_DW_FUNCTIONS(CPROF_LIBRARY_SLOT)
} cprof_dw_table;
extern cprof_dw_table cprof_dw;
bool cprof_dw_load(cprof_error *err);

/* A range of code of one compilation unit. */
typedef struct cprof_unit_range {
    uint64_t low, high; /* high is not part of it */
    uint32_t unit;
} cprof_unit_range;

typedef struct cprof_scope_table cprof_scope_table;

/* A function or an inlined call; rows of a table stand in the order of the unit's tree, so that an inner one
 * comes after the one around it. */
typedef struct cprof_scope {
    uint64_t low, high;
    uint32_t parent;  /* row of the scope around an inlined call, CPROF_NONE for a function */
    bool asked;       /* an address in it was looked up before */
    cprof_slice name; /* the symbol's where that starts with the scope; ptr NULL: the entry's own */
    Dwarf_Die die;
    cprof_scope_table *inside; /* of a unit's function: what is in it, itself included; NULL: not read yet */
} cprof_scope;

/* The scopes in order of address: an outer one before those inside. */
typedef struct cprof_scope_range {
    uint64_t low, high;
    uint32_t scope;  /* row of the scopes */
    uint32_t around; /* row of the ranges: the next one out, or CPROF_NONE */
} cprof_scope_range;

struct cprof_scope_table {
    bool read;
    CPROF_VEC(cprof_scope) scopes;
    CPROF_VEC(cprof_scope_range) ranges;
};

/* Rows of a line table. */
typedef struct cprof_line_range {
    uint64_t low, high; /* high is not part of it */
} cprof_line_range;

typedef struct cprof_unit {
    Dwarf_Die die;
    bool unnamed_read;
    cprof_scope_table functions; /* those that are in no other function */
    cprof_scope_table all;       /* with what is inside them; read only where functions do not suffice */
    CPROF_VEC(cprof_line_range) unnamed; /* in order of low: see object_lines.c */
} cprof_unit;

/* Go's table of functions: where its parts are.  All offsets are into data and within it. */
typedef struct cprof_go_table {
    cprof_slice data;
    bool big_endian;
    int version;         /* 0: there is no table */
    uint32_t quantum;    /* bytes that addresses are counted in */
    unsigned pointer;    /* bytes of an address */
    unsigned entry_size; /* bytes of an address, and of an offset, in the list of functions */
    uint64_t count;      /* of functions */
    uint64_t text;       /* what the list's addresses are relative to */
    uint64_t names, units, files, pcs, functions;
} cprof_go_table;

enum { CPROF_BUILD_ID_TEXT = 2 * 64 + 1 };

struct cprof_object {
    const cprof_env *env; /* borrowed */
    const char *path;     /* borrowed */
    cprof_arena arena;    /* joined file names */
    cprof_object_mapping mapping;
    Dwfl_Callbacks callbacks; /* of dwfl */
    Dwfl *dwfl;
    Dwfl_Module *module; /* of dwfl */
    Elf *elf;            /* of module */
    GElf_Ehdr header;
    char build_id[CPROF_BUILD_ID_TEXT];
    bool has_kernel_start, base_known, symbols_read, dwarf_read, go_read, own_symbols;
    uint64_t kernel_start, base;
    CPROF_VEC(cprof_object_symbol) symbols;
    cprof_go_table go;

    Dwarf *dwarf; /* of module, or of image; NULL: there is none */
    char
        *image; /* an ELF file in memory, with the debug sections unpacked; NULL: they are read from module */
    size_t image_size;
    Elf *image_elf;
    Dwarf_Addr dwarf_bias;
    CPROF_VEC(cprof_unit) units;
    CPROF_VEC(cprof_unit_range) ranges; /* in order of low */
};

/* Bytes of a build id in lower-case hexadecimal. */
void cprof_object_build_id_text(const unsigned char *bits, size_t size, char text[CPROF_BUILD_ID_TEXT]);

/* The debug information of a file whose debug sections are compressed; NULL where it is left to libdw. */
Dwarf *cprof_object_unpack(cprof_object *object);
void cprof_object_unpack_deinit(cprof_object *object);

/* Appends the frames that the debug information has at a file's address; none where it knows nothing. */
bool cprof_object_dwarf_find(cprof_object *object, uint64_t address, cprof_object_frames *frames,
                             cprof_error *err);

/* Where an inlined call was made: the file and line of the frame around it. */
bool cprof_object_call_site(cprof_object *object, const cprof_unit *unit, Dwarf_Die *die,
                            cprof_object_frame *around, cprof_error *err);

/* File and line of an address; left alone where the unit's line table does not know it. */
bool cprof_object_source_line(cprof_object *object, cprof_unit *unit, uint64_t address,
                              cprof_object_frame *frame, cprof_error *err);

/* True when the file has Go's table of functions. */
bool cprof_object_has_go(cprof_object *object);

/* Appends what Go's table says of a file's address; nothing where there is none, or it knows nothing. */
bool cprof_object_go_find(cprof_object *object, uint64_t address, cprof_object_frames *frames,
                          cprof_error *err);

/* Appends the functions of Go's table to the object's symbols. */
bool cprof_object_go_symbols(cprof_object *object, cprof_error *err);

/* The symbol that a function without a linker's name goes by; NULL where there is none. */
const cprof_object_symbol *cprof_object_symbol_near(cprof_object *object, uint64_t address);
void cprof_object_dwarf_deinit(cprof_object *object);

#endif
