#include "symbol/object_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_SIZE = 4096 }; /* what the loaders of all platforms of interest map by */

/* ---- opening ------------------------------------------------------------------------------------------- */

static int find_no_elf(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base, char **file,
                       Elf **elf) {
    (void)module, (void)data, (void)name, (void)base, (void)file, (void)elf;
    return -1; /* the file was reported by hand */
}

cprof_dw_table cprof_dw;
static const char *const dw_names[] = {CPROF_DW_FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_DW_SONAME, dw_names, cprof_dw);

bool cprof_dw_load(cprof_error *err) {
    return cprof_library_load(&library, err);
}

static bool open_regular(const char *path, int *fd, cprof_error *err) {
    struct stat st;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(*fd);
        *fd = -1;
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1, "%s: no regular file", path);
    }
    return true;
}

static bool load(cprof_object *o, const char *path, cprof_error *err) {
    int fd;
    char magic[4];
    if (!open_regular(path, &fd, err))
        return false;
    if (pread(fd, magic, sizeof magic, 0) != (ssize_t)sizeof magic || memcmp(magic, "\177ELF", 4) != 0) {
        close(fd);
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1, "%s: no ELF file", path);
    }
    cprof_dw.elf_version(EV_CURRENT);
    o->dwfl = cprof_dw.dwfl_begin(&o->callbacks);
    if (o->dwfl) /* takes fd when it succeeds */
        o->module = cprof_dw.dwfl_report_elf(o->dwfl, path, path, fd, 0, true);
    if (!o->module)
        close(fd);
    GElf_Addr bias;
    if (o->module && cprof_dw.dwfl_report_end(o->dwfl, NULL, NULL) == 0)
        o->elf = cprof_dw.dwfl_module_getelf(o->module, &bias);
    if (!o->elf || !cprof_dw.gelf_getehdr(o->elf, &o->header))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s: %s", path, cprof_dw.dwfl_errmsg(-1));
    return true;
}

/* True when the file itself has a symbol table: one from a separate debug file does not count for names that
 * nm would give. */
static bool has_own_symbols(const cprof_object *o) {
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        if (cprof_dw.gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            return true;
    }
    return false;
}

