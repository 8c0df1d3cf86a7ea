/* Compressed debug sections, unpacked ahead of libelf.
 *
 * libelf unpacks every debug section as soon as one is wanted, with zlib, which takes as long as everything
 * else that is done with a large file.  Here an ELF file is made in memory that has the sections that are of
 * use, unpacked with libdeflate.  Whatever is out of the ordinary is left to libelf.
 */
#include "symbol/object_internal.h"

#ifdef CPROF_HAVE_LIBDEFLATE

#include <fcntl.h>
#include <libdeflate.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ALIGN = 64, RATIO_MAX = 1032 /* deflate's own limit */ };

#define FUNCTIONS(X)                                                                                         \
    X(libdeflate_alloc_decompressor) X(libdeflate_free_decompressor) X(libdeflate_zlib_decompress)

static struct { FUNCTIONS(CPROF_LIBRARY_SLOT) } deflate;
static const char *const names[] = {FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_LIBDEFLATE_SONAME, names, deflate);

/* ---- the file that is read -------------------------------------------------------------------------------
 */

typedef struct source {
    const char *at; /* mapped */
    size_t size;
    Elf64_Ehdr header;
    cprof_slice section_names; /* ends with a zero byte */
} source;

static bool has_bytes(const source *s, uint64_t offset, uint64_t size) {
    return offset <= s->size && size <= s->size - offset;
}

static Elf64_Shdr section_of(const source *s, size_t row) {
    Elf64_Shdr section;
    memcpy(&section, s->at + s->header.e_shoff + row * sizeof section, sizeof section);
    return section;
}

static const char *name_of(const source *s, const Elf64_Shdr *section) {
    return section->sh_name < s->section_names.len ? s->section_names.ptr + section->sh_name : "";
}

/* 64 bits and in this machine's order of bytes; others are rare. */
static bool read_header(source *s) {
    static const unsigned char own[] = {
        0x7f, 'E', 'L', 'F', ELFCLASS64, __BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB};
    if (s->size < sizeof s->header || memcmp(s->at, own, sizeof own) != 0)
        return false;
    memcpy(&s->header, s->at, sizeof s->header);
    if (s->header.e_shentsize != sizeof(Elf64_Shdr) || s->header.e_shstrndx >= s->header.e_shnum ||
        !has_bytes(s, s->header.e_shoff, s->header.e_shnum * sizeof(Elf64_Shdr)))
        return false;
    Elf64_Shdr text = section_of(s, s->header.e_shstrndx);
    if (text.sh_size == 0 || !has_bytes(s, text.sh_offset, text.sh_size) ||
        s->at[text.sh_offset + text.sh_size - 1] != 0)
        return false;
    s->section_names = (cprof_slice){s->at + text.sh_offset, text.sh_size};
    return true;
}

/* ---- the image -------------------------------------------------------------------------------------------
 */

/* Those that functions, lines and their names are in. */
static bool is_wanted(const char *name) {
    static const char *const wanted[] = {
        ".debug_info",     ".debug_abbrev", ".debug_line", ".debug_str",         ".debug_line_str",
        ".debug_rnglists", ".debug_ranges", ".debug_addr", ".debug_str_offsets", ".debug_types"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strcmp(wanted[i], name) == 0)
            return true;
    return false;
}

/* How the section is to stand in the image, but for its offset: of no size where it is not wanted.  False
 * where it is of a kind that is not understood. */
static bool plan_section(const source *s, size_t row, Elf64_Shdr *section, bool *compressed) {
    Elf64_Chdr pressed;
    bool wanted = is_wanted(name_of(s, section)) || row == s->header.e_shstrndx;
    *compressed = wanted && (section->sh_flags & SHF_COMPRESSED);
    section->sh_flags &= ~(Elf64_Xword)SHF_COMPRESSED;
    if (!wanted || section->sh_type == SHT_NOBITS) {
        section->sh_type = SHT_NULL;
        section->sh_size = 0;
        *compressed = false;
        return true;
    }
    if (!has_bytes(s, section->sh_offset, section->sh_size))
        return false;
    if (!*compressed)
        return true;
    if (section->sh_size < sizeof pressed)
        return false;
    memcpy(&pressed, s->at + section->sh_offset, sizeof pressed);
    if (pressed.ch_type != ELFCOMPRESS_ZLIB || pressed.ch_size / RATIO_MAX > section->sh_size)
        return false;
    section->sh_size = pressed.ch_size;
    section->sh_addralign = pressed.ch_addralign;
    return true;
}

