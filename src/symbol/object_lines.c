/* Files and lines from DWARF, by libdw.
 *
 * Files go by the names that people know from pprof, which had them from GNU addr2line.  There is one catch:
 * the register that holds a row's file starts as 1, also in DWARF 5, where files are counted from 0; but
 * addr2line up to binutils 2.41 starts with file 0, so that rows before the first that names a file have
 * the unit's own file.  The register cannot be told apart from one that was set to 1, but no compiler sets it
 * to what it is.
 */
#include "symbol/object_internal.h"

#include <dwarf.h>
#include <string.h>

static int64_t number_of(Dwarf_Die *die, unsigned int name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    if (!cprof_dw.dwarf_attr_integrate(die, name, &attribute) ||
        cprof_dw.dwarf_formudata(&attribute, &value) != 0 || value > INT32_MAX)
        return 0;
    return (int64_t)value;
}

/* A file's name with the directory of the compilation in front where it is relative. */
static bool full_name(cprof_object *o, const cprof_unit *unit, const char *name, cprof_slice *full,
                      cprof_error *err) {
    Dwarf_Attribute attribute;
    Dwarf_Die die = unit->die;
    const char *dir = NULL;
    *full = name ? cprof_slice_of(name) : CPROF_SLICE("");
    if (!name || name[0] == '/' || name[0] == 0)
        return true;
    if (cprof_dw.dwarf_attr(&die, DW_AT_comp_dir, &attribute))
        dir = cprof_dw.dwarf_formstring(&attribute);
    if (!dir || !*dir)
        return true;
    size_t length = strlen(dir) + 1 + full->len;
    char *joined = cprof_arena_alloc(&o->arena, length + 1);
    if (!joined)
        return cprof_error_memory(o->env, err);
    memcpy(joined, dir, strlen(dir));
    joined[strlen(dir)] = '/';
    memcpy(joined + strlen(dir) + 1, full->ptr, full->len);
    *full = (cprof_slice){joined, length};
    return true;
}

/* Where an inlined call was made: the line of the frame around it. */
bool cprof_object_call_site(cprof_object *o, const cprof_unit *unit, Dwarf_Die *die,
                            cprof_object_frame *around, cprof_error *err) {
    Dwarf_Files *files;
    size_t count;
    Dwarf_Die root = unit->die;
    int64_t file = number_of(die, DW_AT_call_file);
    around->line = number_of(die, DW_AT_call_line);
    around->column = 0;
    if (cprof_dw.dwarf_getsrcfiles(&root, &files, &count) != 0 || (size_t)file >= count)
        return true;
    return full_name(o, unit, cprof_dw.dwarf_filesrc(files, (size_t)file, NULL, NULL), &around->file, err);
}

/* ---- rows that name no file ------------------------------------------------------------------------------
 */

enum { FIRST_FILE = 1 }; /* what the register starts as */

/* True when it matters which of files 0 and 1 is meant.  Before DWARF 5 there is no file 0, for which libdw
 * has a name of its own. */
static bool has_two_first_files(Dwarf_Files *files, size_t count) {
    const char *zero = count > FIRST_FILE ? cprof_dw.dwarf_filesrc(files, 0, NULL, NULL) : NULL;
    const char *one = zero ? cprof_dw.dwarf_filesrc(files, FIRST_FILE, NULL, NULL) : NULL;
    return one && strcmp(zero, "???") != 0 && strcmp(zero, one) != 0;
}

static bool is_unnamed(Dwarf_Line *line) {
    Dwarf_Files *files;
    size_t file;
    return cprof_dw.dwarf_line_file(line, &files, &file) == 0 && file == FIRST_FILE;
}

/* From the first row of each sequence to the first that is of another file. */
static bool read_unnamed(cprof_object *o, cprof_unit *unit, Dwarf_Files *files, size_t file_count,
                         cprof_error *err) {
    Dwarf_Die die = unit->die;
    Dwarf_Lines *lines;
    size_t count;
    unit->unnamed_read = true;
    if (!has_two_first_files(files, file_count) || cprof_dw.dwarf_getsrclines(&die, &lines, &count) != 0)
        return true;
    bool starts = true, open = false;
    for (size_t i = 0; i < count; i++) {
        Dwarf_Line *line = cprof_dw.dwarf_onesrcline(lines, i);
        Dwarf_Addr address;
        bool ends;
        if (!line || cprof_dw.dwarf_lineaddr(line, &address) != 0 ||
            cprof_dw.dwarf_lineendsequence(line, &ends) != 0)
            continue;
        if (open && (ends || !is_unnamed(line))) {
            unit->unnamed.at[unit->unnamed.count - 1].high = address;
            open = false;
        } else if (starts && !ends && is_unnamed(line)) {
            if (!cprof_vec_push(o->env, &unit->unnamed, ((cprof_line_range){address, UINT64_MAX})))
                return cprof_error_memory(o->env, err);
            open = true;
        }
        starts = ends;
    }
    return true;
}

static bool in_unnamed(const cprof_unit *unit, uint64_t address) {
    size_t low = 0;
    for (size_t high = unit->unnamed.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (unit->unnamed.at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && address < unit->unnamed.at[low - 1].high;
}

/* ---- lines -----------------------------------------------------------------------------------------------
 */

bool cprof_object_source_line(cprof_object *o, cprof_unit *unit, uint64_t address, cprof_object_frame *frame,
                              cprof_error *err) {
    Dwarf_Die die = unit->die;
    Dwarf_Line *line = cprof_dw.dwarf_getsrc_die(&die, address);
    Dwarf_Files *files;
    size_t file, count;
    int number = 0;
    if (!line)
        return true;
    if (cprof_dw.dwarf_lineno(line, &number) == 0)
        frame->line = number;
    if (cprof_dw.dwarf_line_file(line, &files, &file) != 0)
        return true;
    if (file == FIRST_FILE && !unit->unnamed_read && cprof_dw.dwarf_getsrcfiles(&die, &files, &count) == 0 &&
        !read_unnamed(o, unit, files, count, err))
        return false;
    if (file == FIRST_FILE && in_unnamed(unit, address))
        file = 0;
    return full_name(o, unit, cprof_dw.dwarf_filesrc(files, file, NULL, NULL), &frame->file, err);
}