void cprof_object_build_id_text(const unsigned char *bits, size_t size, char text[CPROF_BUILD_ID_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    for (size_t i = 0; i < size && n + 2 < CPROF_BUILD_ID_TEXT; i++) {
        text[n++] = digits[bits[i] >> 4];
        text[n++] = digits[bits[i] & 15];
    }
    text[n] = 0;
}

static void read_build_id(cprof_object *o) {
    const unsigned char *bits;
    GElf_Addr address;
    int n = cprof_dw.dwfl_module_build_id(o->module, &bits, &address);
    cprof_object_build_id_text(bits, n > 0 ? (size_t)n : 0, o->build_id);
}

/* The value of the symbol that a kernel's mapping starts at. */
static void find_kernel_symbol(cprof_object *o, const char *name) {
    const cprof_object_symbol *symbols;
    size_t count;
    if (!cprof_object_symbols(o, &symbols, &count, NULL))
        return;
    for (size_t i = 0; i < count && !o->has_kernel_start; i++)
        if (cprof_slice_is(symbols[i].name, name)) {
            o->has_kernel_start = true;
            o->kernel_start = symbols[i].start;
        }
}

cprof_object *cprof_object_open(const char *path, const cprof_object_mapping *mapping, const cprof_env *env,
                                cprof_error *err) {
    if (!cprof_dw_load(err))
        return NULL;
    cprof_object *o = calloc(1, sizeof *o);
    if (!o) {
        cprof_error_memory(env, err);
        return NULL;
    }
    o->env = env;
    o->mapping = *mapping;
    o->callbacks = (Dwfl_Callbacks){.find_elf = find_no_elf,
                                    .find_debuginfo = cprof_dw.dwfl_standard_find_debuginfo,
                                    .section_address = cprof_dw.dwfl_offline_section_address};
    cprof_arena_init(&o->arena, cprof_env_budget(env));
    o->path = path;
    if (!load(o, path, err)) {
        cprof_object_close(o);
        return NULL;
    }
    read_build_id(o);
    o->own_symbols = has_own_symbols(o);
    bool odd =
        (mapping->start | mapping->limit | mapping->offset) % PAGE_SIZE != 0 && mapping->limit != UINT64_MAX;
    if (mapping->kernel_symbol || odd || strstr(path, "vmlinux"))
        find_kernel_symbol(o, mapping->kernel_symbol && *mapping->kernel_symbol ? mapping->kernel_symbol
                                                                                : "_stext");
    return o;
}

void cprof_object_close(cprof_object *o) {
    if (!o)
        return;
    cprof_object_dwarf_deinit(o);
    cprof_vec_free(o->env, &o->symbols);
    cprof_arena_deinit(&o->arena);
    if (o->dwfl)
        cprof_dw.dwfl_end(o->dwfl);
    free(o);
}

cprof_slice cprof_object_build_id(const cprof_object *o) {
    return cprof_slice_of(o->build_id);
}

/* ---- addresses ----------------------------------------------------------------------------------------- */

/* True when the mapping can come from this segment: they overlap in the file, and the mapping is not the
 * page that the segment shares with its neighbour. */
static bool segment_fits(const cprof_object *o, const GElf_Phdr *p) {
    uint64_t size = o->mapping.limit - o->mapping.start, from = o->mapping.offset, to = from + size;
    uint64_t end = p->p_offset + p->p_memsz;
    if (p->p_type != PT_LOAD || p->p_filesz == 0 || from >= end || p->p_offset >= to)
        return false;
    uint64_t lead = p->p_align ? p->p_vaddr & (p->p_align - 1) : 0;
    if (from < (p->p_offset > lead ? p->p_offset - lead : 0))
        return false;
    return !(from > p->p_offset && end < from + PAGE_SIZE && to >= end + PAGE_SIZE);
}

static bool text_segment(cprof_object *o, GElf_Phdr *found) {
    size_t names, count;
    if (cprof_dw.elf_getshdrstrndx(o->elf, &names) != 0 || cprof_dw.elf_getphdrnum(o->elf, &count) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        const char *name = cprof_dw.gelf_getshdr(section, &header)
                               ? cprof_dw.elf_strptr(o->elf, names, header.sh_name)
                               : NULL;
        if (!name || strcmp(name, ".text") != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if (cprof_dw.gelf_getphdr(o->elf, (int)i, found) && found->p_type == PT_LOAD &&
                (found->p_flags & PF_X) && header.sh_addr >= found->p_vaddr &&
                header.sh_addr - found->p_vaddr < found->p_memsz)
                return true;
    }
    return false;
}

/* The segment that the address was loaded from.  *has: false where the file has no segments at all. */
static bool segment_of(cprof_object *o, uint64_t address, GElf_Phdr *found, bool *has, cprof_error *err) {
    const cprof_object_mapping *m = &o->mapping;
    if (o->has_kernel_start || m->start >= m->limit || m->limit >= UINT64_C(1) << 63) {
        *has = text_segment(o, found);
        return true;
    }
    size_t count, fitting = 0, loads = 0, hits = 0;
    GElf_Phdr p, hit = {0};
    uint64_t at = address - m->start + m->offset;
    if (cprof_dw.elf_getphdrnum(o->elf, &count) != 0)
        count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cprof_dw.gelf_getphdr(o->elf, (int)i, &p))
            continue;
        loads += p.p_type == PT_LOAD;
        if (!segment_fits(o, &p))
            continue;
        if (fitting++ == 0)
            *found = p;
        if (at >= p.p_offset && at - p.p_offset < p.p_memsz && hits++ == 0)
            hit = p;
    }
    *has = loads > 0;
    if (loads == 0 || fitting == 1)
        return true;
    /* A debug file by itself: its segments hold nothing, and where they were in the file is lost. */
    if (fitting == 0 && text_segment(o, found) && found->p_filesz == 0) {
        found->p_offset = m->offset + found->p_vaddr % PAGE_SIZE;
        return true;
    }
    if (fitting == 0 || hits != 1)
        return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the mapping fits no single segment of the file");
    *found = hit;
    return true;
}

