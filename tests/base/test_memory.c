/* Arenas, vectors, tables and string tables, with memory and without. */
#include "support.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/strtab.h"
#include "base/vec.h"

static void arena_pieces_are_aligned_and_apart(void **state) {
    (void)state;
    cprof_budget budget = {0};
    cprof_arena arena;
    cprof_arena_init(&arena, &budget);
    enum { PIECES = 3000 };
    unsigned char *pieces[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        size_t size = i * 7 % 501;
        pieces[i] = cprof_arena_alloc(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), size);
    }
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t k = 0; k < i * 7 % 501; k++)
            assert_int_equal(pieces[i][k], i % 251);
    }
    assert_true(budget.used > 0);
    cprof_arena_deinit(&arena);
    assert_int_equal(budget.used, 0);
    assert_true(budget.peak > 0);
}

static void arena_big_pieces_keep_the_free_room(void **state) {
    (void)state;
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    assert_non_null(cprof_arena_alloc(&arena, 8));
    char *room = arena.next;
    char *big = cprof_arena_alloc(&arena, 10 << 20);
    assert_non_null(big);
    memset(big, 1, 10 << 20);
    assert_ptr_equal(arena.next, room);
    cprof_arena_deinit(&arena);
}

static void arena_zeroes_and_copies(void **state) {
    (void)state;
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    unsigned char *zeroed = cprof_arena_calloc(&arena, 100, 7);
    assert_non_null(zeroed);
    for (size_t i = 0; i < 700; i++)
        assert_int_equal(zeroed[i], 0);
    cprof_slice with_nul = cprof_arena_copy(&arena, (cprof_slice){"a\0b", 3});
    assert_int_equal(with_nul.len, 3);
    assert_memory_equal(with_nul.ptr, "a\0b\0", 4);
    cprof_slice empty = cprof_arena_copy(&arena, (cprof_slice){NULL, 0});
    assert_non_null(empty.ptr);
    assert_int_equal(empty.len, 0);
    assert_int_equal(empty.ptr[0], '\0');
    assert_null(cprof_arena_calloc(&arena, SIZE_MAX / 2, 3));
    assert_null(cprof_arena_alloc(&arena, SIZE_MAX - 8));
    cprof_arena_deinit(&arena);
}

static void arena_ends_with_the_budget(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 10000};
    cprof_arena arena;
    cprof_arena_init(&arena, &budget);
    size_t got = 0;
    while (cprof_arena_alloc(&arena, 100))
        got += 100;
    assert_true(got > 0);
    assert_true(budget.used <= 10000);
    assert_true(budget.refused);
    cprof_arena_deinit(&arena);
    assert_int_equal(budget.used, 0);
}

static void budget_does_not_wrap(void **state) {
    (void)state;
    cprof_budget budget = {0};
    assert_true(cprof_budget_take(&budget, SIZE_MAX - 1));
    assert_false(cprof_budget_take(&budget, 2));
    assert_true(cprof_budget_take(&budget, 1));
    cprof_budget_give(&budget, SIZE_MAX);
    assert_int_equal(budget.used, 0);
    assert_int_equal(budget.peak, SIZE_MAX);
    assert_true(cprof_budget_take(NULL, SIZE_MAX));
}

static void resize_accounts_for_both_ways(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 1000};
    char *at = cprof_mem_resize(&budget, NULL, 0, 600);
    assert_non_null(at);
    assert_int_equal(budget.used, 600);
    assert_null(cprof_mem_resize(&budget, at, 600, 1001));
    assert_int_equal(budget.used, 600);
    at = cprof_mem_resize(&budget, at, 600, 1000);
    assert_non_null(at);
    assert_int_equal(budget.used, 1000);
    at = cprof_mem_resize(&budget, at, 1000, 10);
    assert_non_null(at);
    assert_int_equal(budget.used, 10);
    assert_null(cprof_mem_resize(&budget, at, 10, 0));
    assert_int_equal(budget.used, 0);
    assert_int_equal(budget.peak, 1000);
}

