#include "input/inflate.h"
#include "input/reader.h"
#include "proto_random.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* Something that deflates, of any size; the same bytes each time. */
static char *some_bytes(size_t size) {
    char *bytes = malloc(size + 1);
    random_source r = {7};
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)("profile"[random_below(&r, 7)] + (i >> 12) % 50);
    return bytes;
}

static void put_gzip(wire_buffer *out, const char *bytes, size_t size, int level) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, size) + 32;
    uint8_t *packed = malloc(room);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)size;
    z.next_out = packed;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    wire_put(out, packed, z.total_out);
    deflateEnd(&z);
    free(packed);
}

static char last_note[200];

static void keep_note(void *context, const char *message) {
    (void)context;
    snprintf(last_note, sizeof last_note, "%s", message);
}

static const cprof_env noting = {.note = keep_note};

/* Reads everything chunk by chunk; false where there is an error. */
static bool read_chunks(cprof_reader *reader, wire_buffer *all, cprof_error *err) {
    *all = (wire_buffer){0};
    for (;;) {
        cprof_slice chunk;
        if (!cprof_reader_next(reader, &chunk, err))
            return false;
        if (chunk.len == 0)
            return true;
        wire_put(all, chunk.ptr, chunk.len);
    }
}

static void expect_bytes(cprof_reader *reader, const char *bytes, size_t size) {
    cprof_error err = CPROF_ERROR_INIT;
    wire_buffer all;
    assert_non_null(reader);
    if (!read_chunks(reader, &all, &err))
        fail_msg("%s", err.message);
    assert_int_equal(all.count, size);
    assert_true(size == 0 || memcmp(all.bytes, bytes, size) == 0);
    free(all.bytes);
    cprof_reader_free(reader);
}

static void write_file(const char *path, const char *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static char folder[] = "/tmp/cprof-reader-XXXXXX", path[64];

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

/* All sizes around those of chunks, heads and threads; plain and packed; from memory and from files. */
static void test_sizes(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 100, 65535, 65536, 65537, 262143, 262144, 262145, 3000000, 9000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = some_bytes(sizes[i]);
        for (int packed = 0; packed < 2; packed++) {
            wire_buffer b = {0};
            if (packed)
                put_gzip(&b, bytes, sizes[i], sizes[i] > 4000000 ? 0 : 6);
            else
                wire_put(&b, bytes, sizes[i]);
            cprof_slice slice = {b.bytes, b.count}, all;
            expect_bytes(cprof_reader_of(slice, "memory", NULL, NULL), bytes, sizes[i]);
            write_file(path, b.bytes, b.count);
            expect_bytes(cprof_reader_open(path, NULL, NULL), bytes, sizes[i]);
            cprof_reader *reader = cprof_reader_open(path, NULL, NULL);
            assert_true(cprof_reader_head(reader, &all, NULL));
            assert_int_equal(all.len, sizes[i] < 65536 ? sizes[i] : 65536);
            assert_int_equal(cprof_reader_head_is_all(reader), sizes[i] <= 65536);
            assert_memory_equal(all.ptr, bytes, all.len);
            assert_true(cprof_reader_all(reader, &all, NULL));
            assert_int_equal(all.len, sizes[i]);
            assert_memory_equal(all.ptr, bytes, sizes[i]);
            cprof_reader_free(reader);
            free(b.bytes);
        }
        free(bytes);
    }
}

/* Each engine, in pieces of any size, with bytes behind the stream that are not its. */
static void test_inflate_engines(void **state) {
    (void)state;
    enum { SIZE = 300000, BEHIND = 13 };
    char *bytes = some_bytes(SIZE), *got = malloc(SIZE);
    wire_buffer b = {0};
    put_gzip(&b, bytes, SIZE, 6);
    for (const cprof_inflate_engine *engine = cprof_inflate_engines; engine->name; engine++) {
        void *state_bytes = calloc(1, engine->state_size);
        assert_int_equal(engine->begin(state_bytes), CPROF_INFLATE_MORE);
        for (size_t step = 1; step < 100000; step = step * 3 + 1) {
            const uint8_t *in = (const uint8_t *)b.bytes + 10, *end = (const uint8_t *)b.bytes + b.count;
            cprof_inflate_io io = {in, 0, (uint8_t *)got, 0};
            cprof_inflate_status status = CPROF_INFLATE_MORE;
            engine->reset(state_bytes);
            while (status == CPROF_INFLATE_MORE) {
                size_t left = (size_t)(end - io.in), room = (size_t)((uint8_t *)got + SIZE - io.out);
                io.in_left = left < step ? left : step;
                io.out_left = room < step * 2 ? room : step * 2;
                status = engine->step(state_bytes, &io);
            }
            assert_int_equal(status, CPROF_INFLATE_END);
            assert_int_equal(end - io.in, 8); /* the trailer */
            assert_memory_equal(got, bytes, SIZE);
        }
        assert_int_equal(engine->crc32(engine->crc32(0, (const uint8_t *)bytes, 1000),
                                       (const uint8_t *)bytes + 1000, SIZE - 1000),
                         crc32(0, (const Bytef *)bytes, SIZE));
        engine->end(state_bytes);
        free(state_bytes);
    }
    free(b.bytes);
    free(bytes);
    free(got);
}

