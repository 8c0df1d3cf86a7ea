#include "report/disasm.h"

#include "base/child.h"
#include "report/symbols.h"
#include "symbol/disasm.h"

#include <stdio.h>

typedef struct maker {
    cprof_disasm_report *out;
    cprof_report *report;
    const cprof_env *env;
    const char *tools;
    cprof_symbol_set symbols;
} maker;

static bool no_memory(const maker *m, cprof_error *err) {
    return cprof_error_memory(m->env, err);
}

static bool amount_or_dot(cprof_report *report, int64_t value, cprof_amount *amount) {
    if (!cprof_report_amount(report, value, report->total, amount))
        return false;
    if (value == 0)
        amount->text = CPROF_SLICE(".");
    return true;
}

/* What the samples say of an instruction, where objdump says nothing. */
typedef struct tally {
    int64_t flat, flat_div, cum, cum_div;
    cprof_slice function, file; /* the file with its folders */
    int64_t line;
} tally;

static void add_node(const cprof_graph *g, uint32_t vertex, tally *t, bool *overflowed) {
    const cprof_node_info *info = cprof_graph_info(g, vertex);
    cprof_i64_add(&t->flat, g->flat[vertex], overflowed);
    cprof_i64_add(&t->cum, g->cum[vertex], overflowed);
    if (g->flat_div) {
        cprof_i64_add(&t->flat_div, g->flat_div[vertex], overflowed);
        cprof_i64_add(&t->cum_div, g->cum_div[vertex], overflowed);
    }
    if (t->file.len == 0 && info->file)
        t->file = cprof_graph_string(g, info->file);
    if (t->line == 0)
        t->line = info->line;
    if (t->function.len == 0)
        t->function = cprof_graph_string(g, info->name);
}

/* The file's own name; cprof_path_base makes "." of none. */
static cprof_slice file_name(const tally *t) {
    return t->file.len > 0 ? cprof_path_base(t->file) : t->file;
}

static bool place_text(cprof_report *report, const tally *t, cprof_slice *place) {
    cprof_slice file = file_name(t);
    size_t room = t->function.len + file.len + 32;
    char *text = cprof_arena_alloc(&report->arena, room);
    size_t n = 0;
    if (!text)
        return false;
    if (t->function.len > 0) {
        memcpy(text, t->function.ptr, t->function.len);
        n = t->function.len;
        text[n++] = ' ';
    }
    if (file.len > 0) {
        memcpy(text + n, file.ptr, file.len);
        n += file.len;
        if (t->line != 0)
            n += (size_t)snprintf(text + n, room - n, ":%lld", (long long)t->line);
    }
    *place = (cprof_slice){text, n};
    return true;
}

static bool same_place(const tally *a, const tally *b) {
    return a->line == b->line && cprof_slice_equal(a->function, b->function) &&
           cprof_slice_equal(file_name(a), file_name(b));
}

/* Notes where the instruction is from; copies are shared with the one before it. */
static bool keep_place(cprof_report *report, const tally *now, const cprof_disasm_line *before,
                       cprof_disasm_line *line) {
    bool same_function = before && cprof_slice_equal(before->function, now->function);
    bool same_file = before && cprof_slice_equal(before->file, now->file);
    line->function = same_function ? before->function : cprof_arena_copy(&report->arena, now->function);
    line->file = same_file ? before->file : cprof_arena_copy(&report->arena, now->file);
    line->line = now->line;
    return line->function.ptr && line->file.ptr;
}