static void vectors_grow_and_shrink(void **state) {
    (void)state;
    cprof_budget budget = {0};
    cprof_env env = {.budget = &budget};
    CPROF_VEC(uint32_t) v = {0};
    for (uint32_t i = 0; i < 100000; i++)
        assert_true(cprof_vec_push(&env, &v, i * 3));
    uint32_t more[] = {1, 2, 3};
    assert_true(cprof_vec_append(&env, &v, more, 3));
    size_t none = 0;
    assert_true(cprof_vec_append(&env, &v, (uint32_t *)NULL, none));
    assert_int_equal(v.count, 100003);
    assert_int_equal(v.at[99999], 299997);
    assert_int_equal(v.at[100002], 3);
    assert_int_equal(budget.used, v.capacity * sizeof *v.at);
    cprof_vec_shrink(&env, &v);
    assert_int_equal(v.capacity, v.count);
    assert_int_equal(budget.used, v.count * sizeof *v.at);
    v.count = 0;
    cprof_vec_shrink(&env, &v);
    assert_null(v.at);
    assert_int_equal(budget.used, 0);
    cprof_vec_free(&env, &v);
    assert_int_equal(budget.used, 0);
}

static void vectors_stay_as_they_were_without_memory(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 1000};
    cprof_env env = {.budget = &budget};
    CPROF_VEC(uint64_t) v = {0};
    uint64_t pushed = 0;
    while (cprof_vec_push(&env, &v, pushed))
        pushed++;
    /* The last step takes what is needed where doubling is too much. */
    assert_int_equal(pushed, 1000 / sizeof(uint64_t));
    assert_int_equal(v.count, pushed);
    assert_int_equal(v.at[pushed - 1], pushed - 1);
    assert_false(cprof_vec_reserve(&env, &v, SIZE_MAX));
    assert_false(cprof_vec_reserve(NULL, &v, SIZE_MAX / 8));
    cprof_vec_free(&env, &v);
    assert_int_equal(budget.used, 0);
}

static uint32_t find_row(const cprof_index *index, const uint64_t *rows, uint64_t key) {
    cprof_index_probe probe = cprof_index_start(index, cprof_hash_u64(key));
    for (uint32_t row; cprof_index_next(index, &probe, &row);) {
        if (rows[row] == key)
            return row;
    }
    return CPROF_NONE;
}

static void index_finds_every_row_after_growth(void **state) {
    (void)state;
    enum { ROWS = 50000 };
    static uint64_t rows[ROWS];
    cprof_budget budget = {0};
    cprof_index index;
    cprof_index_init(&index, &budget);
    assert_int_equal(find_row(&index, rows, 1), CPROF_NONE);
    for (uint32_t i = 0; i < ROWS; i++) {
        rows[i] = (uint64_t)i << 20;
        assert_true(cprof_index_insert(&index, cprof_hash_u64(rows[i]), i));
    }
    assert_int_equal(index.count, ROWS);
    for (uint32_t i = 0; i < ROWS; i++)
        assert_int_equal(find_row(&index, rows, rows[i]), i);
    assert_int_equal(find_row(&index, rows, 12345), CPROF_NONE);
    cprof_index_deinit(&index);
    assert_int_equal(budget.used, 0);
}

static void index_tells_equal_hashes_apart(void **state) {
    (void)state;
    cprof_index index;
    cprof_index_init(&index, NULL);
    for (uint32_t i = 0; i < 100; i++)
        assert_true(cprof_index_insert(&index, UINT64_C(0x1234567800000000), i));
    bool seen[100] = {false};
    cprof_index_probe probe = cprof_index_start(&index, UINT64_C(0x1234567800000000));
    int count = 0;
    for (uint32_t row; cprof_index_next(&index, &probe, &row); count++) {
        assert_true(row < 100);
        assert_false(seen[row]);
        seen[row] = true;
    }
    assert_int_equal(count, 100);
    probe = cprof_index_start(&index, UINT64_C(0x1234567900000000));
    uint32_t row;
    assert_false(cprof_index_next(&index, &probe, &row));
    cprof_index_deinit(&index);
}

/* Keys that collide where a hash depends on nothing but the key: found by computing backwards. */
static void hashes_cannot_be_made_to_collide(void **state) {
    (void)state;
    static const unsigned char texts[4][8] = {
        {0x5f, 0x6f, 0x92, 0x4a, 0xd7, 0x4a, 0xbd, 0x12},
        {0x88, 0xe9, 0xc6, 0x3c, 0x91, 0xbb, 0x48, 0xf0},
        {0xaa, 0x4a, 0x52, 0x92, 0xb7, 0x58, 0x97, 0xa3},
        {0xe9, 0xd8, 0xe3, 0x9e, 0x27, 0x4c, 0x48, 0x59},
    };
    static const uint64_t numbers[4] = {0x0722a221265c29ef, 0x974e1c5129060ef0, 0xed8f72cefde5617f,
                                        0xb8ef4fab482ff46d};
    int equal_texts = 0, equal_numbers = 0;
    for (int i = 1; i < 4; i++) {
        equal_texts += cprof_hash_bytes(texts[i], 8) >> 32 == cprof_hash_bytes(texts[0], 8) >> 32;
        equal_numbers += cprof_hash_u64(numbers[i]) >> 32 == cprof_hash_u64(numbers[0]) >> 32;
    }
    assert_true(equal_texts < 3);
    assert_true(equal_numbers < 3);
}

