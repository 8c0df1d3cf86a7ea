#include "app/deliver.h"

#include "app/output.h"
#include "app/viewers.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Takes the output. */
static bool fill_output(cprof_session *session, const cprof_request *request, const char *path,
                        cprof_output *output, cprof_error *err) {
    if (!cprof_session_run(session, request, &output->sink, err)) {
        cprof_output_abandon(output);
        return false;
    }
    if (!cprof_output_commit(output, err))
        return cprof_error_prefix(err, "%s", path);
    cprof_note(session->env, "Generating report in %s", path);
    return true;
}

static bool to_file(cprof_session *session, const cprof_request *request, cprof_slice name,
                    cprof_error *err) {
    char *path = malloc(name.len + 1);
    if (!path)
        return cprof_error_memory(session->env, err);
    memcpy(path, name.ptr, name.len);
    path[name.len] = 0;
    cprof_output output;
    bool ok = cprof_output_open(&output, path, session->env, err) &&
              fill_output(session, request, path, &output, err);
    free(path);
    return ok;
}

static bool to_new_file(cprof_session *session, const cprof_request *request, cprof_error *err) {
    char suffix[32] = ".", *path;
    strncat(suffix, request->command->suffix, sizeof suffix - 2);
    cprof_output output;
    if (!cprof_output_open_new(&output, "", "profile", suffix, &path, err))
        return false;
    bool ok = fill_output(session, request, path, &output, err);
    free(path);
    return ok;
}

/* Bytes of a colour sequence (ESC [ digits m) or a tab at the start of s; 0: there is none. */
static size_t harmless_size(cprof_slice s) {
    size_t n = 2;
    if (s.len > 0 && s.ptr[0] == '\t')
        return 1;
    if (s.len < 3 || s.ptr[0] != '\x1b' || s.ptr[1] != '[')
        return 0;
    while (n < s.len && (s.ptr[n] == ';' || (s.ptr[n] >= '0' && s.ptr[n] <= '9')))
        n++;
    return n < s.len && s.ptr[n] == 'm' ? n + 1 : 0;
}

/* Nothing but colours and tabs drives the terminal, whatever a renderer let through. */
static void write_terminal(cprof_sink *terminal, cprof_slice text) {
    while (text.len > 0) {
        size_t harmless = harmless_size(text), plain = 1;
        if (harmless > 0) {
            cprof_sink_write(terminal, text.ptr, harmless);
            text = cprof_slice_sub(text, harmless, text.len);
            continue;
        }
        while (plain < text.len && !harmless_size(cprof_slice_sub(text, plain, text.len)))
            plain++;
        cprof_sink_escaped(terminal, cprof_slice_sub(text, 0, plain), true);
        text = cprof_slice_sub(text, plain, text.len);
    }
}

/* How many colours a text report may use. */
static int colours_of(cprof_slice when, bool is_terminal) {
    const char *none = getenv("NO_COLOR"), *term = getenv("TERM"), *many = getenv("COLORTERM");
    bool able = is_terminal && !(none && *none) && term && *term && strcmp(term, "dumb") != 0;
    if (cprof_slice_is(when, "never") || (!able && !cprof_slice_is(when, "always")))
        return 0;
    return (many && *many) || (term && strstr(term, "256color")) ? 256 : 8;
}

static bool to_terminal(cprof_session *session, const cprof_request *request, int fd, cprof_error *err) {
    cprof_sink text, terminal;
    cprof_sink_init_memory(&text, session->env);
    cprof_sink_init_fd(&terminal, fd);
    terminal.env = session->env;
    cprof_request shown = *request;
    shown.style = (cprof_text_style){.escape = true, .colours = colours_of(request->settings.colour, true)};
    bool ok = cprof_session_run(session, &shown, &text, err) && cprof_sink_finish(&text, err);
    if (ok) {
        write_terminal(&terminal, cprof_sink_bytes(&text));
        ok = cprof_sink_finish(&terminal, err);
    }
    cprof_sink_deinit(&text);
    cprof_sink_deinit(&terminal);
    return ok;
}

static bool to_pipe(cprof_session *session, const cprof_request *request, int fd, cprof_error *err) {
    cprof_sink sink;
    cprof_sink_init_fd(&sink, fd);
    sink.env = session->env;
    cprof_request shown = *request;
    shown.style.colours = colours_of(request->settings.colour, false);
    shown.style.escape |= shown.style.colours > 0; /* it will be on a terminal in the end */
    bool ok = cprof_session_run(session, &shown, &sink, err) && cprof_sink_finish(&sink, err);
    cprof_sink_deinit(&sink);
    return ok;
}

/* "… > x.svg": there it is wanted, not on a screen. */
static bool is_file(int fd) {
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/* To a file that a program shows, unless it was to be kept (-output). */
static bool to_viewer(cprof_session *session, const cprof_request *request, cprof_error *err) {
    char *path = cprof_viewer_file(request->command->suffix, err);
    bool ok = path && to_file(session, request, cprof_slice_of(path), err) &&
              cprof_viewer_start(request->command->viewers, path, session->env, err);
    free(path);
    return ok;
}

bool cprof_session_deliver(cprof_session *session, const cprof_request *request, const cprof_delivery *to,
                           cprof_error *err) {
    bool own_form = request->settings.format.len == 0; /* no JSON or the like, which is text */
    if (request->settings.output.len)
        return to_file(session, request, request->settings.output, err);
    if (own_form && request->command->viewers && (to->in_shell || !is_file(to->fd)))
        return to_viewer(session, request, err);
    if (own_form && request->command->suffix && (to->is_terminal || to->in_shell))
        return to_new_file(session, request, err);
    return to->is_terminal ? to_terminal(session, request, to->fd, err)
                           : to_pipe(session, request, to->fd, err);
}
