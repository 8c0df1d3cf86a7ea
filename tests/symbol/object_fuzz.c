/* Any bytes, read as a binary in this process, so that what the reader does is seen by the fuzzer and by the
 * sanitizers: all it knows of some addresses, its symbols and its code. */
#include "symbol/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ADDRESSES = 24, SYMBOLS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void find(cprof_object *object, uint64_t address) {
    cprof_object_frames frames = {0};
    for (int fast = 0; fast < 2; fast++) {
        cprof_object_find(object, address, fast, &frames, NULL);
        for (size_t i = 0; i < frames.count; i++) /* every byte of them can be read */
            if (!cprof_slice_equal(frames.at[i].function, frames.at[i].function) ||
                !cprof_slice_equal(frames.at[i].file, frames.at[i].file))
                abort();
    }
    cprof_vec_free(NULL, &frames);
}

static void ask(cprof_object *object) {
    const cprof_object_symbol *symbols;
    size_t count = 0;
    uint32_t machine;
    cprof_slice code;
    for (uint64_t i = 0; i < ADDRESSES; i++)
        find(object, 0x1000 + i * 8);
    if (!cprof_object_symbols(object, &symbols, &count, NULL))
        return;
    for (size_t i = 0; i < count && i < SYMBOLS; i++) {
        uint64_t start = symbols[i].start;
        find(object, start + 1);
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