/* Kernels are mapped by rules of their own: perf gives the address of a symbol as the start, some systems
 * map the image to 0. */
static bool kernel_base(const cprof_object *o, const GElf_Phdr *segment, uint64_t *base) {
    const cprof_object_mapping *m = &o->mapping;
    const uint64_t power_pc_offset = UINT64_C(0xc000000000000000), kernel_half = UINT64_C(1) << 63;
    bool high = m->start >= kernel_half && m->limit > m->start &&
                (m->offset == 0 || m->offset == power_pc_offset || m->offset == m->start);
    bool same_page_offset = o->has_kernel_start && m->start % PAGE_SIZE == o->kernel_start % PAGE_SIZE;
    if (segment->p_vaddr == m->start - m->offset)
        *base = m->offset;
    else if (o->has_kernel_start && m->start == 0 && m->limit != 0)
        *base = m->start - o->kernel_start;
    else if (same_page_offset && (high || m->start % PAGE_SIZE != 0))
        *base = m->start - o->kernel_start;
    else if (high)
        *base = m->start - segment->p_vaddr;
    else
        return false;
    return true;
}

/* What is to be subtracted from a process's address. */
static bool find_base(cprof_object *o, uint64_t address, cprof_error *err) {
    const cprof_object_mapping *m = &o->mapping;
    GElf_Phdr segment = {0};
    bool has = false;
    o->base = 0;
    if (m->start == 0 && m->offset == 0 && (m->limit == UINT64_MAX || m->limit == 0))
        return true;
    if (!segment_of(o, address, &segment, &has, err))
        return false;
    switch (o->header.e_type) {
    case ET_EXEC:
        if (!has)
            return true;
        if (!o->has_kernel_start && m->start > 0 && m->start < UINT64_C(1) << 63) {
            o->base = m->start - m->offset + segment.p_offset - segment.p_vaddr;
            return true;
        }
        if (kernel_base(o, &segment, &o->base))
            return true;
        if (m->start == 0 && m->limit != 0 && !o->has_kernel_start) {
            o->base = m->start - segment.p_vaddr;
            return true;
        }
        break;
    case ET_REL:
        o->base = m->start;
        if (m->offset == 0)
            return true;
        break;
    case ET_DYN:
        if (has && kernel_base(o, &segment, &o->base))
            return true;
        o->base = m->start - m->offset + (has ? segment.p_offset - segment.p_vaddr : 0);
        return true;
    default:
        break;
    }
    return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the mapping does not suit an ELF file of type %d",
                           o->header.e_type);
}

bool cprof_object_address(cprof_object *o, uint64_t address, uint64_t *file_address, cprof_error *err) {
    if (!o->base_known) {
        bool whole = o->mapping.start == 0 && (o->mapping.limit == 0 || o->mapping.limit == UINT64_MAX);
        if (!whole && (address < o->mapping.start || address >= o->mapping.limit))
            return cprof_error_set(err, CPROF_ERR_VALUE, -1, "address 0x%llx is outside the mapping",
                                   (unsigned long long)address);
        if (!find_base(o, address, err))
            return false;
        o->base_known = true;
    }
    *file_address = address - o->base;
    return true;
}

