/* What objdump prints, as instructions. */
#include "symbol/disasm.h"

#include "support.h"

typedef struct row {
    uint64_t address;
    const char *text, *function, *file;
    int64_t line;
} row;

static void parse(cprof_disasm *d, const char *text) {
    *d = (cprof_disasm){0};
    assert_true(cprof_disasm_parse(d, cprof_slice_of(text), NULL));
}

static void assert_rows(const char *text, const row *rows, size_t count) {
    cprof_disasm d;
    parse(&d, text);
    assert_int_equal(d.instructions.count, count);
    for (size_t i = 0; i < count; i++) {
        const cprof_instruction *got = &d.instructions.at[i];
        assert_int_equal(got->address, rows[i].address);
        assert_slice(got->text, rows[i].text);
        assert_slice(got->function, rows[i].function);
        assert_slice(got->file, rows[i].file);
        assert_int_equal(got->line, rows[i].line);
    }
    cprof_disasm_deinit(&d);
}

/* As binutils 2.40 printed it. */
static void reads_a_listing(void **state) {
    static const char text[] = "\n"
                               "sample:     file format elf64-x86-64\n"
                               "\n"
                               "\n"
                               "Disassembly of section .text:\n"
                               "\n"
                               "0000000000401106 <outer>:\n"
                               "inner():\n"
                               "/src/sample.c:3\n"
                               "  401106:\tnop\n"
                               "outer():\n"
                               "/src/sample.c:12 (discriminator 2)\n"
                               "  401107:\tcall   401106 <outer>\n"
                               "/src/sample.c:13\n"
                               "  401108:\tret\n"
                               "\n"
                               "0000000000401109 <main>:\n"
                               "main():\n"
                               "  401109:\tmov    $0x0,%eax\n";
    static const row rows[] = {
        {0x401106, "nop", "inner", "/src/sample.c", 3},
        {0x401107, "call   401106 <outer>", "outer", "/src/sample.c", 12},
        {0x401108, "ret", "outer", "/src/sample.c", 13},
        {0x401109, "mov    $0x0,%eax", "main", "", 0},
    };
    (void)state;
    assert_rows(text, rows, sizeof rows / sizeof *rows);
}

/* A listing of a library without debug information. */
static void reads_a_listing_without_lines(void **state) {
    static const char text[] = "Disassembly of section .plt:\n"
                               "\n"
                               "0000000000001020 <puts@plt-0x10>:\n"
                               "    1020:\tpush   0x2fe2(%rip)        # 4008 <_GLOBAL_OFFSET_TABLE_+0x8>\n"
                               "    1026:\tjmp    *%rax\r\n";
    (void)state;
    cprof_disasm d;
    parse(&d, text);
    assert_int_equal(d.instructions.count, 2);
    assert_slice(d.instructions.at[0].text, "push   0x2fe2(%rip)        # 4008 <_GLOBAL_OFFSET_TABLE_+0x8>");
    assert_int_equal(d.instructions.at[1].address, 0x1026);
    assert_slice(d.instructions.at[1].text, "jmp    *%rax");
    assert_slice(d.instructions.at[1].file, "");
    cprof_disasm_deinit(&d);
}

/* Names may hold anything; numbers may be too large. */
static void takes_odd_lines(void **state) {
    static const char *const texts[] = {
        "",
        ":",
        "::\n:\t\n\n",
        "()::\n",
        "12:",
        "12:\t",
        "zz:\tnop",
        "/a/b:99999999999999999999999\n",
        "ffffffffffffffff1:\tnop\n",
        "0000000000401106 <",
        "\xff\xfe:\x80():\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_rows(texts[i], NULL, 0);
    static const row high = {UINT64_MAX, "(bad)", "", "", 0};
    assert_rows("ffffffffffffffff: (bad)", &high, 1);
    static const row colons = {1, "nop", "f", "/a b:c/d.c", 7};
    assert_rows("f():\n/a b:c/d.c:7\n1:\tnop", &colons, 1);
}

/* Copies of exact size, cut at each byte, so that a sanitizer sees a read behind the end. */
static void takes_cut_listings(void **state) {
    static const char text[] = "0000000000401106 <a>:\na():\n/s.c:3 (discriminator 1)\n  401106:\tnop\n";
    (void)state;
    for (size_t n = 0; n < sizeof text; n++) {
        char *cut = malloc(n ? n : 1);
        cprof_disasm d = {0};
        assert_non_null(cut);
        memcpy(cut, text, n);
        assert_true(cprof_disasm_parse(&d, (cprof_slice){cut, n}, NULL));
        assert_true(d.instructions.count <= 1);
        cprof_disasm_deinit(&d);
        free(cut);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_listing),
        cmocka_unit_test(reads_a_listing_without_lines),
        cmocka_unit_test(takes_odd_lines),
        cmocka_unit_test(takes_cut_listings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
