#include "app/save.h"

#include "app/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { NAME_MAX_BYTES = 160 }; /* of the file's name, without number and ending */

/* Adds what a profile calls something to a file's name: no folders, nothing that a terminal or a shell minds.
 */
static void add_name(char name[NAME_MAX_BYTES], cprof_slice part) {
    size_t n = strlen(name);
    for (size_t i = 0; i < part.len && n + 2 < NAME_MAX_BYTES; i++) {
        unsigned char c = (unsigned char)part.ptr[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || strchr("._-+", c);
        name[n++] = plain && c ? (char)c : '_';
    }
    name[n++] = '.';
    name[n] = 0;
}

/* The folder and those above it. */
static bool make_folder(const char *path) {
    char *copy = strdup(path);
    if (!copy)
        return false;
    bool ok = true;
    for (char *at = copy + 1; ok && *at; at++)
        if (*at == '/') {
            *at = 0;
            ok = mkdir(copy, 0755) == 0 || errno == EEXIST;
            *at = '/';
        }
    ok = ok && (mkdir(copy, 0755) == 0 || errno == EEXIST);
    free(copy);
    return ok;
}

static const char *choose_folder(const char *const *folders, const cprof_env *env) {
    for (; *folders; folders++) {
        if (**folders && make_folder(*folders))
            return *folders;
        if (**folders)
            cprof_note(env, "%s: %s", *folders, strerror(errno));
    }
    return NULL;
}

bool cprof_session_save(cprof_session *session, const char *const *folders, cprof_error *err) {
    const cprof_profile *p = session->profile;
    const char *folder = choose_folder(folders, session->env);
    if (!folder)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "there is no folder to save the profile in");
    char name[NAME_MAX_BYTES] = "pprof.", *path;
    if (p->mapping_count > 0 && p->mappings[0].file != 0)
        add_name(name, cprof_path_base(cprof_profile_string(p, p->mappings[0].file)));
    for (uint32_t i = 0; i < p->type_count; i++)
        add_name(name, cprof_profile_string(p, p->types[i].type));
    cprof_request request = {.command = cprof_command_find(CPROF_SLICE("proto")),
                             .settings = cprof_settings_default(),
                             .argument = CPROF_SLICE("")};
    cprof_output output;
    if (!cprof_output_open_new(&output, folder, name, ".pb.gz", &path, err))
        return false;
    bool ok = cprof_session_run(session, &request, &output.sink, err);
    if (!ok)
        cprof_output_abandon(&output);
    ok = ok && cprof_output_commit(&output, err);
    if (ok)
        cprof_note(session->env, "Saved profile in %s", path);
    free(path);
    return ok;
}
