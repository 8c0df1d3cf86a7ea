/* Functions and inlined calls from DWARF, by libdw.
 *
 * Compilation units are found by a table of their ranges, made once; a unit's functions are read into rows
 * when the first address falls into it, a function's inlined calls when the first address falls into that;
 * every further address is a search in these rows.  Most of a unit is never looked at.
 */
#include "symbol/object_internal.h"

#include <dwarf.h>
#include <stdlib.h>

enum { DEPTH_MAX = 256 }; /* nested scopes; deeper ones are left out */

static void table_deinit(cprof_object *o, cprof_scope_table *t) {
    cprof_vec_free(o->env, &t->scopes);
    cprof_vec_free(o->env, &t->ranges);
}

void cprof_object_dwarf_deinit(cprof_object *o) {
    for (size_t i = 0; i < o->units.count; i++) {
        cprof_unit *unit = &o->units.at[i];
        for (size_t k = 0; k < unit->functions.scopes.count; k++)
            if (unit->functions.scopes.at[k].inside)
                table_deinit(o, unit->functions.scopes.at[k].inside);
        table_deinit(o, &unit->functions);
        table_deinit(o, &unit->all);
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

static bool add_scope(cprof_object *o, cprof_scope_table *t, Dwarf_Die *die, uint32_t parent, bool *added,
                      cprof_error *err) {
    Dwarf_Addr base, low, high;
    *added = false;
    if (!cprof_dw.dwarf_hasattr(die, DW_AT_low_pc) && !cprof_dw.dwarf_hasattr(die, DW_AT_ranges))
        return true; /* a declaration: most are */
    for (ptrdiff_t at = 0; (at = cprof_dw.dwarf_ranges(die, at, &base, &low, &high)) > 0;) {
        if (high <= low)
            continue;
        if (!cprof_vec_push(o->env, &t->scopes,
                            ((cprof_scope){.low = low, .high = high, .parent = parent, .die = *die})))
            return cprof_error_memory(o->env, err);
        *added = true;
    }
    return true;
}

/* Most entries are types, which rarely hold more of a function than its declaration. */
static bool may_hold_functions(int tag, bool deep) {
    return tag == DW_TAG_namespace || tag == DW_TAG_module ||
           (deep && (tag == DW_TAG_lexical_block || tag == DW_TAG_class_type ||
                     tag == DW_TAG_structure_type || tag == DW_TAG_try_block || tag == DW_TAG_catch_block));
}

/* Walks the tree below an entry without recursion: path holds the entry of each level, scope the row that its
 * children's inlined calls are in, which is outer for the first level.  deep: also into functions and
 * types. */
static bool read_scopes(cprof_object *o, Dwarf_Die *root, cprof_scope_table *t, uint32_t outer, bool deep,
                        cprof_error *err) {
    Dwarf_Die path[DEPTH_MAX];
    uint32_t scope[DEPTH_MAX];
    int depth = 0;
    if (cprof_dw.dwarf_child(root, &path[0]) != 0)
        return true;
    scope[0] = outer;
    for (;;) {
        int tag = cprof_dw.dwarf_tag(&path[depth]);
        uint32_t inside = scope[depth];
        bool added = false;
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
            if (!add_scope(o, t, &path[depth], tag == DW_TAG_subprogram ? CPROF_NONE : scope[depth], &added,
                           err))
                return false;
            if (added)
                inside = (uint32_t)t->scopes.count - 1;
        }
        if (((added && deep) || may_hold_functions(tag, deep)) && depth + 1 < DEPTH_MAX &&
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
static bool order_scopes(cprof_object *o, cprof_scope_table *t, cprof_error *err) {
    size_t count = t->scopes.count;
    t->read = true;
    if (count == 0)
        return true;
    if (!cprof_vec_reserve(o->env, &t->ranges, count))
        return cprof_error_memory(o->env, err);
    for (uint32_t i = 0; i < count; i++)
        t->ranges.at[i] = (cprof_scope_range){t->scopes.at[i].low, t->scopes.at[i].high, i, CPROF_NONE};
    t->ranges.count = count;
    qsort(t->ranges.at, count, sizeof *t->ranges.at, outer_first);
    for (uint32_t i = 0, open = CPROF_NONE; i < count; i++) {
        while (open != CPROF_NONE && t->ranges.at[i].low >= t->ranges.at[open].high)
            open = t->ranges.at[open].around;
        t->ranges.at[i].around = open;
        open = i;
    }
    return true;
}

/* The innermost scope at an address: the last that starts before it, or one around that. */
static uint32_t innermost(const cprof_scope_table *t, uint64_t address) {
    size_t low = 0;
    for (size_t high = t->ranges.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (t->ranges.at[middle].low <= address)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t row = low > 0 ? (uint32_t)low - 1 : CPROF_NONE;
    while (row != CPROF_NONE && address >= t->ranges.at[row].high)
        row = t->ranges.at[row].around;
    return row == CPROF_NONE ? CPROF_NONE : t->ranges.at[row].scope;
}

/* True for what stands between functions to align them, by the symbol table. */
static bool is_padding(cprof_object *o, uint64_t address) {
    const cprof_object_symbol *symbol = cprof_object_symbol_near(o, address);
    return symbol && symbol->size > 0 && address - symbol->start >= symbol->size;
}

/* The row of the innermost scope at an address, and the table that it is in; *row is CPROF_NONE where no
 * function is known. */
static bool find_scope(cprof_object *o, cprof_unit *unit, uint64_t address, cprof_scope_table **table,
                       uint32_t *row, cprof_error *err) {
    cprof_scope_table *t = &unit->functions;
    if (!t->read && (!read_scopes(o, &unit->die, t, CPROF_NONE, false, err) || !order_scopes(o, t, err)))
        return false;
    *table = t;
    *row = innermost(t, address);
    if (*row == CPROF_NONE) {
        if (is_padding(o, address))
            return true;
        /* Some functions stand inside others that they are no part of, such as those of local classes. */
        *table = &unit->all;
        if (!unit->all.read &&
            (!read_scopes(o, &unit->die, *table, CPROF_NONE, true, err) || !order_scopes(o, *table, err)))
            return false;
        *row = innermost(*table, address);
        return true;
    }
    cprof_scope *function = &t->scopes.at[*row];
    if (!function->inside) {
        bool added;
        cprof_scope_table *inside = cprof_arena_alloc(&o->arena, sizeof *inside);
        if (!inside)
            return cprof_error_memory(o->env, err);
        *inside = (cprof_scope_table){0};
        function->inside = inside;
        if (!add_scope(o, inside, &function->die, CPROF_NONE, &added, err) ||
            !read_scopes(o, &function->die, inside, (uint32_t)inside->scopes.count - 1, true, err) ||
            !order_scopes(o, inside, err))
            return false;
    }
    *table = function->inside;
    *row = innermost(*table, address);
    return true;
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
    cprof_object_frame frame = {.function = CPROF_SLICE(""), .file = CPROF_SLICE("")};
    cprof_scope_table *table;
    uint32_t row;
    if (!cprof_object_source_line(o, unit, address, &frame, err) ||
        !find_scope(o, unit, address, &table, &row, err))
        return false;
    if (row == CPROF_NONE && frame.line == 0)
        return true;
    const cprof_object_symbol *symbol = row == CPROF_NONE ? cprof_object_symbol_near(o, address) : NULL;
    if (symbol)
        frame.function = symbol->name;
    for (bool first = true; row != CPROF_NONE; row = table->scopes.at[row].parent, first = false) {
        cprof_scope *scope = &table->scopes.at[row];
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
