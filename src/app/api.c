/* The public interface: include/cprof/cprof.h. */
#include "cprof/cprof.h"

#include "app/session.h"

#include <stdlib.h>

struct cprof_handle {
    cprof_budget budget;
    cprof_env env;
    cprof_session *session;
};

enum { BASES_MAX = 64 };

typedef struct base_list {
    const char *paths[BASES_MAX];
    size_t count;
    bool is_diff;
} base_list;

/* "NAME=VALUE"; bases NULL: they cannot be given here. */
static bool apply_option(const char *text, cprof_settings *settings, base_list *bases, cprof_error *err) {
    const char *equals = strchr(text, '=');
    cprof_slice name = {text, equals ? (size_t)(equals - text) : strlen(text)};
    const cprof_option *option = cprof_option_find(name);
    if (!option)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "unknown option \"%.*s\"", CPROF_SLICE_ARG(name));
    if (!equals)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "option \"%s\" has no value: NAME=VALUE", text);
    const char *value = equals + 1;
    if (option->kind != CPROF_OPTION_SOURCE || !bases)
        return cprof_option_set(option, settings, cprof_slice_of(value), err);
    bool is_diff = strcmp(option->name, "diff_base") == 0;
    if (bases->count == BASES_MAX || (bases->count > 0 && bases->is_diff != is_diff))
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "too many bases, or of both kinds");
    bases->is_diff = is_diff;
    bases->paths[bases->count++] = value;
    return true;
}

static bool apply_options(const char *const *options, cprof_settings *settings, base_list *bases,
                          cprof_error *err) {
    for (; options && *options; options++)
        if (!apply_option(*options, settings, bases, err))
            return false;
    return true;
}

cprof_handle *cprof_open(const char *const *sources, size_t count, const char *const *options,
                         cprof_error *err) {
    cprof_settings settings = cprof_settings_default();
    base_list b = {.count = 0};
    if (!apply_options(options, &settings, &b, err))
        return NULL;
    cprof_handle *handle = calloc(1, sizeof *handle);
    if (!handle) {
        cprof_error_memory(NULL, err);
        return NULL;
    }
    handle->budget.limit = (size_t)settings.max_memory;
    handle->env.budget = &handle->budget;
    cprof_sources from = {.paths = sources,
                          .path_count = count,
                          .bases = b.paths,
                          .base_count = b.count,
                          .is_diff_base = b.is_diff};
    handle->session = cprof_session_new(&from, &settings, &handle->env, err);
    if (handle->session)
        return handle;
    free(handle);
    return NULL;
}

void cprof_close(cprof_handle *handle) {
    if (!handle)
        return;
    cprof_session_free(handle->session);
    free(handle);
}

bool cprof_report_to(cprof_handle *handle, const char *command, const char *regex, const char *const *options,
                     cprof_write *write, void *context, cprof_error *err) {
    cprof_request request = {.command = cprof_command_find(cprof_slice_of(command)),
                             .settings = cprof_settings_default(),
                             .argument = cprof_slice_of(regex ? regex : "")};
    if (!request.command || request.command->kind != CPROF_COMMAND_REPORT)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "there is no report called \"%s\"", command);
    if (request.command->takes_regex && !regex)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s needs a regular expression", command);
    if (!apply_options(options, &request.settings, NULL, err))
        return false;
    cprof_sink sink;
    cprof_sink_init_memory(&sink, &handle->env);
    bool ok = cprof_session_run(handle->session, &request, &sink, err) && cprof_sink_finish(&sink, err);
    cprof_slice text = cprof_sink_bytes(&sink);
    if (ok && !write(context, text.ptr, text.len))
        ok = cprof_error_set(err, CPROF_ERR_IO, -1, "the report could not be written");
    cprof_sink_deinit(&sink);
    return ok;
}

static bool write_stream(void *context, const void *bytes, size_t size) {
    return size == 0 || fwrite(bytes, 1, size, context) == size;
}

bool cprof_print(cprof_handle *handle, const char *command, const char *regex, const char *const *options,
                 FILE *stream, cprof_error *err) {
    return cprof_report_to(handle, command, regex, options, write_stream, stream, err);
}