/* Gives each instruction the nodes from its address up to the next one's. */
static bool annotate(maker *m, const cprof_symbol_match *symbol, const cprof_disasm *code,
                     cprof_disasm_function *f, cprof_error *err) {
    const cprof_graph *g = m->out->graph;
    tally before = {0};
    size_t node = 0;
    bool overflowed = false;
    f->lines = cprof_arena_calloc(&m->report->arena, code->instructions.count + 1, sizeof *f->lines);
    if (!f->lines)
        return no_memory(m, err);
    for (size_t i = 0; i < code->instructions.count; i++) {
        const cprof_instruction *in = &code->instructions.at[i];
        uint64_t next = i + 1 < code->instructions.count ? code->instructions.at[i + 1].address : UINT64_MAX;
        tally now = {.function = in->function, .file = in->file, .line = in->line};
        for (; node < symbol->node_count; node++) {
            uint32_t vertex = symbol->nodes[node];
            if (cprof_graph_info(g, vertex)->address - symbol->base >= next)
                break;
            add_node(g, vertex, &now, &overflowed);
        }
        cprof_disasm_line *line = &f->lines[f->line_count++];
        line->address = in->address;
        line->text = cprof_arena_copy(&m->report->arena, in->text);
        bool told = same_place(&now, &before);
        if (!line->text.ptr || !keep_place(m->report, &now, i > 0 ? line - 1 : NULL, line) ||
            (!told && !place_text(m->report, &now, &line->place)) ||
            !amount_or_dot(m->report, cprof_i64_mean(now.flat, now.flat_div), &line->flat) ||
            !amount_or_dot(m->report, cprof_i64_mean(now.cum, now.cum_div), &line->cum))
            return no_memory(m, err);
        before = now;
    }
    if (overflowed)
        cprof_note(m->env, "sums that do not fit 64 bits are shown as the largest number that does");
    return true;
}

static bool add_function(maker *m, const cprof_symbol_match *symbol, cprof_error *err) {
    cprof_disasm_function f = {.names = symbol->names, .name_count = symbol->name_count};
    cprof_disasm_options options = {m->report->options.intel_syntax, m->tools};
    const cprof_graph *g = m->out->graph;
    cprof_disasm code;
    int64_t flat = 0, cum = 0;
    bool overflowed = false;
    for (uint32_t i = 0; i < symbol->node_count; i++) {
        cprof_i64_add(&flat, g->flat[symbol->nodes[i]], &overflowed);
        cprof_i64_add(&cum, g->cum[symbol->nodes[i]], &overflowed);
    }
    bool ok = cprof_disasm_init(&code, symbol->path, symbol->start, symbol->end, &options, m->env, err) &&
              annotate(m, symbol, &code, &f, err);
    cprof_disasm_deinit(&code);
    if (!ok)
        return false;
    return (cprof_report_amount(m->report, flat, m->report->total, &f.flat) &&
            cprof_report_amount(m->report, cum, m->report->total, &f.cum) &&
            cprof_vec_push(m->env, &m->out->functions, f)) ||
           no_memory(m, err);
}

static bool nothing_found(const maker *m, cprof_error *err) {
    cprof_slice pattern = cprof_regex_pattern(m->report->options.symbol);
    if (!m->symbols.by_address)
        return cprof_error_set(
            err, CPROF_ERR_NO_MATCH, -1,
            "no function of the profile's binaries matches %.*s, or they were not found: name the "
            "binary before the profile, or its folder in PPROF_BINARY_PATH",
            CPROF_SLICE_ARG(pattern));
    if (!m->symbols.address_found)
        return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "no function is at address %.*s",
                               CPROF_SLICE_ARG(pattern));
    return cprof_error_set(err, CPROF_ERR_NO_MATCH, -1, "the function at address %.*s has no samples",
                           CPROF_SLICE_ARG(pattern));
}

bool cprof_disasm_report_init(cprof_disasm_report *out, cprof_report *report, const char *tools,
                              cprof_error *err) {
    char buffer[CPROF_LABEL_MAX];
    const cprof_report_options *o = &report->options;
    cprof_graph_options options = {
        .nodes = {.keep_objfile = true, .trim_path = o->trim_path, .source_path = o->source_path},
        .drop_negative = report->options.drop_negative,
    };
    maker m = {.out = out, .report = report, .env = report->view->env, .tools = tools};
    *out = (cprof_disasm_report){.report = report};
    out->graph = cprof_graph_new(report->view, &options, err);
    if (!out->graph)
        return false;
    out->total = cprof_arena_copy(&report->arena, cprof_report_value(report, report->total, buffer));
    if (!out->total.ptr)
        return no_memory(&m, err);
    bool ok = cprof_symbol_set_init(&m.symbols, report, out->graph, err);
    for (size_t i = 0; ok && i < m.symbols.matches.count; i++)
        ok = add_function(&m, &m.symbols.matches.at[i], err);
    if (ok && out->functions.count == 0)
        ok = nothing_found(&m, err);
    cprof_symbol_set_deinit(&m.symbols);
    return ok;
}

void cprof_disasm_report_deinit(cprof_disasm_report *out) {
    cprof_vec_free(out->report->view->env, &out->functions);
    cprof_graph_free(out->graph);
    out->graph = NULL;
}