/* ---- the symbol table ---------------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b) {
    const cprof_object_symbol *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return cprof_slice_compare(x->name, y->name);
}

/* A symbol ends where the next one starts, as its size may be missing or wrong. */
static void set_ends(cprof_object *o) {
    uint64_t next = UINT64_MAX;
    for (size_t i = o->symbols.count; i-- > 0;) {
        cprof_object_symbol *s = &o->symbols.at[i];
        if (i + 1 < o->symbols.count && o->symbols.at[i + 1].start != s->start)
            next = o->symbols.at[i + 1].start;
        uint64_t end = s->start + (s->end > s->start ? s->end - s->start : 0);
        s->end = next != UINT64_MAX ? next : end > s->start ? end : s->start + PAGE_SIZE;
    }
}

bool cprof_object_symbols(cprof_object *o, const cprof_object_symbol **symbols, size_t *count,
                          cprof_error *err) {
    if (!o->symbols_read) {
        int n = cprof_dw.dwfl_module_getsymtab(o->module);
        cprof_slice file = {NULL, 0};
        for (int i = 1; i < n; i++) {
            GElf_Sym symbol;
            GElf_Addr address;
            GElf_Word section;
            const char *name =
                cprof_dw.dwfl_module_getsym_info(o->module, i, &symbol, &address, &section, NULL, NULL);
            int type = GELF_ST_TYPE(symbol.st_info);
            bool is_local = GELF_ST_BIND(symbol.st_info) == STB_LOCAL;
            if (name && type == STT_FILE)
                file = cprof_slice_of(name);
            if (!name || !*name || symbol.st_shndx == SHN_UNDEF ||
                (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE))
                continue;
            cprof_object_symbol row = {.name = cprof_slice_of(name),
                                       .file = is_local ? file : (cprof_slice){NULL, 0},
                                       .start = address,
                                       .end = address + symbol.st_size,
                                       .size = symbol.st_size,
                                       .row = (uint32_t)i,
                                       .section = section,
                                       .is_function = type != STT_NOTYPE};
            if (!cprof_vec_push(o->env, &o->symbols, row))
                return cprof_error_memory(o->env, err);
        }
        if (!o->own_symbols && !cprof_object_go_symbols(o, err))
            return false;
        if (o->symbols.count > 0)
            qsort(o->symbols.at, o->symbols.count, sizeof *o->symbols.at, by_address);
        set_ends(o);
        o->symbols_read = true;
    }
    *symbols = o->symbols.at;
    *count = o->symbols.count;
    return true;
}

