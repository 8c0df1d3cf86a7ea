#include "support.h"

#include "graph/shorten.h"

static void shorten(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"root", "root"},
        {"syscall.Read", "syscall.Read"},
        {"net/http.(*conn).serve", "http.(*conn).serve"},
        {"example.com/a-b/c_d.(*T).F[...]", "c_d.(*T).F[...]"},
        {"encoding/json.(*e).(encoding/json.f)-fm", "json.(*e).(encoding/json.f)-fm"},
        {"example.com/vendor/gopkg.in/redis.v3.(*c).p", "redis.v3.(*c).p"},
        {"example.com/bar/v4.(*T).F", "bar.(*T).F"},
        {"example.com/bar/v4/baz.F", "baz.F"},
        {"example.com/bar/v123.F", "bar.F"},
        {"example.com/bar/v1.F", "v1.F"},
        {"example.com/bar/v0.F", "v0.F"},
        {"example.com/bar/v05.F", "v05.F"},
        {"example.org/v2xyz.F", "v2xyz.F"},
        {"example.org/foo/v4/v4.F", "v4.F"},
        {"dir/file", "dir/file"},
        {"java.util.Pool$Worker.run", "Pool$Worker.run"},
        {"a.b.C.run(java.lang.Runnable)", "C.run"},
        {"a.b.C.<init>(int)", "C.<init>"},
        {"a.b.C.run!", "a.b.C.run!"},
        {"a.b.C.lambda$run$0", "C.lambda$run$0"},
        {"(anonymous namespace)::Bar::foo", "Bar::foo"},
        {"(anonymous namespace)::foo", "foo"},
        {"a::b::Class::method()::$_1::operator()", "Class::method"},
        {"a::b::_Class::~_Class", "_Class::~_Class"},
        {"a::Class::method<int, X<3> >()", "Class::method<int, X<3> >"},
        {"a::b::c", "a::b::c"},
        {"Class::method", "Class::method"},
        {"A::B::C::d", "C::d"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[128];
        assert_slice(cprof_name_shorten(cprof_slice_of(cases[i][0]), buffer), cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shorten)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
