/* What the unit tests share. */
#ifndef CPROF_TESTS_SUPPORT_H
#define CPROF_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/slice.h"

/* Compares a slice with a C string, and shows both when they differ. */
#define assert_slice(slice, expected)                                                                        \
    do {                                                                                                     \
        cprof_slice got_ = (slice);                                                                          \
        char *copy_ = strndup(got_.len ? got_.ptr : "", got_.len);                                           \
        assert_non_null(copy_);                                                                              \
        assert_string_equal(copy_, (expected));                                                              \
        free(copy_);                                                                                         \
    } while (0)

#endif
