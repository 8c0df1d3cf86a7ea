/* Go's own table of functions, which is in every binary of Go's linker, also where there is no DWARF.
 *
 * The table is what the Go runtime prints its stack traces from.  Its header has changed three times: with Go
 * 1.2, 1.16, 1.18 and 1.20.  Every offset in it is checked against the table's end.  Of inlined calls, the
 * innermost one's file and line are told, under the name of the function that they are in.
 */
#include "symbol/object_internal.h"

#include <string.h>

enum { GO_2 = 2, GO_16 = 16, GO_18 = 18, GO_20 = 20 };
enum { HEADER = 8, NAME_MAX_BYTES = 1 << 16, STEPS_MAX = 1 << 20 };

/* Fields of a function's record: words of 4 bytes behind its entry. */
enum { FIELD_NAME = 0, FIELD_FILE = 4, FIELD_LINE = 5, FIELD_UNIT = 7, FIELD_START_LINE = 8 };

/* ---- reading with care -----------------------------------------------------------------------------------
 */

static bool get(const cprof_go_table *t, uint64_t offset, unsigned size, uint64_t *value) {
    *value = 0;
    if (offset > t->data.len || size > t->data.len - offset)
        return false;
    const unsigned char *at = (const unsigned char *)t->data.ptr + offset;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)at[i] << 8 * (t->big_endian ? size - 1 - i : i);
    return true;
}

static bool get_text(const cprof_go_table *t, uint64_t offset, cprof_slice *text) {
    if (offset >= t->data.len)
        return false;
    size_t room = t->data.len - (size_t)offset;
    const char *at = t->data.ptr + offset,
               *end = memchr(at, 0, room < NAME_MAX_BYTES ? room : NAME_MAX_BYTES);
    if (!end)
        return false;
    *text = (cprof_slice){at, (size_t)(end - at)};
    return true;
}

static bool get_varint(const cprof_go_table *t, uint64_t *offset, uint32_t *value) {
    *value = 0;
    for (unsigned shift = 0; shift < 32 && *offset < t->data.len; shift += 7) {
        unsigned char byte = (unsigned char)t->data.ptr[(*offset)++];
        *value |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

/* ---- the header ------------------------------------------------------------------------------------------
 */

static int version_of(uint32_t magic) {
    static const struct {
        uint32_t magic;
        int version;
    } rows[] = {{0xfffffffb, GO_2}, {0xfffffffa, GO_16}, {0xfffffff0, GO_18}, {0xfffffff1, GO_20}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].magic == magic)
            return rows[i].version;
    return 0;
}

/* Word n of the header; what it says is an offset into the table. */
static bool offset_word(const cprof_go_table *t, unsigned n, uint64_t *offset) {
    return get(t, HEADER + (uint64_t)n * t->pointer, t->pointer, offset) && *offset <= t->data.len;
}

static bool read_old_header(cprof_go_table *t) {
    uint64_t files;
    t->functions = HEADER + t->pointer;
    return get(t, t->functions + t->count * 2 * t->pointer + t->pointer, 4, &files) && (t->files = files) > 0;
}

static bool read_header(cprof_go_table *t) {
    uint64_t magic, zero, quantum, pointer;
    if (!get(t, 0, 4, &magic) || !get(t, 4, 2, &zero) || !get(t, 6, 1, &quantum) || !get(t, 7, 1, &pointer))
        return false;
    t->version = version_of((uint32_t)magic);
    t->quantum = (uint32_t)quantum;
    t->pointer = (unsigned)pointer;
    if (!t->version || zero != 0 || (quantum != 1 && quantum != 2 && quantum != 4) ||
        (pointer != 4 && pointer != 8) || !get(t, HEADER, t->pointer, &t->count) || t->count == 0)
        return false;
    t->entry_size = t->version >= GO_18 ? 4 : t->pointer;
    if (t->count > t->data.len / (2 * t->entry_size))
        return false;
    if (t->version == GO_2)
        return read_old_header(t);
    unsigned at = 2;
    if (t->version >= GO_18 && !get(t, HEADER + (uint64_t)at++ * t->pointer, t->pointer, &t->text))
        return false;
    return offset_word(t, at, &t->names) && offset_word(t, at + 1, &t->units) &&
           offset_word(t, at + 2, &t->files) && offset_word(t, at + 3, &t->pcs) &&
           offset_word(t, at + 4, &t->functions);
}

/* ---- finding it ------------------------------------------------------------------------------------------
 */

/* The address of the code, where the file leaves it to the loader to be written: 0 when it is not known. */
static uint64_t relocated_text(cprof_object *o, uint64_t place) {
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        Elf_Data *data;
        if (!cprof_dw.gelf_getshdr(section, &header) || header.sh_type != SHT_RELA ||
            !(data = cprof_dw.elf_rawdata(section, NULL)) || !data->d_buf)
            continue;
        cprof_go_table rows = {.data = {data->d_buf, data->d_size}, .big_endian = o->go.big_endian};
        for (uint64_t at = 0, where, addend; get(&rows, at, 8, &where); at += 24)
            if (where == place && get(&rows, at + 16, 8, &addend))
                return addend;
    }
    return 0;
}

