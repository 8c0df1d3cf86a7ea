#include "symbol/binary.h"

#include "symbol/object.h"

#include <stdlib.h>

/* Files are mapped, which takes no memory but counts as if it did. */
cprof_child_limits cprof_binary_limits(unsigned seconds, const cprof_env *env) {
    const uint64_t least = UINT64_C(1) << 29, usual = UINT64_C(1) << 35;
    const cprof_budget *budget = cprof_env_budget(env);
    uint64_t memory = budget && budget->limit > 0 ? budget->limit : usual;
    return (cprof_child_limits){.seconds = seconds, .memory_max = memory > least ? memory : least};
}

static const char *kernel_symbol(const cprof_profile *p, const cprof_mapping *m) {
    static const char prefix[] = "[kernel.kallsyms]";
    cprof_slice file = cprof_profile_string(p, m->file);
    return cprof_slice_starts_with(file, prefix) ? file.ptr + sizeof prefix - 1 : NULL;
}

static void put_u32(cprof_sink *sink, uint32_t n) {
    cprof_sink_write(sink, &n, sizeof n);
}

static void put_slice(cprof_sink *sink, cprof_slice s) {
    put_u32(sink, (uint32_t)s.len);
    cprof_sink_slice(sink, s);
}

/* In the child: the build id, then for each location its frames. */
bool cprof_binary_read(void *context, cprof_sink *sink, cprof_error *err) {
    const cprof_binary_job *j = context;
    cprof_object_mapping mapping = {j->mapping->start, j->mapping->limit, j->mapping->offset,
                                    kernel_symbol(j->profile, j->mapping)};
    unsetenv("DEBUGINFOD_URLS"); /* no library asks the network behind the person's back */
    cprof_object *object = cprof_object_open(j->path, &mapping, NULL, err);
    if (!object)
        return false;
    put_slice(sink, cprof_object_build_id(object));
    for (uint32_t i = 0; j->locations && i < j->count; i++) {
        cprof_object_frames frames = {0};
        uint64_t address = j->profile->locations.address[j->locations[i]];
        if (!cprof_object_find(object, address, j->fast, &frames, NULL))
            frames.count = 0;
        put_u32(sink, (uint32_t)frames.count);
        for (size_t f = 0; f < frames.count; f++) {
            put_slice(sink, frames.at[f].function);
            put_slice(sink, frames.at[f].file);
            int64_t numbers[3] = {frames.at[f].line, frames.at[f].column, frames.at[f].start_line};
            cprof_sink_write(sink, numbers, sizeof numbers);
        }
        cprof_vec_free(NULL, &frames);
    }
    return true; /* the child ends: nothing need be freed */
}

bool cprof_binary_read_symbols(void *context, cprof_sink *sink, cprof_error *err) {
    const cprof_binary_job *j = context;
    cprof_object_mapping mapping = {j->mapping->start, j->mapping->limit, j->mapping->offset,
                                    kernel_symbol(j->profile, j->mapping)};
    const cprof_object_symbol *symbols;
    uint64_t address = j->count > 0 ? j->profile->locations.address[j->locations[0]] : mapping.start, at;
    size_t count;
    cprof_object *object = cprof_object_open(j->path, &mapping, NULL, err);
    if (!object || !cprof_object_address(object, address, &at, err) ||
        !cprof_object_symbols(object, &symbols, &count, err))
        return false;
    address -= at;
    cprof_sink_write(sink, &address, sizeof address);
    for (size_t i = 0; i < count; i++) {
        cprof_sink_write(sink, &symbols[i].start, sizeof symbols[i].start);
        cprof_sink_write(sink, &symbols[i].end, sizeof symbols[i].end);
        put_slice(sink, symbols[i].name);
    }
    return true;
}

void cprof_binary_take(cprof_binary_answer *a, void *to, size_t size) {
    if ((size_t)(a->end - a->at) < size) {
        memset(to, 0, size);
        a->broken = true;
        return;
    }
    memcpy(to, a->at, size);
    a->at += size;
}

cprof_slice cprof_binary_take_slice(cprof_binary_answer *a) {
    uint32_t n;
    cprof_binary_take(a, &n, sizeof n);
    if ((size_t)(a->end - a->at) < n) {
        a->broken = true;
        n = 0;
    }
    cprof_slice s = {a->at, n};
    a->at += n;
    return s;
}
