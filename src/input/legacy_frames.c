#include "input/legacy_frames.h"

static const char ALLOCATORS[] =
    "calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|pvalloc|valloc|realloc"
    "|tcmalloc::.*|tc_calloc|tc_cfree|tc_malloc|tc_free|tc_memalign|tc_posix_memalign|tc_pvalloc"
    "|tc_valloc|tc_realloc|tc_new|tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow"
    "|tc_newarray_nothrow|malloc_zone_malloc|malloc_zone_calloc|malloc_zone_valloc"
    "|malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free|runtime\\..*|BaseArena::.*"
    "|(::)?do_malloc_no_errno|(::)?do_malloc_pages|(::)?do_malloc|DoSampledAllocation"
    "|MallocedMemBlock::MallocedMemBlock|_M_allocate|__builtin_(vec_)?delete|__builtin_(vec_)?new"
    "|__gnu_cxx::new_allocator::allocate|__libc_malloc|__malloc_alloc_template::allocate|allocate"
    "|cpp_alloc|operator new(\\[\\])?|simple_alloc::allocate";

/* Go's runtime calls these in the middle of a stack, where they belong to the program. */
static const char ALLOCATORS_BUT[] = "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*";

static const char PROFILER[] =
    "ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler"
    "|__restore";

static const char LOCKS[] =
    "RecordLockProfileData|(base::)?RecordLockProfileData.*|(base::)?SubmitMutexProfileData.*"
    "|(base::)?SubmitSpinLockProfileData.*|(base::Mutex::)?AwaitCommon.*|(base::Mutex::)?Unlock.*"
    "|(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*"
    "|(base::MutexLock::)?~MutexLock.*|(Mutex::)?AwaitCommon.*|(Mutex::)?Unlock.*"
    "|(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*|(MutexLock::)?~MutexLock.*"
    "|(SpinLock::)?Unlock.*|(SpinLock::)?SlowUnlock.*|(SpinLockHolder::)?~SpinLockHolder.*";

static const struct family {
    const char *types[4];
    const char *drop, *keep;
} FAMILIES[] = {
    {{"allocations", "size"}, ALLOCATORS, ALLOCATORS_BUT},
    {{"objects", "space"}, ALLOCATORS, ALLOCATORS_BUT},
    {{"inuse_objects", "inuse_space"}, ALLOCATORS, ALLOCATORS_BUT},
    {{"alloc_objects", "alloc_space"}, ALLOCATORS, ALLOCATORS_BUT},
    {{"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"}, ALLOCATORS, ALLOCATORS_BUT},
    {{"contentions", "delay"}, LOCKS, ""},
};

static bool is_of(const cprof_profile *p, const struct family *family) {
    for (uint32_t i = 0; i < 4; i++) {
        const char *wanted = family->types[i];
        if (i >= p->type_count)
            return wanted == NULL;
        if (!wanted || !cprof_slice_is(cprof_profile_string(p, p->types[i].type), wanted))
            return false;
    }
    return p->type_count == 4;
}

bool cprof_legacy_frames(cprof_builder *builder, cprof_error *err) {
    cprof_profile *p = cprof_builder_profile(builder);
    const char *drop = PROFILER, *keep = "";
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++) {
        if (is_of(p, &FAMILIES[i])) {
            drop = FAMILIES[i].drop;
            keep = FAMILIES[i].keep;
        }
    }
    return cprof_builder_string(builder, cprof_slice_of(drop), &p->drop_frames, err) &&
           cprof_builder_string(builder, cprof_slice_of(keep), &p->keep_frames, err);
}