static bool try_table(cprof_object *o, cprof_slice data, uint64_t address) {
    cprof_go_table t = {.data = data, .big_endian = o->go.big_endian};
    if (!read_header(&t))
        return false;
    if (t.version >= GO_18 && t.text == 0 && t.pointer == 8)
        t.text = relocated_text(o, address + HEADER + 2 * (uint64_t)t.pointer);
    if (t.version >= GO_18 && t.text == 0)
        t.text = o->go.text;
    o->go = t;
    return true;
}

/* A table inside other read-only data, as position-independent programs have it. */
static bool search_section(cprof_object *o, cprof_slice data, uint64_t address) {
    const size_t align = 16;
    for (size_t at = 0; at + HEADER < data.len; at += align) {
        const unsigned char *b = (const unsigned char *)data.ptr + at;
        if (b[4] == 0 && b[5] == 0 && (b[1] & b[2]) == 0xff &&
            try_table(o, cprof_slice_sub(data, at, data.len), address + at))
            return true;
    }
    return false;
}

static void find_table(cprof_object *o) {
    static const char *const places[] = {".gopclntab", ".data.rel.ro.gopclntab", ".data.rel.ro"};
    size_t names;
    o->go.big_endian = o->header.e_ident[EI_DATA] == ELFDATA2MSB;
    if (cprof_dw.elf_getshdrstrndx(o->elf, &names) != 0)
        return;
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        const char *name = cprof_dw.gelf_getshdr(section, &header)
                               ? cprof_dw.elf_strptr(o->elf, names, header.sh_name)
                               : NULL;
        if (name && strcmp(name, ".text") == 0)
            o->go.text = header.sh_addr;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
            GElf_Shdr header;
            Elf_Data *data;
            const char *name = cprof_dw.gelf_getshdr(section, &header)
                                   ? cprof_dw.elf_strptr(o->elf, names, header.sh_name)
                                   : NULL;
            if (name && strcmp(name, places[i]) == 0 && (data = cprof_dw.elf_rawdata(section, NULL)) &&
                data->d_buf && search_section(o, (cprof_slice){data->d_buf, data->d_size}, header.sh_addr))
                return;
        }
}

bool cprof_object_has_go(cprof_object *o) {
    if (!o->go_read) {
        o->go_read = true;
        find_table(o);
    }
    return o->go.version != 0;
}

/* ---- functions -------------------------------------------------------------------------------------------
 */

typedef struct function {
    uint64_t start, end; /* end: where the next one starts */
    uint64_t record;     /* offset of its fields */
} function;

static bool get_function(const cprof_go_table *t, uint64_t row, function *f) {
    uint64_t at = t->functions + row * 2 * t->entry_size, record;
    if (!get(t, at, t->entry_size, &f->start) || !get(t, at + t->entry_size, t->entry_size, &record) ||
        !get(t, at + 2 * t->entry_size, t->entry_size, &f->end))
        return false;
    f->start += t->text;
    f->end += t->text;
    f->record = record + (t->version == GO_2 ? 0 : t->functions) + t->entry_size;
    return record < t->data.len && f->end > f->start;
}

