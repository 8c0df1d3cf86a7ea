#include "elf_sample.h"

#include "support.h"

#include <elf.h>
#include <string.h>

elf_sample elf_sample_read(const char *path) {
    FILE *file = fopen(path, "rb");
    elf_sample s = {NULL, 0};
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    s.size = (size_t)ftell(file);
    rewind(file);
    s.bytes = malloc(s.size);
    assert_non_null(s.bytes);
    assert_int_equal(fread(s.bytes, 1, s.size, file), s.size);
    fclose(file);
    return s;
}

static const void *at(const elf_sample *s, uint64_t offset, size_t size) {
    assert_true(offset <= s->size && size <= s->size - offset);
    return s->bytes + offset;
}

uint64_t elf_sample_symbol(const elf_sample *s, const char *name) {
    const Elf64_Ehdr *header = at(s, 0, sizeof *header);
    const Elf64_Shdr *sections = at(s, header->e_shoff, header->e_shnum * sizeof *sections);
    for (size_t i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB)
            continue;
        const Elf64_Sym *symbols = at(s, sections[i].sh_offset, sections[i].sh_size);
        const char *names = at(s, sections[sections[i].sh_link].sh_offset, 1);
        for (size_t k = 0; k < sections[i].sh_size / sizeof *symbols; k++)
            if (strcmp(names + symbols[k].st_name, name) == 0)
                return symbols[k].st_value;
    }
    fail_msg("no symbol %s", name);
    return 0;
}

cprof_object_mapping elf_sample_mapping(const elf_sample *s, uint64_t base) {
    enum { PAGE = 4096 };
    const Elf64_Ehdr *header = at(s, 0, sizeof *header);
    const Elf64_Phdr *segments = at(s, header->e_phoff, header->e_phnum * sizeof *segments);
    cprof_object_mapping m = {0};
    for (size_t i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD && (segments[i].p_flags & PF_X)) {
            m.start = base + segments[i].p_vaddr / PAGE * PAGE;
            m.offset = segments[i].p_offset / PAGE * PAGE;
            m.limit = base + (segments[i].p_vaddr + segments[i].p_memsz + PAGE - 1) / PAGE * PAGE;
        }
    return m;
}