static void index_insert_fails_on_the_budget(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 4096};
    cprof_index index;
    cprof_index_init(&index, &budget);
    uint32_t rows = 0;
    while (cprof_index_insert(&index, cprof_hash_u64(rows), rows))
        rows++;
    assert_in_range(rows, 100, 512);
    assert_int_equal(index.count, rows);
    assert_false(cprof_index_reserve(&index, SIZE_MAX));
    for (uint32_t i = 0; i < rows; i++) {
        cprof_index_probe probe = cprof_index_start(&index, cprof_hash_u64(i));
        uint32_t row;
        assert_true(cprof_index_next(&index, &probe, &row));
        assert_int_equal(row, i);
    }
    cprof_index_deinit(&index);
    assert_int_equal(budget.used, 0);
}

static void idmap_keeps_sparse_ids(void **state) {
    (void)state;
    cprof_budget budget = {0};
    cprof_idmap map;
    cprof_idmap_init(&map, &budget);
    assert_int_equal(cprof_idmap_get(&map, 0), CPROF_NONE);
    for (uint32_t i = 0; i < 20000; i++)
        assert_true(cprof_idmap_set(&map, UINT64_MAX - (uint64_t)i * 0x100000001, i));
    assert_true(cprof_idmap_set(&map, 0, 7));
    assert_true(cprof_idmap_set(&map, 0, 8));
    assert_int_equal(map.count, 20001);
    for (uint32_t i = 0; i < 20000; i++)
        assert_int_equal(cprof_idmap_get(&map, UINT64_MAX - (uint64_t)i * 0x100000001), i);
    assert_int_equal(cprof_idmap_get(&map, 0), 8);
    assert_int_equal(cprof_idmap_get(&map, 1), CPROF_NONE);
    cprof_idmap_deinit(&map);
    assert_int_equal(budget.used, 0);
}

static void idmap_fails_on_the_budget(void **state) {
    (void)state;
    cprof_budget budget = {.limit = 1000};
    cprof_idmap map;
    cprof_idmap_init(&map, &budget);
    uint32_t i = 0;
    while (cprof_idmap_set(&map, i, i))
        i++;
    assert_true(i > 5);
    for (uint32_t k = 0; k < i; k++)
        assert_int_equal(cprof_idmap_get(&map, k), k);
    cprof_idmap_deinit(&map);
    assert_int_equal(budget.used, 0);
}

static void strings_are_kept_once(void **state) {
    (void)state;
    cprof_strtab tab;
    assert_true(cprof_strtab_init(&tab, NULL));
    cprof_str a, b, nul, empty;
    assert_true(cprof_strtab_add(&tab, CPROF_SLICE("main.main"), &a));
    assert_true(cprof_strtab_add(&tab, CPROF_SLICE("main.main"), &b));
    assert_int_equal(a, b);
    assert_true(cprof_strtab_add(&tab, (cprof_slice){"main.main\0", 10}, &nul));
    assert_int_not_equal(a, nul);
    assert_int_equal(cprof_strtab_get(&tab, nul).len, 10);
    assert_true(cprof_strtab_add(&tab, (cprof_slice){NULL, 0}, &empty));
    assert_int_equal(empty, 0);
    assert_int_equal(cprof_strtab_get(&tab, 0).len, 0);
    assert_int_equal(cprof_strtab_count(&tab), 3);
    assert_false(cprof_strtab_find(&tab, CPROF_SLICE("main"), &b));
    cprof_strtab_deinit(&tab);
}