/* How many symbols start at or before the address. */
static size_t symbols_until(const cprof_object_symbol *symbols, size_t count, uint64_t address) {
    size_t low = 0;
    for (size_t high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (symbols[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of aliases, the last by name, as nm's order gives it. */
static const cprof_object_symbol *symbol_at(cprof_object *o, uint64_t address) {
    const cprof_object_symbol *symbols;
    size_t count;
    if (!cprof_object_symbols(o, &symbols, &count, NULL))
        return NULL;
    size_t end = symbols_until(symbols, count, address);
    return end > 0 && address < symbols[end - 1].end ? &symbols[end - 1] : NULL;
}

/* True when a says more about the address than b, both starting at the same place. */
static bool fits_better(const cprof_object_symbol *a, const cprof_object_symbol *b, uint64_t address) {
    bool a_reaches = address - a->start < a->size, b_reaches = address - b->start < b->size;
    if (a_reaches != b_reaches)
        return a_reaches;
    if (!a_reaches && a->size != b->size)
        return a->size > b->size;
    if (a->is_function != b->is_function)
        return a->is_function;
    return a->row < b->row;
}

static bool in_section(const cprof_object *o, uint32_t section, uint64_t address) {
    GElf_Shdr header;
    Elf_Scn *at = cprof_dw.elf_getscn(o->elf, section);
    return !at || !cprof_dw.gelf_getshdr(at, &header) ||
           (address >= header.sh_addr && address - header.sh_addr < header.sh_size);
}

const cprof_object_symbol *cprof_object_symbol_near(cprof_object *o, uint64_t address) {
    const cprof_object_symbol *last = symbol_at(o, address), *best = last;
    if (!last || !in_section(o, last->section, address))
        return NULL;
    for (const cprof_object_symbol *s = last; s && s >= o->symbols.at && s->start == last->start; s--)
        if (fits_better(s, best, address))
            best = s;
    return best;
}

/* Where no line is known, addr2line says so in the file's place; tools and people know its marks. */
static bool mark_unknown_line(cprof_object *o, cprof_object_frame *frame, cprof_slice file,
                              cprof_error *err) {
    if (frame->line != 0)
        return true;
    char *marked = cprof_arena_alloc(&o->arena, file.len + 2);
    if (!marked)
        return cprof_error_memory(o->env, err);
    memcpy(marked, file.ptr, file.len);
    memcpy(marked + file.len, ":?", 2);
    frame->file = (cprof_slice){marked, file.len + 2};
    return true;
}

/* What the symbol table says; fast: as nm says it, with no word on the line. */
static bool find_symbol(cprof_object *o, uint64_t at, bool fast, cprof_object_frames *frames,
                        cprof_error *err) {
    const cprof_object_symbol *symbol = !fast ? cprof_object_symbol_near(o, at)
                                        : o->own_symbols || cprof_object_has_go(o) ? symbol_at(o, at)
                                                                                   : NULL;
    if (!symbol)
        return true;
    cprof_object_frame frame = {.function = symbol->name, .file = CPROF_SLICE("")};
    cprof_slice file = symbol->file.ptr ? symbol->file : CPROF_SLICE("??");
    if (!fast && !mark_unknown_line(o, &frame, file, err))
        return false;
    return cprof_vec_push(o->env, frames, frame) || cprof_error_memory(o->env, err);
}

/* What the debug information says, or Go's own table. */
static bool find_lines(cprof_object *o, uint64_t at, cprof_object_frames *frames, cprof_error *err) {
    size_t before = frames->count;
    if (!cprof_object_dwarf_find(o, at, frames, err) ||
        (frames->count == before && !cprof_object_go_find(o, at, frames, err)))
        return false;
    for (size_t i = before; i < frames->count; i++) {
        cprof_slice file = frames->at[i].file;
        if (!mark_unknown_line(o, &frames->at[i], file.len > 0 ? file : CPROF_SLICE("??"), err))
            return false;
    }
    return true;
}

bool cprof_object_find(cprof_object *o, uint64_t address, bool fast, cprof_object_frames *frames,
                       cprof_error *err) {
    uint64_t at = 0;
    size_t before = frames->count;
    if (!cprof_object_address(o, address, &at, err) || (!fast && !find_lines(o, at, frames, err)) ||
        (frames->count == before && !find_symbol(o, at, fast, frames, err)))
        return false;
    if (fast || frames->count == before)
        return true;
    /* A debug entry may have less of a name than the symbol. */
    const cprof_object_symbol *symbol = o->own_symbols ? symbol_at(o, at) : NULL;
    cprof_object_frame *outermost = &frames->at[frames->count - 1];
    if (symbol && symbol->name.len > outermost->function.len + 1)
        outermost->function = symbol->name;
    return true;
}

bool cprof_object_code(cprof_object *o, uint64_t start, uint64_t end, uint32_t *machine, cprof_slice *code,
                       cprof_error *err) {
    *machine = o->header.e_machine;
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        Elf_Data *data;
        if (!cprof_dw.gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS ||
            !(header.sh_flags & SHF_EXECINSTR) || start < header.sh_addr ||
            start - header.sh_addr >= header.sh_size || !(data = cprof_dw.elf_rawdata(section, NULL)))
            continue;
        uint64_t from = start - header.sh_addr;
        uint64_t size = end > start ? end - start : 0;
        if (!data->d_buf || from >= data->d_size)
            continue;
        *code = (cprof_slice){(const char *)data->d_buf + from,
                              size < data->d_size - from ? size : data->d_size - from};
        return true;
    }
    return cprof_error_set(err, CPROF_ERR_VALUE, -1, "the file has no code at 0x%llx",
                           (unsigned long long)start);
}
