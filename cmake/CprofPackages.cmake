# Packages.  The required ones stop the configuration; the optional ones define
# CPROF_HAVE_<FEATURE> for the module that asked for them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(GRAPHVIZ REQUIRED IMPORTED_TARGET libcgraph libgvc)
pkg_check_modules(NCURSESW REQUIRED IMPORTED_TARGET ncursesw)
find_program(PROTOC_C protoc-c REQUIRED)

# cprof_optional_package(FEATURE pkg-config-module...) -> CPROF_HAVE_FEATURE, PkgConfig::FEATURE
function(cprof_optional_package feature)
  set(have FALSE)
  if(NOT CPROF_WITH_${feature} STREQUAL "OFF")
    if(CPROF_WITH_${feature} STREQUAL "ON")
      pkg_check_modules(${feature} REQUIRED IMPORTED_TARGET ${ARGN})
    else()
      pkg_check_modules(${feature} IMPORTED_TARGET ${ARGN})
    endif()
    if(${feature}_FOUND)
      set(have TRUE)
    endif()
  endif()
  set(CPROF_HAVE_${feature} ${have} CACHE INTERNAL "")
endfunction()

cprof_optional_package(ISAL libisal)
cprof_optional_package(LIBDEFLATE libdeflate)
cprof_optional_package(ZSTD libzstd)
cprof_optional_package(CURL libcurl)
cprof_optional_package(DW libdw libelf)
cprof_optional_package(CAPSTONE capstone)

# libiberty reads mangled names; it has no pkg-config file.
find_library(IBERTY_LIBRARY iberty REQUIRED)
find_path(IBERTY_INCLUDE libiberty/demangle.h REQUIRED)