static size_t aligned(size_t size) {
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

/* The size of the image; 0: there is nothing to unpack, or it is left to others. */
static size_t plan(const source *s) {
    size_t size = aligned(sizeof s->header + s->header.e_shnum * sizeof(Elf64_Shdr));
    bool any = false, compressed;
    for (size_t row = 0; row < s->header.e_shnum; row++) {
        Elf64_Shdr section = section_of(s, row);
        /* Debug information that is shared with other files is found by the place of this one. */
        if (strcmp(name_of(s, &section), ".gnu_debugaltlink") == 0 ||
            !plan_section(s, row, &section, &compressed) || section.sh_size > SIZE_MAX / 2 - size - ALIGN)
            return 0;
        size += aligned(section.sh_size);
        any |= compressed;
    }
    return any ? size : 0;
}

static bool fill(const source *s, char *image, struct libdeflate_decompressor *d) {
    Elf64_Ehdr header = s->header;
    size_t to = aligned(sizeof header + header.e_shnum * sizeof(Elf64_Shdr));
    header.e_phnum = 0;
    header.e_phoff = 0;
    header.e_shoff = sizeof header;
    memcpy(image, &header, sizeof header);
    for (size_t row = 0; row < header.e_shnum; row++) {
        Elf64_Shdr was = section_of(s, row), section = was;
        bool compressed;
        if (!plan_section(s, row, &section, &compressed))
            return false;
        section.sh_offset = to;
        memcpy(image + sizeof header + row * sizeof section, &section, sizeof section);
        const char *from = section.sh_type != SHT_NULL ? s->at + was.sh_offset : s->at;
        if (compressed &&
            deflate.libdeflate_zlib_decompress(d, from + sizeof(Elf64_Chdr), was.sh_size - sizeof(Elf64_Chdr),
                                               image + to, section.sh_size, NULL) != LIBDEFLATE_SUCCESS)
            return false;
        if (!compressed && section.sh_size > 0)
            memcpy(image + to, from, section.sh_size);
        to += aligned(section.sh_size);
    }
    return true;
}

static bool make_image(cprof_object *o, const source *s) {
    size_t size = plan(s);
    if (size == 0 || !cprof_library_load(&library, NULL))
        return false;
    struct libdeflate_decompressor *d = deflate.libdeflate_alloc_decompressor();
    if (!d)
        return false;
    void *image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool ok = image != MAP_FAILED;
    if (ok) {
        madvise(image, size, MADV_HUGEPAGE);
        o->image = image;
        o->image_size = size;
        ok = fill(s, image, d);
    }
    deflate.libdeflate_free_decompressor(d);
    return ok;
}

/* ---- which file ------------------------------------------------------------------------------------------
 */

static bool has_debug_info(const cprof_object *o) {
    size_t section_names;
    if (cprof_dw.elf_getshdrstrndx(o->elf, &section_names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = cprof_dw.elf_nextscn(o->elf, section));) {
        GElf_Shdr header;
        const char *name = cprof_dw.gelf_getshdr(section, &header)
                               ? cprof_dw.elf_strptr(o->elf, section_names, header.sh_name)
                               : NULL;
        if (name && strcmp(name, ".debug_info") == 0 && header.sh_type != SHT_NOBITS)
            return true;
    }
    return false;
}

static bool has_build_id(int fd, const char *wanted) {
    char text[CPROF_BUILD_ID_TEXT];
    const void *bits;
    Elf *elf = cprof_dw.elf_begin(fd, ELF_C_READ_MMAP, NULL);
    ssize_t size = elf ? cprof_dw.dwelf_elf_gnu_build_id(elf, &bits) : -1;
    cprof_object_build_id_text(size > 0 ? bits : NULL, size > 0 ? (size_t)size : 0, text);
    if (elf)
        cprof_dw.elf_end(elf);
    return strcmp(text, wanted) == 0;
}

/* The separate debug file, in the places where it is most often; -1 where it is not: libdw knows more. */
static int open_debug_file(const cprof_object *o) {
    static const char *const forms[] = {"%1$.*2$s/%3$s", "%1$.*2$s/.debug/%3$s",
                                        "/usr/lib/debug%1$.*2$s/%3$s"};
    char path[PATH_MAX];
    GElf_Word crc;
    const char *link = cprof_dw.dwelf_elf_gnu_debuglink(o->elf, &crc), *slash = strrchr(o->path, '/');
    if (strlen(o->build_id) < 3)
        return -1;
    for (size_t i = 0; i <= sizeof forms / sizeof *forms; i++) {
        int n = PATH_MAX;
        if (i == 0)
            n = snprintf(path, sizeof path, "/usr/lib/debug/.build-id/%.2s/%s.debug", o->build_id,
                         o->build_id + 2);
        else if (link)
            n = snprintf(path, sizeof path, forms[i - 1], slash ? o->path : ".",
                         slash ? (int)(slash - o->path) : 1, link);
        int fd = n < PATH_MAX ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
        if (fd >= 0 && has_build_id(fd, o->build_id))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

static bool read_file(cprof_object *o, int fd) {
    struct stat st;
    source s = {0};
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
        return false;
    s.size = (size_t)st.st_size;
    void *file = mmap(NULL, s.size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file == MAP_FAILED)
        return false;
    s.at = file;
    bool ok = read_header(&s) && make_image(o, &s);
    munmap(file, s.size);
    return ok;
}

Dwarf *cprof_object_unpack(cprof_object *o) {
    if (o->header.e_type != ET_EXEC && o->header.e_type != ET_DYN)
        return NULL; /* what still has to be relocated is libdw's */
    int fd = has_debug_info(o) ? open(o->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : open_debug_file(o);
    bool ok = fd >= 0 && read_file(o, fd);
    if (fd >= 0)
        close(fd);
    if (ok)
        o->image_elf = cprof_dw.elf_memory(o->image, o->image_size);
    return o->image_elf ? cprof_dw.dwarf_begin_elf(o->image_elf, DWARF_C_READ, NULL) : NULL;
}

void cprof_object_unpack_deinit(cprof_object *o) {
    if (o->image_elf && o->dwarf)
        cprof_dw.dwarf_end(o->dwarf);
    if (o->image_elf)
        cprof_dw.elf_end(o->image_elf);
    if (o->image)
        munmap(o->image, o->image_size);
}

#else

Dwarf *cprof_object_unpack(cprof_object *o) {
    (void)o;
    return NULL;
}

void cprof_object_unpack_deinit(cprof_object *o) {
    (void)o;
}

#endif
