/* Functions and inlined calls from DWARF, by libdw.
 *
 * Compilation units are found by a table of their ranges, made once; a unit's functions and inlined calls are
 * read into rows when the first address falls into it, and every further address is a search in these rows.
 */
#include "symbol/object_internal.h"

#include <dwarf.h>
#include <stdlib.h>

enum { DEPTH_MAX = 256 }; /* nested scopes; deeper ones are left out */

void cprof_object_dwarf_deinit(cprof_object *o) {
    for (size_t i = 0; i < o->units.count; i++) {
        cprof_vec_free(o->env, &o->units.at[i].scopes);
        cprof_vec_free(o->env, &o->units.at[i].ranges);
        cprof_vec_free(o->env, &o->units.at[i].unnamed);
    }
    cprof_object_unpack_deinit(o);
    cprof_vec_free(o->env, &o->units);
    cprof_vec_free(o->env, &o->ranges);
}

static int by_low(const void *a, const void *b) {
    const cprof_unit_range *x = a, *y = b;
    return x->low < y->low ? -1 : x->low > y->low;
}

static bool add_unit(cprof_object *o, Dwarf_Die die, cprof_error *err) {
    cprof_unit unit = {.die = die};
    uint32_t row = (uint32_t)o->units.count;
    Dwarf_Addr base, low, high;
    if (!cprof_vec_push(o->env, &o->units, unit))
        return cprof_error_memory(o->env, err);
    for (ptrdiff_t at = 0; (at = cprof_dw.dwarf_ranges(&die, at, &base, &low, &high)) > 0;)
        if (high > low && !cprof_vec_push(o->env, &o->ranges, ((cprof_unit_range){low, high, row})))
            return cprof_error_memory(o->env, err);
    return true;
}

static bool read_units(cprof_object *o, cprof_error *err) {
    o->dwarf_read = true;
    o->dwarf = cprof_object_unpack(o);
    if (!o->dwarf)
        o->dwarf = cprof_dw.dwfl_module_getdwarf(o->module, &o->dwarf_bias);
    if (!o->dwarf)
        return true;
    Dwarf_CU *cu = NULL;
    Dwarf_Die die, sub;
    Dwarf_Half version;
    uint8_t type;
    while (cprof_dw.dwarf_get_units(o->dwarf, cu, &cu, &version, &type, &die, &sub) == 0) {
        if (type != DW_UT_compile && type != DW_UT_skeleton)
            continue;
        if (!add_unit(o,
                      type == DW_UT_skeleton && cprof_dw.dwarf_tag(&sub) == DW_TAG_compile_unit ? sub : die,
                      err))
            return false;
    }
    if (o->ranges.count > 0)
        qsort(o->ranges.at, o->ranges.count, sizeof *o->ranges.at, by_low);
    return true;
}

static cprof_unit *unit_at(cprof_object *o, uint64_t address) {
    size_t low = 0;
    for (size_t high = o->ranges.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (o->ranges.at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address >= o->ranges.at[low - 1].high)
        return NULL;
    return &o->units.at[o->ranges.at[low - 1].unit];
}

static bool add_scope(cprof_object *o, cprof_unit *unit, Dwarf_Die *die, uint32_t parent, bool *added,
                      cprof_error *err) {
    Dwarf_Addr base, low, high;
    *added = false;
    for (ptrdiff_t at = 0; (at = cprof_dw.dwarf_ranges(die, at, &base, &low, &high)) > 0;) {
        if (high <= low)
            continue;
        if (!cprof_vec_push(o->env, &unit->scopes,
                            ((cprof_scope){.low = low, .high = high, .parent = parent, .die = *die})))
            return cprof_error_memory(o->env, err);
        *added = true;
    }
    return true;
}

/* Walks the unit's tree without recursion: path holds the entry of each level, scope the row that its
 * children's inlined calls are in. */
static bool read_scopes(cprof_object *o, cprof_unit *unit, cprof_error *err) {
    Dwarf_Die path[DEPTH_MAX];
    uint32_t scope[DEPTH_MAX];
    int depth = 0;
    unit->scopes_read = true;
    if (cprof_dw.dwarf_child(&unit->die, &path[0]) != 0)
        return true;
    scope[0] = CPROF_NONE;
    for (;;) {
        int tag = cprof_dw.dwarf_tag(&path[depth]);
        uint32_t inside = scope[depth];
        bool added = false;
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
            if (!add_scope(o, unit, &path[depth], tag == DW_TAG_subprogram ? CPROF_NONE : scope[depth],
                           &added, err))
                return false;
            if (added)
                inside = (uint32_t)unit->scopes.count - 1;
        }
        bool holds_code = added || tag == DW_TAG_lexical_block || tag == DW_TAG_namespace ||
                          tag == DW_TAG_module || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
                          tag == DW_TAG_try_block || tag == DW_TAG_catch_block;
        if (holds_code && depth + 1 < DEPTH_MAX &&
            cprof_dw.dwarf_child(&path[depth], &path[depth + 1]) == 0) {
            scope[++depth] = inside;
            continue;
        }
        while (cprof_dw.dwarf_siblingof(&path[depth], &path[depth]) != 0)
            if (depth-- == 0)
                return true;
    }
}