static void test_members(void **state) {
    (void)state;
    wire_buffer b = {0};
    put_gzip(&b, "heap ", 5, 6);
    put_gzip(&b, "", 0, 6);
    put_gzip(&b, "profile", 7, 0);
    size_t members = b.count;
    cprof_slice all = {b.bytes, b.count};
    last_note[0] = 0;
    expect_bytes(cprof_reader_of(all, "m", &noting, NULL), "heap profile", 12);
    assert_string_equal(last_note, "");

    static const char zeros[1000];
    for (size_t n = 1; n <= sizeof zeros; n = n * 3) {
        b.count = members;
        wire_put(&b, zeros, n);
        expect_bytes(cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", &noting, NULL), "heap profile",
                     12);
        assert_string_equal(last_note, "");
    }
    static const struct {
        const char *bytes;
        size_t size, offset;
    } garbage[] = {{"x", 1, 0},       {"xyz", 3, 0},  {"\0x", 2, 1},
                   {"\0\0\0x", 4, 3}, {"\x1f", 1, 0}, {"\x1fx", 2, 0}};
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        char expected[100];
        b.count = members;
        wire_put(&b, garbage[i].bytes, garbage[i].size);
        last_note[0] = 0;
        expect_bytes(cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", &noting, NULL), "heap profile",
                     12);
        snprintf(expected, sizeof expected, "from byte %zu on", members + garbage[i].offset);
        assert_non_null(strstr(last_note, expected));
    }
    free(b.bytes);
}

/* name, comment, extra field and checksum of the header (RFC 1952) */
static void test_header_fields(void **state) {
    (void)state;
    wire_buffer plain = {0}, b = {0};
    put_gzip(&plain, "heap profile", 12, 6);
    wire_put(&b, "\x1f\x8b\x08\x1e\0\0\0\0\0\x03", 10);
    wire_put(&b, "\x04\0AB\1\2", 6);
    wire_put(&b, "name\0comment\0", 13);
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)b.bytes, (uInt)b.count);
    wire_put(&b, (char[]){(char)crc, (char)(crc >> 8)}, 2);
    size_t header = b.count;
    wire_put(&b, plain.bytes + 10, plain.count - 10);
    expect_bytes(cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", NULL, NULL), "heap profile", 12);
    b.bytes[header - 1] ^= 1;
    cprof_error err = CPROF_ERROR_INIT;
    wire_buffer all;
    cprof_reader *reader = cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", NULL, NULL);
    assert_false(read_chunks(reader, &all, &err));
    assert_non_null(strstr(err.message, "checksum of the header"));
    cprof_reader_free(reader);
    free(all.bytes);
    free(b.bytes);
    free(plain.bytes);
}

static void refuses(const wire_buffer *b, size_t size, int64_t offset, const char *part) {
    cprof_error err = CPROF_ERROR_INIT;
    wire_buffer all;
    char *exact = malloc(size);
    memcpy(exact, b->bytes, size);
    cprof_reader *reader = cprof_reader_of((cprof_slice){exact, size}, "m", NULL, NULL);
    assert_false(read_chunks(reader, &all, &err));
    assert_int_equal(err.code, CPROF_ERR_FORMAT);
    if (!strstr(err.message, part) || (offset >= 0 && err.offset != offset))
        fail_msg("offset %lld: %s", (long long)err.offset, err.message);
    cprof_reader_free(reader);
    free(all.bytes);
    free(exact);
}

static void test_broken_gzip(void **state) {
    (void)state;
    char *bytes = some_bytes(5000);
    wire_buffer b = {0};
    put_gzip(&b, bytes, 5000, 6);
    for (size_t size = 2; size < b.count; size += size < 30 || size > b.count - 30 ? 1 : 97)
        refuses(&b, size, (int64_t)size, "cut off");
    b.bytes[b.count - 5] ^= 1;
    refuses(&b, b.count, (int64_t)b.count, "checksum");
    b.bytes[b.count - 5] ^= 1;
    b.bytes[b.count - 1] ^= 1;
    refuses(&b, b.count, (int64_t)b.count, "length");
    b.bytes[b.count - 1] ^= 1;
    b.bytes[2] = 7;
    refuses(&b, b.count, -1, "compression method");
    b.bytes[2] = 8;
    b.bytes[10] = 7; /* a block of the type that there is not */
    refuses(&b, b.count, -1, "corrupt data");
    free(b.bytes);
    free(bytes);
}