static bool field(const cprof_go_table *t, const function *f, unsigned n, uint64_t *value) {
    return get(t, f->record + 4 * (uint64_t)n, 4, value);
}

static bool name_of(const cprof_go_table *t, const function *f, cprof_slice *name) {
    uint64_t offset;
    return field(t, f, FIELD_NAME, &offset) && get_text(t, t->names + offset, name);
}

static bool find_function(const cprof_go_table *t, uint64_t address, function *f) {
    uint64_t low = 0, start;
    for (uint64_t high = t->count; low < high;) {
        uint64_t middle = low + (high - low) / 2;
        if (!get(t, t->functions + middle * 2 * t->entry_size, t->entry_size, &start))
            return false;
        if (start + t->text <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && get_function(t, low - 1, f) && address >= f->start && address < f->end;
}

/* What one of a function's tables says of an address: steps of value and address. */
static bool value_at(const cprof_go_table *t, const function *f, unsigned table, uint64_t address,
                     int64_t *value) {
    uint64_t offset, pc = f->start;
    if (!field(t, f, table, &offset) || offset == 0)
        return false;
    offset += t->pcs;
    *value = -1;
    for (uint32_t step = 0, delta, size; step < STEPS_MAX; step++) {
        if (!get_varint(t, &offset, &delta) || (delta == 0 && step > 0) || !get_varint(t, &offset, &size))
            return false;
        *value += delta & 1 ? -(int64_t)(delta >> 1) - 1 : (int64_t)(delta >> 1);
        pc += (uint64_t)size * t->quantum;
        if (address < pc)
            return *value >= 0 && *value <= INT32_MAX;
    }
    return false;
}

static bool file_at(const cprof_go_table *t, const function *f, uint64_t address, cprof_slice *file) {
    int64_t number;
    uint64_t unit, offset;
    if (!value_at(t, f, FIELD_FILE, address, &number))
        return false;
    if (t->version == GO_2)
        return get(t, t->files + 4 * (uint64_t)number, 4, &offset) && get_text(t, offset, file);
    return field(t, f, FIELD_UNIT, &unit) && get(t, t->units + 4 * (unit + (uint64_t)number), 4, &offset) &&
           offset != UINT32_MAX && get_text(t, t->files + offset, file);
}

bool cprof_object_go_find(cprof_object *o, uint64_t address, cprof_object_frames *frames, cprof_error *err) {
    cprof_object_frame frame = {.function = CPROF_SLICE(""), .file = CPROF_SLICE("")};
    const cprof_go_table *t = &o->go;
    function f;
    uint64_t start_line;
    if (!cprof_object_has_go(o) || !find_function(t, address, &f) || !name_of(t, &f, &frame.function))
        return true;
    if (!file_at(t, &f, address, &frame.file) || !value_at(t, &f, FIELD_LINE, address, &frame.line))
        frame.line = 0;
    if (t->version >= GO_20 && field(t, &f, FIELD_START_LINE, &start_line) && start_line <= INT32_MAX)
        frame.start_line = (int64_t)start_line;
    return cprof_vec_push(o->env, frames, frame) || cprof_error_memory(o->env, err);
}

bool cprof_object_go_symbols(cprof_object *o, cprof_error *err) {
    if (!cprof_object_has_go(o))
        return true;
    for (uint64_t row = 0; row < o->go.count; row++) {
        function f;
        cprof_object_symbol symbol = {.is_function = true, .row = (uint32_t)row};
        if (!get_function(&o->go, row, &f) || !name_of(&o->go, &f, &symbol.name))
            continue;
        symbol.start = f.start;
        symbol.end = f.end;
        symbol.size = f.end - f.start;
        if (!cprof_vec_push(o->env, &o->symbols, symbol))
            return cprof_error_memory(o->env, err);
    }
    return true;
}
