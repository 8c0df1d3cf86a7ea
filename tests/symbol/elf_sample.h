/* What a small ELF file says about itself, read without the code under test. */
#ifndef TESTS_SYMBOL_ELF_SAMPLE_H
#define TESTS_SYMBOL_ELF_SAMPLE_H

#include "symbol/object.h"

typedef struct elf_sample {
    char *bytes;
    size_t size;
} elf_sample;

/* The whole file; ends the test when it cannot be read. */
elf_sample elf_sample_read(const char *path);

/* A symbol's value in the symbol table; ends the test where there is none. */
uint64_t elf_sample_symbol(const elf_sample *sample, const char *name);

/* How a loader maps the code when it puts the file at base. */
cprof_object_mapping elf_sample_mapping(const elf_sample *sample, uint64_t base);

#endif