static int outer_first(const void *a, const void *b) {
    const cprof_scope_range *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->high != y->high)
        return x->high > y->high ? -1 : 1;
    return x->scope < y->scope ? -1 : x->scope > y->scope;
}

/* Puts the scopes in order of address and links each with the one around it. */
static bool order_scopes(cprof_object *o, cprof_unit *unit, cprof_error *err) {
    size_t count = unit->scopes.count;
    if (count == 0)
        return true;
    if (!cprof_vec_reserve(o->env, &unit->ranges, count))
        return cprof_error_memory(o->env, err);
    for (uint32_t i = 0; i < count; i++)
        unit->ranges.at[i] =
            (cprof_scope_range){unit->scopes.at[i].low, unit->scopes.at[i].high, i, CPROF_NONE};
    unit->ranges.count = count;
    qsort(unit->ranges.at, count, sizeof *unit->ranges.at, outer_first);
    for (uint32_t i = 0, open = CPROF_NONE; i < count; i++) {
        while (open != CPROF_NONE && unit->ranges.at[i].low >= unit->ranges.at[open].high)
            open = unit->ranges.at[open].around;
        unit->ranges.at[i].around = open;
        open = i;
    }
    return true;
}

/* The innermost scope at an address: the last that starts before it, or one around that. */
static uint32_t innermost(const cprof_unit *unit, uint64_t address) {
    size_t low = 0;
    for (size_t high = unit->ranges.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (unit->ranges.at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t row = low > 0 ? (uint32_t)low - 1 : CPROF_NONE;
    while (row != CPROF_NONE && address >= unit->ranges.at[row].high)
        row = unit->ranges.at[row].around;
    return row == CPROF_NONE ? CPROF_NONE : unit->ranges.at[row].scope;
}

/* True for languages whose functions are called by the linker as in the source. */
static bool has_plain_names(Dwarf_Die *unit) {
    static const int languages[] = {DW_LANG_C89,     DW_LANG_C,         DW_LANG_C99,
                                    DW_LANG_C11,     DW_LANG_Ada83,     DW_LANG_Cobol74,
                                    DW_LANG_Cobol85, DW_LANG_Fortran77, DW_LANG_Pascal83,
                                    DW_LANG_PLI,     DW_LANG_UPC,       DW_LANG_Mips_Assembler};
    int language = cprof_dw.dwarf_srclang(unit);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (languages[i] == language)
            return true;
    return false;
}

/* The linker's name of a function, looked for along its origins and declarations; else its plain name. */
static cprof_slice entry_name(Dwarf_Die *unit, Dwarf_Die *die, bool *linker) {
    Dwarf_Attribute attribute;
    const char *name = NULL;
    if (cprof_dw.dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
        cprof_dw.dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
        name = cprof_dw.dwarf_formstring(&attribute);
    *linker = name != NULL || has_plain_names(unit);
    if (!name && cprof_dw.dwarf_attr_integrate(die, DW_AT_name, &attribute))
        name = cprof_dw.dwarf_formstring(&attribute);
    return name ? cprof_slice_of(name) : CPROF_SLICE("");
}

/* The name that addr2line gives a scope, so that names are those that people know from pprof: a function
 * without a linker's name goes by the symbol at the address when it is asked for first, and later
 * too where the symbol starts with it. */
static cprof_slice scope_name(cprof_object *o, cprof_unit *unit, cprof_scope *scope, uint64_t address,
                              bool innermost) {
    bool linker = false;
    cprof_slice name = scope->name.ptr ? scope->name : entry_name(&unit->die, &scope->die, &linker);
    if (scope->name.ptr || linker || !innermost || scope->asked)
        return name;
    scope->asked = true;
    const cprof_object_symbol *symbol = cprof_object_symbol_near(o, address);
    if (!symbol)
        return name;
    if (symbol->start == scope->low)
        scope->name = symbol->name;
    return symbol->name;
}

bool cprof_object_dwarf_find(cprof_object *o, uint64_t address, cprof_object_frames *frames,
                             cprof_error *err) {
    if (!o->dwarf_read && !read_units(o, err))
        return false;
    address -= o->dwarf ? o->dwarf_bias : 0;
    cprof_unit *unit = unit_at(o, address);
    if (!unit)
        return true;
    if (!unit->scopes_read && (!read_scopes(o, unit, err) || !order_scopes(o, unit, err)))
        return false;
    cprof_object_frame frame = {.function = CPROF_SLICE(""), .file = CPROF_SLICE("")};
    if (!cprof_object_source_line(o, unit, address, &frame, err))
        return false;
    uint32_t row = innermost(unit, address);
    if (row == CPROF_NONE && frame.line == 0)
        return true;
    for (bool first = true; row != CPROF_NONE; row = unit->scopes.at[row].parent, first = false) {
        cprof_scope *scope = &unit->scopes.at[row];
        frame.function = scope_name(o, unit, scope, address, first);
        if (!cprof_vec_push(o->env, frames, frame))
            return cprof_error_memory(o->env, err);
        if (scope->parent == CPROF_NONE)
            return true;
        if (!cprof_object_call_site(o, unit, &scope->die, &frame, err))
            return false;
    }
    return cprof_vec_push(o->env, frames, frame) || cprof_error_memory(o->env, err);
}
