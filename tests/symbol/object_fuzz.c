/* Any bytes, read as a binary in this process, so that the fuzzer and the sanitizers see what the reader
 * does: its symbols, its code, Go's table and the unpacking of sections.  DWARF is left out, as libdw has
 * faults of its own, which the program meets in a child only: see elf_fuzz.c. */
#include "symbol/object_internal.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ADDRESSES = 24, SYMBOLS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint64_t touched;

static void find(cprof_object *object, uint64_t address) {
    cprof_object_frames frames = {0};
    cprof_object_go_find(object, address, &frames, NULL);
    cprof_object_find(object, address, true, &frames, NULL);
    for (size_t i = 0; i < frames.count; i++) { /* every byte of them can be read */
        touched += cprof_hash_bytes(frames.at[i].function.ptr, frames.at[i].function.len);
        touched += cprof_hash_bytes(frames.at[i].file.ptr, frames.at[i].file.len);
    }
    cprof_vec_free(NULL, &frames);
}

static void ask(cprof_object *object) {
    const cprof_object_symbol *symbols;
    size_t count = 0;
    uint32_t machine;
    cprof_slice code;
    object->dwarf = cprof_object_unpack(object);
    for (uint64_t i = 0; i < ADDRESSES; i++)
        find(object, 0x1000 + i * 8);
    if (!cprof_object_symbols(object, &symbols, &count, NULL))
        return;
    for (size_t i = 0; i < count && i < SYMBOLS; i++) {
        uint64_t start = symbols[i].start;
        find(object, start + 1);
        cprof_object_symbol_near(object, start + 1);
        cprof_object_code(object, start, symbols[i].end, &machine, &code, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cprof_object_mapping mapping = {0};
    char path[32];
    int fd = memfd_create("cprof-fuzz", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size) {
        cprof_object *object = cprof_object_open(path, &mapping, NULL, NULL);
        if (object)
            ask(object);
        cprof_object_close(object);
    }
    close(fd);
    return 0;
}