static void test_bounds(void **state) {
    (void)state;
    enum { SIZE = 1 << 20 };
    char *bytes = calloc(1, SIZE);
    wire_buffer b = {0}, all;
    cprof_error err = CPROF_ERROR_INIT;
    put_gzip(&b, bytes, SIZE, 9);
    cprof_reader *reader = cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", NULL, NULL);
    cprof_reader_set_limit(reader, SIZE - 1);
    assert_false(read_chunks(reader, &all, &err));
    assert_int_equal(err.code, CPROF_ERR_LIMIT);
    cprof_reader_free(reader);
    free(all.bytes);

    cprof_budget budget = {.limit = SIZE};
    cprof_env env = {.budget = &budget};
    cprof_slice whole;
    reader = cprof_reader_of((cprof_slice){b.bytes, b.count}, "m", &env, NULL);
    assert_false(cprof_reader_all(reader, &whole, &err));
    assert_int_equal(err.code, CPROF_ERR_MEMORY);
    cprof_reader_free(reader);
    assert_int_equal(budget.used, 0);
    free(b.bytes);
    free(bytes);
}

static void test_what_cannot_be_opened(void **state) {
    (void)state;
    cprof_error err = CPROF_ERROR_INIT;
    assert_null(cprof_reader_open(folder, NULL, &err));
    assert_int_equal(err.code, CPROF_ERR_IO);
    assert_non_null(strstr(err.message, ": is a directory"));
    assert_null(cprof_reader_open("/nonexistent/heap.out", NULL, &err));
    assert_string_equal(err.message, "/nonexistent/heap.out: No such file or directory");
}

typedef struct feeder {
    const char *bytes;
    size_t size;
    bool stays_open; /* the pipe is not closed when all is written */
    int fd;
} feeder;

static void *feed(void *context) {
    feeder *f = context;
    f->fd = open(path, O_WRONLY);
    for (size_t at = 0; at < f->size;) {
        size_t piece = f->size - at < 7777 ? f->size - at : 7777;
        ssize_t n = write(f->fd, f->bytes + at, piece);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    if (!f->stays_open)
        close(f->fd);
    return NULL;
}

static void test_pipe(void **state) {
    (void)state;
    enum { SIZE = 5000000 };
    char *bytes = some_bytes(SIZE);
    wire_buffer b = {0};
    put_gzip(&b, bytes, SIZE, 1);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    feeder f = {b.bytes, b.count, false, -1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, feed, &f), 0);
    expect_bytes(cprof_reader_open(path, NULL, NULL), bytes, SIZE);
    pthread_join(thread, NULL);
    unlink(path);
    free(b.bytes);
    free(bytes);
}

/* A reader that nobody reads to its end goes away, even one that waits for a pipe; and one that is told to
 * stop says so. */
static void test_leaving_early(void **state) {
    (void)state;
    enum { SIZE = 8000000 };
    char *bytes = some_bytes(SIZE);
    cprof_slice chunk;
    write_file(path, bytes, SIZE);
    cprof_reader *reader = cprof_reader_open(path, NULL, NULL);
    assert_true(cprof_reader_next(reader, &chunk, NULL));
    assert_true(cprof_reader_next(reader, &chunk, NULL));
    cprof_reader_free(reader);

    atomic_bool stop = false;
    cprof_env env = {.stop = &stop};
    cprof_error err = CPROF_ERROR_INIT;
    reader = cprof_reader_open(path, &env, NULL);
    assert_true(cprof_reader_next(reader, &chunk, NULL));
    atomic_store(&stop, true);
    while (cprof_reader_next(reader, &chunk, &err))
        assert_true(chunk.len > 0);
    assert_int_equal(err.code, CPROF_ERR_STOPPED);
    cprof_reader_free(reader);

    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    feeder f = {bytes, 1000000, true, -1};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, feed, &f), 0);
    reader = cprof_reader_open(path, NULL, NULL);
    size_t got = 0;
    while (got < 500000 && cprof_reader_next(reader, &chunk, NULL))
        got += chunk.len;
    cprof_reader_free(reader); /* closes the pipe: the feeder ends */
    pthread_join(thread, NULL);
    close(f.fd);
    unlink(path);
    free(bytes);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_inflate_engines),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_broken_gzip),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_what_cannot_be_opened),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_leaving_early),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
