/* Stands in for object.c in a build without elfutils: every call says so. */
#include "symbol/object.h"

static bool say_so(cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                           "this build reads no binaries: rebuild with elfutils (-DCPROF_WITH_DW=ON)");
}

cprof_object *cprof_object_open(const char *path, const cprof_object_mapping *mapping, const cprof_env *env,
                                cprof_error *err) {
    (void)path, (void)mapping, (void)env;
    say_so(err);
    return NULL;
}

void cprof_object_close(cprof_object *object) {
    (void)object;
}

cprof_slice cprof_object_build_id(const cprof_object *object) {
    (void)object;
    return CPROF_SLICE("");
}

bool cprof_object_address(cprof_object *object, uint64_t address, uint64_t *file_address, cprof_error *err) {
    (void)object, (void)address, (void)file_address;
    return say_so(err);
}

bool cprof_object_find(cprof_object *object, uint64_t address, bool fast, cprof_object_frames *frames,
                       cprof_error *err) {
    (void)object, (void)address, (void)fast, (void)frames;
    return say_so(err);
}

bool cprof_object_symbols(cprof_object *object, const cprof_object_symbol **symbols, size_t *count,
                          cprof_error *err) {
    (void)object, (void)symbols, (void)count;
    return say_so(err);
}

bool cprof_object_code(cprof_object *object, uint64_t start, uint64_t end, uint32_t *machine,
                       cprof_slice *code, cprof_error *err) {
    (void)object, (void)start, (void)end, (void)machine, (void)code;
    return say_so(err);
}
