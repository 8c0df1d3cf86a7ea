#include "graph/pairs.h"

#include "cmocka_all.h"

enum { ROWS = 40, COLUMNS = 50, PAIRS = ROWS * COLUMNS };

static uint64_t key_of(uint32_t i) {
    i = i * 7919 % PAIRS; /* every one, out of order */
    return cprof_pair_key(i / COLUMNS, i % COLUMNS);
}

/* Counts every pair twice a stamp, in two stamps, and takes them. */
static cprof_pair *count_all(size_t rows, size_t columns, cprof_arena *arena) {
    cprof_pairs pairs;
    uint32_t count;
    assert_true(cprof_pairs_init(&pairs, NULL, rows, columns));
    for (uint32_t stamp = 1; stamp <= 2; stamp++)
        for (uint32_t i = 0; i < 2 * PAIRS; i++) {
            uint64_t key = key_of(i % PAIRS);
            assert_true(cprof_pairs_reserve(&pairs, 1));
            cprof_pairs_count(&pairs, key, cprof_pairs_home(&pairs, key), stamp, i + 1, stamp,
                              stamp == 1 ? CPROF_PAIR_INLINED : CPROF_PAIR_RESIDUAL);
        }
    cprof_pair *taken = cprof_pairs_take(&pairs, arena, &count);
    assert_int_equal(count, PAIRS);
    return taken;
}

/* A slot for each pair, or a hash table: the same sums in the same order. */
static void pairs_count_once_a_stamp(void **state) {
    (void)state;
    static const size_t shapes[][2] = {{ROWS, COLUMNS}, {0, 0}, {ROWS, 0}, {1 << 20, COLUMNS}};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        cprof_arena arena;
        cprof_arena_init(&arena, NULL);
        const cprof_pair *pairs = count_all(shapes[s][0], shapes[s][1], &arena);
        for (uint32_t i = 0; i < PAIRS; i++) {
            assert_true(pairs[i].key == key_of(i));
            assert_int_equal(pairs[i].weight, 2 * (i + 1));
            assert_int_equal(pairs[i].divisor, 3);
            assert_int_equal(pairs[i].serial, i | CPROF_PAIR_RESIDUAL);
        }
        cprof_arena_deinit(&arena);
    }
}

static void pairs_add_each_time(void **state) {
    (void)state;
    for (size_t rows = 0; rows <= ROWS; rows += ROWS) {
        cprof_pairs pairs;
        assert_true(cprof_pairs_init(&pairs, NULL, rows, COLUMNS));
        for (uint32_t i = 0; i < 3 * PAIRS; i++) {
            uint64_t key = key_of(i % PAIRS);
            assert_true(cprof_pairs_reserve(&pairs, 1));
            cprof_pairs_add(&pairs, key, cprof_pairs_home(&pairs, key), 7 + i, 2, 0);
        }
        for (uint32_t i = 0; i < PAIRS; i++) {
            const cprof_pair *p = cprof_pairs_at(&pairs, key_of(i), cprof_pairs_home(&pairs, key_of(i)));
            assert_int_equal(p->weight, 6);
            assert_int_equal(p->stamp, 7 + i);
        }
        cprof_pairs_deinit(&pairs);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_count_once_a_stamp),
        cmocka_unit_test(pairs_add_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
