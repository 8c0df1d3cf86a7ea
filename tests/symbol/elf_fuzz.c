/* Any bytes, read as a binary in the way the program reads them: in a child.  A crash of the library that
 * reads them is the child's; what is looked for is one of the caller, a hang, or an answer without bounds. */
#include "base/child.h"
#include "symbol/binary.h"

#include <stdlib.h>
#include <unistd.h>

enum { SECONDS = 5, OUTPUT_MAX = 1 << 20, ADDRESSES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const cprof_profile *profile, const char *path, const uint32_t *rows) {
    const cprof_mapping mapping = {0};
    cprof_binary_job job = {profile, &mapping, path, rows, ADDRESSES, false};
    cprof_child_limits limits = {.seconds = SECONDS, .output_max = OUTPUT_MAX};
    for (int i = 0; i < 2; i++) {
        cprof_child_output output = {0};
        cprof_error err = CPROF_ERROR_INIT;
        bool ok = cprof_child_run(i ? cprof_binary_read_symbols : cprof_binary_read, &job, "reading", limits,
                                  NULL, &output, &err);
        if (!ok && (!*err.message || strstr(err.message, "took")))
            abort();
        cprof_vec_free(NULL, &output);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[] = "/tmp/cprof-fuzz-XXXXXX";
    uint64_t addresses[ADDRESSES];
    uint32_t rows[ADDRESSES];
    cprof_profile profile = {.locations = {.count = ADDRESSES, .address = addresses}};
    for (uint32_t i = 0; i < ADDRESSES; i++) {
        addresses[i] = i * 4;
        rows[i] = i;
    }
    int fd = mkstemp(path);
    if (fd < 0)
        return 0;
    bool written = write(fd, data, size) == (ssize_t)size;
    close(fd);
    if (written && cprof_strtab_init(&profile.strings, NULL)) {
        ask(&profile, path, rows);
        cprof_strtab_deinit(&profile.strings);
    }
    unlink(path);
    return 0;
}
