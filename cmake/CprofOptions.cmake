# What a build may be told.  AUTO means: on where the package is found.
option(CPROF_BUILD_TESTS "Build the tests" OFF)
option(CPROF_BUILD_BENCH "Build the generator of big profiles" OFF)
option(CPROF_BUILD_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(CPROF_WERROR "Treat warnings as errors" OFF)
set(CPROF_SANITIZE "" CACHE STRING "Sanitizers to build with, as for -fsanitize=")
option(CPROF_COVERAGE "Build with coverage counters" OFF)

foreach(feature ISAL LIBDEFLATE ZSTD CURL DW CAPSTONE)
  set(CPROF_WITH_${feature} AUTO CACHE STRING "AUTO, ON or OFF")
  set_property(CACHE CPROF_WITH_${feature} PROPERTY STRINGS AUTO ON OFF)
endforeach()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(cprof_flags INTERFACE)
target_compile_definitions(cprof_flags INTERFACE _GNU_SOURCE)
target_compile_options(cprof_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
  -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wno-format-nonliteral -fno-common)
if(CPROF_WERROR)
  target_compile_options(cprof_flags INTERFACE -Werror)
endif()
if(CPROF_SANITIZE)
  target_compile_options(cprof_flags INTERFACE -fsanitize=${CPROF_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(cprof_flags INTERFACE -fsanitize=${CPROF_SANITIZE})
  # Arenas hand out one malloc an object, so that the sanitizers see each of them.
  target_compile_definitions(cprof_flags INTERFACE CPROF_ARENA_MALLOC=1)
  if(CPROF_SANITIZE MATCHES "undefined")
    target_compile_options(cprof_flags INTERFACE -fno-sanitize-recover=undefined)
  endif()
endif()
if(CPROF_BUILD_FUZZ)
  target_compile_options(cprof_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CPROF_COVERAGE)
  # Threads count too: without atomic counters some would end up negative.
  target_compile_options(cprof_flags INTERFACE --coverage -O0 -fprofile-update=atomic)
  target_link_options(cprof_flags INTERFACE --coverage LINKER:--wrap=_exit) # see cmake/coverage_exit.c
endif()
