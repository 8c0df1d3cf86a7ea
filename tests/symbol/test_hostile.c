/* Binaries that are cut off or have wrong bytes, read as the program reads them: the reader may fail, and say
 * so, in bounded time; whoever asked lives on.  usage: test_hostile BINARY [MUTATIONS] */
#include "base/child.h"
#include "elf_sample.h"
#include "support.h"
#include "symbol/binary.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS = 20, CUTS = 150, ADDRESSES = 64 };

static elf_sample sample;
static long mutations = 600;
static char path[] = "/tmp/cprof-hostile-XXXXXX";
static uint64_t addresses[ADDRESSES];
static uint32_t rows[ADDRESSES];
static cprof_strtab strings;
static unsigned read_well;

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void write_file(const char *bytes, size_t size) {
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    close(fd);
}

/* Asks for all addresses and for the symbol table. */
static void read_file(void) {
    cprof_mapping mapping = {0};
    cprof_profile profile = {.strings = strings, .locations = {.count = ADDRESSES, .address = addresses}};
    cprof_binary_job job = {&profile, &mapping, path, rows, ADDRESSES, false};
    cprof_child_limits limits = {.seconds = SECONDS, .output_max = 16 << 20};
    for (int i = 0; i < 2; i++) {
        cprof_child_output output = {0};
        cprof_error err = CPROF_ERROR_INIT;
        bool ok = cprof_child_run(i ? cprof_binary_read_symbols : cprof_binary_read, &job, "reading", limits,
                                  NULL, &output, &err);
        if (!ok && err.code == CPROF_ERR_LIMIT)
            fail_msg("%s", err.message);
        assert_true(ok || *err.message);
        read_well += ok;
        cprof_vec_free(NULL, &output);
    }
}

static void survives_cuts(void **state) {
    (void)state;
    for (size_t i = 0; i < CUTS; i++) {
        write_file(sample.bytes, sample.size * i / CUTS);
        read_file();
    }
}

/* A few bytes each: most of them anywhere, some in the headers, where they do most harm. */
static void survives_wrong_bytes(void **state) {
    uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
    char *copy = malloc(sample.size);
    (void)state;
    assert_non_null(copy);
    for (long i = 0; i < mutations; i++) {
        memcpy(copy, sample.bytes, sample.size);
        for (uint64_t n = 1 + next_random(&seed) % 8; n > 0; n--) {
            static const unsigned char odd[] = {0, 1, 0x7f, 0x80, 0xff};
            uint64_t where = next_random(&seed);
            size_t at = where % 4 == 0 ? where / 4 % 1024 % sample.size : where / 4 % sample.size;
            uint64_t value = next_random(&seed);
            copy[at] = (char)(value % 2 ? odd[value / 2 % sizeof odd] : value / 2);
        }
        write_file(copy, sample.size);
        read_file();
    }
    free(copy);
    assert_true(read_well > 0); /* most damage is elsewhere: else nothing was tried */
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_cuts),
        cmocka_unit_test(survives_wrong_bytes),
    };
    int fd = argc > 1 ? mkstemp(path) : -1;
    if (fd < 0)
        return 2;
    close(fd);
    if (argc > 2)
        mutations = strtol(argv[2], NULL, 10);
    sample = elf_sample_read(argv[1]);
    uint64_t first = elf_sample_symbol(&sample, "outer");
    for (uint32_t i = 0; i < ADDRESSES; i++) {
        addresses[i] = first + i;
        rows[i] = i;
    }
    if (!cprof_strtab_init(&strings, NULL))
        return 2;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cprof_strtab_deinit(&strings);
    unlink(path);
    free(sample.bytes);
    return failed;
}
