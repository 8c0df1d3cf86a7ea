/* Readable names.  The expected forms of mangled names are what the reference and c++filt print. */
#include "symbol/demangle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct row {
    const char *system_name, *simple, *templates, *full;
} row;

static const row rows[] = {
    {"_ZN4mill6lookupERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "mill::lookup", "mill::lookup",
     "mill::lookup(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)"},
    {"_ZNSt6vectorIiSaIiEE9push_backEOi", "std::vector::push_back",
     "std::vector<int, std::allocator<int> >::push_back",
     "std::vector<int, std::allocator<int> >::push_back(int&&)"},
    {"_Z3fooILi3EEvT_", "foo", "foo<3>", "void foo<3>(3)"},
    {"_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()", "main::{lambda()#1}::operator()",
     "main::{lambda()#1}::operator()() const"},
    /* What stands in a function goes by its name alone. */
    {"_ZZN7CDentry10mark_dirtyEmP10LogSegmentE15assert_data_ctx", "CDentry::mark_dirty()::assert_data_ctx",
     "CDentry::mark_dirty()::assert_data_ctx",
     "CDentry::mark_dirty(unsigned long, LogSegment*)::assert_data_ctx"},
    {"_ZZNK10SimpleLock4dumpEPN4ceph9FormatterEE15assert_data_ctx",
     "SimpleLock::dump() const::assert_data_ctx", "SimpleLock::dump() const::assert_data_ctx",
     "SimpleLock::dump(ceph::Formatter*) const::assert_data_ctx"},
    {"_ZZN12_GLOBAL__N_13runEiENKUlvE_clEv", "(anonymous namespace)::run()::{lambda()#1}::operator()",
     "(anonymous namespace)::run()::{lambda()#1}::operator()",
     "(anonymous namespace)::run(int)::{lambda()#1}::operator()() const"},
    {"_ZStlsIwSt11char_traitsIwEERSt13basic_ostreamIT_T0_ES6_PKS3_", "std::operator<<",
     "std::operator<< <wchar_t, std::char_traits<wchar_t> >", NULL},
    {"_ZltRK3FooS1_", "operator<", "operator<", "operator<(Foo const&, Foo const&)"},
    {"_ZN3FooptEv", "Foo::operator->", "Foo::operator->", "Foo::operator->()"},
    {"_ZN3foo3barEv.cold", "foo::bar", "foo::bar", "foo::bar()"},
    {"_ZN3foo3barEv@@V1", "foo::bar", "foo::bar", "_ZN3foo3barEv@@V1"},
    {"__ZN3foo3barEv", "foo::bar", "foo::bar", "foo::bar()"},
    {"_ZN4core3ptr85drop_in_place$LT$std..rt..lang_start$LT$$LP$$RP$$GT$..$u7b$$u7b$closure$u7d$$u7d$$GT$"
     "17h0123456789abcdefE",
     "core::ptr::drop_in_place<std::rt::lang_start<()>::{{closure}}>",
     "core::ptr::drop_in_place<std::rt::lang_start<()>::{{closure}}>",
     "core::ptr::drop_in_place<std::rt::lang_start<()>::{{closure}}>"},
    {"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar", "mycrate::foo::bar", "mycrate::foo::bar"},
    {"_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<>", "std::mem::align_of::<f64>",
     "std::mem::align_of::<f64>"},
    /* Not mangled, but demangled by somebody else. */
    {"std::vector<int, std::allocator<int> >::push_back(int const&)", "std::vector::push_back",
     "std::vector<int, std::allocator<int> >::push_back",
     "std::vector<int, std::allocator<int> >::push_back(int const&)"},
    {"(anonymous namespace)::run(int) [clone .cold]", "::run [clone .cold]", "::run [clone .cold]",
     "(anonymous namespace)::run(int) [clone .cold]"},
    {"<module>", "", "<module>", "<module>"},
    /* Not C++. */
    {"com.example.shop.Cart$Item.<init>", "com.example.shop.Cart$Item.<init>",
     "com.example.shop.Cart$Item.<init>", "com.example.shop.Cart$Item.<init>"},
    {"example.com/x/y.(*T[...]).Do.func1.2", "example.com/x/y.(*T[...]).Do.func1.2",
     "example.com/x/y.(*T[...]).Do.func1.2", "example.com/x/y.(*T[...]).Do.func1.2"},
    {"operator new(unsigned long)", "operator new(unsigned long)", "operator new(unsigned long)",
     "operator new(unsigned long)"},
    {"_Znonsense", "_Znonsense", "_Znonsense", "_Znonsense"},
    {"a)::b(c)", "a)::b(c)", "a)::b(c)", "a)::b(c)"},
};

static void assert_name(cprof_arena *arena, const char *name, cprof_demangle_mode mode,
                        const char *expected) {
    if (!expected)
        return;
    cprof_slice out = cprof_demangle_name(cprof_slice_of(name), mode, arena);
    assert_non_null(out.ptr);
    cprof_slice copy = cprof_arena_copy(arena, out);
    assert_string_equal(copy.ptr, expected);
}

static void names_are_shortened_as_asked(void **state) {
    (void)state;
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_name(&arena, rows[i].system_name, CPROF_DEMANGLE_SIMPLE, rows[i].simple);
        assert_name(&arena, rows[i].system_name, CPROF_DEMANGLE_TEMPLATES, rows[i].templates);
        assert_name(&arena, rows[i].system_name, CPROF_DEMANGLE_FULL, rows[i].full);
        assert_name(&arena, rows[i].system_name, CPROF_DEMANGLE_NONE, rows[i].system_name);
    }
    cprof_arena_deinit(&arena);
}

/* _Z1f followed by many levels of P…: deep, but well-formed. */
static void long_names_are_read_on_a_deep_stack(void **state) {
    (void)state;
    enum { LEVELS = 8000 };
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    char *name = malloc(LEVELS + 16);
    assert_non_null(name);
    int n = sprintf(name, "_Z1f");
    memset(name + n, 'P', LEVELS);
    strcpy(name + n + LEVELS, "i");
    assert_name(&arena, name, CPROF_DEMANGLE_SIMPLE, "f");
    free(name);
    cprof_arena_deinit(&arena);
}

/* Each level doubles the one before: 2^40 bytes if it were printed. */
static void exploding_names_stay_mangled(void **state) {
    (void)state;
    cprof_arena arena;
    cprof_arena_init(&arena, NULL);
    char name[4096];
    int n = sprintf(name, "_Z1fI1AIiiE");
    for (int i = 0; i < 40; i++)
        n += i == 0 ? sprintf(name + n, "1AIS0_S0_E")
                    : sprintf(name + n, "1AIS%X_S%X_E", i < 36 ? i : 35, i < 36 ? i : 35);
    strcpy(name + n, "EvT_");
    cprof_slice out = cprof_demangle_name(cprof_slice_of(name), CPROF_DEMANGLE_FULL, &arena);
    assert_non_null(out.ptr);
    assert_true(out.len <= 1 << 16);
    cprof_arena_deinit(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_shortened_as_asked),
        cmocka_unit_test(long_names_are_read_on_a_deep_stack),
        cmocka_unit_test(exploding_names_stay_mangled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
