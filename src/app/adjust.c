#include "app/adjust.h"

bool cprof_adjust_comment(cprof_profile *profile, cprof_slice comment, cprof_error *err) {
    uint32_t n = profile->comment_count;
    size_t size = ((size_t)n + 1) * sizeof(cprof_str);
    cprof_str *comments = profile->block_count < CPROF_PROFILE_BLOCKS
                              ? cprof_mem_resize(cprof_env_budget(profile->env), NULL, 0, size)
                              : NULL;
    if (comments)
        profile->blocks[profile->block_count++] = (cprof_block){comments, size};
    if (!comments || !cprof_strtab_add(&profile->strings, comment, &comments[n]))
        return cprof_error_memory(profile->env, err);
    if (n > 0)
        memcpy(comments, profile->comments, n * sizeof *comments);
    profile->comments = comments;
    profile->comment_count = n + 1;
    return true;
}
