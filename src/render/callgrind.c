#include "render/callgrind.h"

#include "base/strtab.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct writer {
    const cprof_text_style *style;
    cprof_sink *sink;
    cprof_strtab objfiles, files, names; /* what was written before has a number */
    const cprof_env *env;
} writer;

static void fail(writer *w) {
    cprof_error err = CPROF_ERROR_INIT;
    cprof_error_memory(w->env, &err);
    cprof_sink_fail(w->sink, &err);
}

static void put_text(writer *w, cprof_slice text) {
    bool breaks = w->style->escape;
    for (size_t i = 0; !breaks && i < text.len; i++)
        breaks = text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == 0;
    const cprof_text_style style = {.escape = breaks};
    cprof_style_name(&style, w->sink, text);
}

/* "fn=(3) name" where the name is new, "fn=(3)" where it is not. */
static void put_name(writer *w, const char *field, cprof_strtab *seen, cprof_slice name) {
    cprof_str id;
    uint32_t count = cprof_strtab_count(seen);
    cprof_sink_puts(w->sink, field);
    if (name.len) {
        if (!cprof_strtab_add(seen, name, &id)) {
            fail(w);
            return;
        }
        cprof_sink_printf(w->sink, "(%u)", (unsigned)id);
        if (id == count) {
            cprof_sink_putc(w->sink, ' ');
            put_text(w, name);
        }
    }
    cprof_sink_putc(w->sink, '\n');
}

/* As "0x…", or relative to the one before where that is shorter. */
static void put_address(writer *w, const cprof_callgrind_place *before, uint64_t address) {
    char absolute[24], relative[24];
    int length = snprintf(absolute, sizeof absolute, "0x%" PRIx64, address);
    if (before && before->address == address) {
        cprof_sink_putc(w->sink, '*');
        return;
    }
    if (before &&
        snprintf(relative, sizeof relative, "%+" PRId64, (int64_t)(address - before->address)) < length)
        cprof_sink_puts(w->sink, relative);
    else
        cprof_sink_puts(w->sink, absolute);
}

static void put_node(writer *w, const cprof_callgrind_node *node, const cprof_callgrind_place *before) {
    const cprof_callgrind_place *self = &node->self;
    if (!before || !cprof_slice_equal(before->objfile, self->objfile) ||
        !cprof_slice_equal(before->file, self->file) || !cprof_slice_equal(before->name, self->name)) {
        cprof_sink_putc(w->sink, '\n');
        put_name(w, "ob=", &w->objfiles, self->objfile);
        put_name(w, "fl=", &w->files, self->file);
        put_name(w, "fn=", &w->names, self->name);
    }
    put_address(w, before, self->address);
    cprof_sink_printf(w->sink, " %" PRId64 " %" PRId64 "\n", self->line, self->cost);
    for (uint32_t i = 0; i < node->call_count; i++) {
        const cprof_callgrind_place *call = &node->calls[i];
        put_name(w, "cfl=", &w->files, call->file);
        put_name(w, "cfn=", &w->names, call->name);
        cprof_sink_puts(w->sink, "calls=0 "); /* how often is not known */
        put_address(w, before, call->address);
        cprof_sink_printf(w->sink, " %" PRId64 "\n* * %" PRId64 "\n", call->line, call->cost);
    }
}

bool cprof_render_callgrind(const cprof_callgrind *callgrind, const cprof_text_style *style, cprof_sink *sink,
                            cprof_error *err) {
    const cprof_report *report = callgrind->report;
    const cprof_env *env = report->view->env;
    writer w = {.style = style, .sink = sink, .env = env};
    bool objfiles = cprof_strtab_init(&w.objfiles, env), files = cprof_strtab_init(&w.files, env),
         names = cprof_strtab_init(&w.names, env);
    if (!objfiles || !files || !names)
        fail(&w);
    cprof_sink_puts(sink, "positions: instr line\nevents: ");
    put_text(&w, report->sample_type);
    cprof_sink_putc(sink, '(');
    put_text(&w, report->unit);
    cprof_sink_puts(sink, ")\n");
    for (uint32_t i = 0; sink->error.code == CPROF_OK && i < callgrind->count; i++)
        put_node(&w, &callgrind->nodes[i], i ? &callgrind->nodes[i - 1].self : NULL);
    cprof_strtab_deinit(&w.objfiles);
    cprof_strtab_deinit(&w.files);
    cprof_strtab_deinit(&w.names);
    return sink->error.code == CPROF_OK || cprof_sink_finish(sink, err);
}