static void a_child_adds_to_its_parent(void **state) {
    (void)state;
    cprof_strtab parent, child, grandchild;
    assert_true(cprof_strtab_init(&parent, NULL));
    cprof_str a, b, c, id;
    assert_true(cprof_strtab_add(&parent, CPROF_SLICE("a"), &a));
    assert_true(cprof_strtab_init_child(&child, &parent, NULL));
    assert_int_equal(cprof_strtab_count(&child), 2);
    assert_true(cprof_strtab_add(&child, CPROF_SLICE("a"), &id));
    assert_int_equal(id, a);
    assert_true(cprof_strtab_add(&child, CPROF_SLICE(""), &id));
    assert_int_equal(id, 0);
    assert_true(cprof_strtab_add(&child, CPROF_SLICE("b"), &b));
    assert_int_equal(b, 2);
    assert_true(cprof_strtab_init_child(&grandchild, &child, NULL));
    assert_true(cprof_strtab_add(&grandchild, CPROF_SLICE("c"), &c));
    assert_int_equal(c, 3);
    assert_slice(cprof_strtab_get(&grandchild, a), "a");
    assert_slice(cprof_strtab_get(&grandchild, b), "b");
    assert_slice(cprof_strtab_get(&grandchild, c), "c");
    assert_true(cprof_strtab_find(&grandchild, CPROF_SLICE("b"), &id));
    assert_int_equal(id, b);
    assert_false(cprof_strtab_find(&parent, CPROF_SLICE("b"), &id));
    assert_int_equal(cprof_strtab_count(&parent), 2);
    cprof_strtab_deinit(&grandchild);
    cprof_strtab_deinit(&child);
    cprof_strtab_deinit(&parent);
}

static void many_strings_keep_their_ids(void **state) {
    (void)state;
    cprof_budget budget = {0};
    cprof_env env = {.budget = &budget};
    cprof_strtab tab;
    assert_true(cprof_strtab_init(&tab, &env));
    char name[32];
    cprof_str id;
    for (uint32_t i = 1; i <= 20000; i++) {
        snprintf(name, sizeof name, "function%u", (unsigned)i);
        assert_true(cprof_strtab_add(&tab, cprof_slice_of(name), &id));
        assert_int_equal(id, i);
    }
    for (uint32_t i = 1; i <= 20000; i++) {
        snprintf(name, sizeof name, "function%u", (unsigned)i);
        assert_true(cprof_strtab_find(&tab, cprof_slice_of(name), &id));
        assert_int_equal(id, i);
        assert_slice(cprof_strtab_get(&tab, i), name);
    }
    cprof_strtab_deinit(&tab);
    assert_int_equal(budget.used, 0);
}

static void strings_fail_on_any_budget_and_leak_nothing(void **state) {
    (void)state;
    for (size_t limit = 1; limit < 20000; limit += 97) {
        cprof_budget budget = {.limit = limit};
        cprof_env env = {.budget = &budget};
        cprof_strtab tab;
        if (cprof_strtab_init(&tab, &env)) {
            uint32_t added = 0;
            char name[32];
            for (cprof_str id; added < 10000; added++) {
                snprintf(name, sizeof name, "f%u", (unsigned)added);
                if (!cprof_strtab_add(&tab, cprof_slice_of(name), &id))
                    break;
            }
            assert_true(added < 10000);
            assert_int_equal(cprof_strtab_count(&tab), added + 1);
            assert_true(budget.refused);
            cprof_strtab_deinit(&tab);
        }
        assert_int_equal(budget.used, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_pieces_are_aligned_and_apart),
        cmocka_unit_test(arena_big_pieces_keep_the_free_room),
        cmocka_unit_test(arena_zeroes_and_copies),
        cmocka_unit_test(arena_ends_with_the_budget),
        cmocka_unit_test(budget_does_not_wrap),
        cmocka_unit_test(resize_accounts_for_both_ways),
        cmocka_unit_test(vectors_grow_and_shrink),
        cmocka_unit_test(vectors_stay_as_they_were_without_memory),
        cmocka_unit_test(index_finds_every_row_after_growth),
        cmocka_unit_test(index_tells_equal_hashes_apart),
        cmocka_unit_test(hashes_cannot_be_made_to_collide),
        cmocka_unit_test(index_insert_fails_on_the_budget),
        cmocka_unit_test(idmap_keeps_sparse_ids),
        cmocka_unit_test(idmap_fails_on_the_budget),
        cmocka_unit_test(strings_are_kept_once),
        cmocka_unit_test(a_child_adds_to_its_parent),
        cmocka_unit_test(many_strings_keep_their_ids),
        cmocka_unit_test(strings_fail_on_any_budget_and_leak_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
