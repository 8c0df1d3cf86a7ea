#include "app/adjust.h"

/* Zeroed memory that lives as long as the profile; NULL without memory. */
static void *add_block(cprof_profile *p, size_t count, size_t size) {
    if (p->block_count == CPROF_PROFILE_BLOCKS)
        return NULL;
    size_t bytes = count ? count * size : size; /* rows are counted in 32 bits: no overflow */
    void *at = cprof_mem_resize(cprof_env_budget(p->env), NULL, 0, bytes);
    if (at) {
        memset(at, 0, bytes);
        p->blocks[p->block_count++] = (cprof_block){at, bytes};
    }
    return at;
}

static bool add_main_mapping(cprof_profile *p, cprof_error *err) {
    cprof_mapping *mapping = add_block(p, 1, sizeof *mapping);
    uint32_t *rows = mapping ? add_block(p, p->locations.count, sizeof *rows) : NULL;
    if (!rows)
        return cprof_error_memory(p->env, err);
    mapping->id = 1;
    p->mappings = mapping;
    p->mapping_count = 1;
    p->locations.mapping = rows; /* all row 0 */
    return true;
}

bool cprof_adjust_main_mapping(cprof_profile *profile, const char *file, cprof_slice build_id,
                               cprof_error *err) {
    if (profile->mapping_count == 0 && !add_main_mapping(profile, err))
        return false;
    cprof_mapping *main = &profile->mappings[0];
    if (file && !cprof_strtab_add(&profile->strings, cprof_slice_of(file), &main->file))
        return cprof_error_memory(profile->env, err);
    if (build_id.len && main->build_id == 0 &&
        !cprof_strtab_add(&profile->strings, build_id, &main->build_id))
        return cprof_error_memory(profile->env, err);
    return true;
}

bool cprof_adjust_comment(cprof_profile *profile, cprof_slice comment, cprof_error *err) {
    uint32_t n = profile->comment_count;
    cprof_str *comments = add_block(profile, (size_t)n + 1, sizeof *comments);
    if (!comments || !cprof_strtab_add(&profile->strings, comment, &comments[n]))
        return cprof_error_memory(profile->env, err);
    if (n > 0)
        memcpy(comments, profile->comments, n * sizeof *comments);
    profile->comments = comments;
    profile->comment_count = n + 1;
    return true;
}
