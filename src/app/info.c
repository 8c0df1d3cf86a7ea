#include "app/info.h"

#include "app/load.h"
#include "input/unpack.h"
#include "render/info.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a regular file is packed and how long it is; what is no such file keeps it to itself. */
static void look_at(const char *path, const char **packing, uint64_t *size) {
    struct stat st;
    char head[8];
    *packing = NULL;
    *size = 0;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    *size = (uint64_t)st.st_size;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, head, sizeof head) : 0;
    const cprof_unpacker *unpacker = n > 0 ? cprof_unpacker_find((cprof_slice){head, (size_t)n}) : NULL;
    *packing = unpacker ? unpacker->name : NULL;
    if (fd >= 0)
        close(fd);
}

bool cprof_info_source(const char *path, const cprof_env *env, cprof_sink *sink, cprof_json *json,
                       cprof_error *err) {
    cprof_profile *profile = NULL;
    cprof_info info;
    const char *packing;
    uint64_t size;
    look_at(path, &packing, &size);
    if (!cprof_load_one(path, env, &profile, err))
        return false;
    bool ok = cprof_info_init(&info, profile, err);
    if (ok && json)
        cprof_json_info(&info, cprof_slice_of(path), packing, size, json);
    else if (ok)
        cprof_render_info(&info, cprof_slice_of(path), packing, size, sink);
    cprof_info_deinit(&info);
    cprof_profile_free(profile);
    return ok;
}
