#include "report/weblist.h"

#include <math.h>
#include <stdlib.h>

enum { HOT_PARTS = 20 }; /* a line is hot from this part of its function's heaviest on */

/* An instruction at its line. */
typedef struct placed {
    uint32_t section, line;
    const cprof_disasm_line *code; /* in order of address while both are the same */
} placed;

typedef struct placer {
    cprof_weblist *out;
    const cprof_env *env;
    uint32_t *by_file; /* sections that have lines, by their file's base name */
    uint32_t count;
    CPROF_VEC(placed) placed;
} placer;

static cprof_slice base_of(const cprof_weblist_section *s) {
    return cprof_path_base(s->file->file);
}

static int by_base(const void *a, const void *b, void *sections) {
    const cprof_weblist_section *all = sections;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = cprof_slice_compare(base_of(&all[x]), base_of(&all[y]));
    return order ? order : x < y ? -1 : x > y;
}

/* Debug information may name a file by more or fewer of its folders than the profile does. */
static bool same_file(cprof_slice a, cprof_slice b) {
    cprof_slice longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;
    return shorter.len > 0 &&
           cprof_slice_equal(shorter, cprof_slice_sub(longer, longer.len - shorter.len, longer.len)) &&
           (longer.len == shorter.len || shorter.ptr[0] == '/' ||
            longer.ptr[longer.len - shorter.len - 1] == '/');
}

static bool has_line(const cprof_weblist_section *s, int64_t number, uint32_t *line) {
    uint32_t low = 0;
    for (uint32_t high = s->line_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (s->lines[middle].source->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    *line = low;
    return low < s->line_count && s->lines[low].source->number == number;
}

/* The line that an instruction says it is from: of the function of that name, else of the shortest one. */
static bool find_line(const placer *p, const cprof_disasm_line *code, placed *found) {
    const cprof_weblist_section *all = p->out->sections;
    cprof_slice base = cprof_path_base(code->file);
    uint32_t low = 0, least = UINT32_MAX, line;
    for (uint32_t high = p->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (cprof_slice_compare(base_of(&all[p->by_file[middle]]), base) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < p->count && cprof_slice_equal(base_of(&all[p->by_file[low]]), base); low++) {
        const cprof_weblist_section *s = &all[p->by_file[low]];
        bool named = cprof_slice_equal(s->function->name, code->function);
        if ((!named && (s->line_count >= least || !same_file(s->file->file, code->file))) ||
            !has_line(s, code->line, &line))
            continue;
        *found = (placed){p->by_file[low], line, code};
        least = s->line_count;
        if (named)
            return true;
    }
    return least != UINT32_MAX;
}

/* Instructions from elsewhere (inlined calls) stand with the line before them, at the start with the one
 * behind them; false: there is none. */
static bool place_function(placer *p, const cprof_disasm_function *f, bool *has_place, cprof_error *err) {
    placed at = {0};
    *has_place = false;
    for (uint32_t i = 0; i < f->line_count && !*has_place; i++)
        *has_place = find_line(p, &f->lines[i], &at);
    for (uint32_t i = 0; *has_place && i < f->line_count; i++) {
        placed here;
        if (find_line(p, &f->lines[i], &here))
            at = here;
        at.code = &f->lines[i];
        if (!cprof_vec_push(p->env, &p->placed, at))
            return cprof_error_memory(p->env, err);
    }
    return true;
}

static int by_place(const void *a, const void *b) {
    const placed *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->code->address < y->code->address ? -1 : x->code->address > y->code->address;
}

static bool give_code(placer *p) {
    cprof_arena *arena = &p->out->report->arena;
    const cprof_disasm_line **code = cprof_arena_calloc(arena, p->placed.count + 1, sizeof *code);
    if (!code)
        return false;
    if (p->placed.count > 0)
        qsort(p->placed.at, p->placed.count, sizeof *p->placed.at, by_place);
    for (size_t i = 0; i < p->placed.count; i++) {
        const placed *at = &p->placed.at[i];
        cprof_weblist_line *line = &p->out->sections[at->section].lines[at->line];
        code[i] = at->code;
        if (line->code_count++ == 0)
            line->code = code + i;
    }
    return true;
}

static bool place_code(cprof_weblist *w, cprof_error *err) {
    placer p = {.out = w, .env = w->report->view->env};
    cprof_arena *arena = &w->report->arena;
    p.by_file = cprof_arena_calloc(arena, (size_t)w->section_count + 1, sizeof *p.by_file);
    w->loose = cprof_arena_calloc(arena, w->disasm.functions.count + 1, sizeof *w->loose);
    if (!p.by_file || !w->loose)
        return cprof_error_memory(p.env, err);
    for (uint32_t i = 0; i < w->section_count; i++)
        if (w->sections[i].line_count > 0)
            p.by_file[p.count++] = i;
    qsort_r(p.by_file, p.count, sizeof *p.by_file, by_base, w->sections);
    bool ok = true, has_place;
    for (size_t i = 0; ok && i < w->disasm.functions.count; i++) {
        const cprof_disasm_function *f = &w->disasm.functions.at[i];
        ok = place_function(&p, f, &has_place, err);
        if (ok && !has_place)
            w->loose[w->loose_count++] = f;
    }
    ok = ok && (give_code(&p) || cprof_error_memory(p.env, err));
    cprof_vec_free(p.env, &p.placed);
    return ok;
}

/* The machine code, as far as binaries are there. */
static bool read_code(cprof_weblist *w, const char *tools, cprof_error *err) {
    cprof_error why = CPROF_ERROR_INIT;
    const cprof_report *r = w->report;
    w->code_view.granularity =
        (cprof_granularity){.function = true, .filename = true, .line = true, .address = true};
    if (!cprof_report_init(&w->code_report, &w->code_view, &r->options, r->total, err))
        return false;
    if (cprof_disasm_report_init(&w->disasm, &w->code_report, tools, &why))
        return true;
    if (why.code == CPROF_ERR_NO_MATCH)
        return true;
    if (err)
        *err = why;
    return false;
}

static double weight(const cprof_list_line *line) {
    return fmax(fabs((double)line->flat), fabs((double)line->cum));
}

static double heaviest_line(const cprof_list_file *file) {
    double most = 0;
    for (uint32_t i = 0; i < file->count; i++)
        most = fmax(most, weight(&file->lines[i]));
    return most;
}

static bool add_lines(cprof_weblist *w, cprof_weblist_section *s, double most) {
    const cprof_list_file *file = s->file;
    double own = heaviest_line(file);
    s->lines = cprof_arena_calloc(&w->report->arena, (size_t)file->count + 1, sizeof *s->lines);
    if (!s->lines)
        return false;
    for (s->line_count = 0; s->line_count < file->count; s->line_count++) {
        const cprof_list_line *source = &file->lines[s->line_count];
        s->lines[s->line_count] = (cprof_weblist_line){
            .source = source,
            .flat_share = most > 0 ? fabs((double)source->flat) / most : 0,
            .cum_share = most > 0 ? fabs((double)source->cum) / most : 0,
            .hot = own > 0 && weight(source) * HOT_PARTS >= own,
        };
    }
    return true;
}

static int64_t magnitude(int64_t v) {
    return v < 0 ? v : -v; /* negative: every value has one */
}

static int heaviest_first(const void *a, const void *b) {
    const cprof_weblist_section *x = a, *y = b;
    if (!x->file || !y->file)
        return x->file ? -1 : y->file ? 1 : cprof_slice_compare(x->function->name, y->function->name);
    int64_t p = magnitude(x->file->cum.value), q = magnitude(y->file->cum.value);
    if (p != q)
        return p < q ? -1 : 1;
    int order = cprof_slice_compare(x->function->name, y->function->name);
    return order ? order : cprof_slice_compare(x->file->file, y->file->file);
}

static bool make_sections(cprof_weblist *w) {
    size_t room = 0;
    double most = 0;
    for (uint32_t i = 0; i < w->list.count; i++)
        room += w->list.functions[i].file_count + 1u;
    w->sections = cprof_arena_calloc(&w->report->arena, room + 1, sizeof *w->sections);
    if (!w->sections)
        return false;
    for (uint32_t i = 0; i < w->list.count; i++) {
        const cprof_list_function *f = &w->list.functions[i];
        for (uint32_t k = 0; k < f->file_count || k == 0; k++) {
            const cprof_list_file *file = f->file_count ? &f->files[k] : NULL;
            w->sections[w->section_count++] = (cprof_weblist_section){.function = f, .file = file};
            if (file)
                most = fmax(most, heaviest_line(file));
            if (file && file->error.len && w->missing_count++ == 0)
                w->missing = file->error;
        }
    }
    qsort(w->sections, w->section_count, sizeof *w->sections, heaviest_first);
    for (uint32_t i = 0; i < w->section_count; i++)
        if (w->sections[i].file && !add_lines(w, &w->sections[i], most))
            return false;
    return true;
}

static bool name_matches(const cprof_report *r, uint32_t function) {
    const cprof_profile *p = r->view->profile;
    const cprof_str names[] = {p->functions.name[function], p->functions.system_name[function],
                               p->functions.filename[function]};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cprof_regex_match(r->options.symbol, cprof_profile_string(p, names[i])))
            return true;
    return false;
}

static bool location_matches(const cprof_report *r, uint32_t location) {
    const cprof_view *view = r->view;
    if (cprof_view_hides(view, location))
        return false;
    for (uint32_t i = 0; i < cprof_view_line_count(view, location); i++)
        if (name_matches(r, view->profile->locations.line_function[cprof_view_line(view, location, i)]))
            return true;
    return false;
}

/* Whether a sample has what is asked for, be its value 0: then it has a page, and nothing to show there. */
static bool samples_match(const cprof_report *r, bool *match, cprof_error *err) {
    const cprof_view *view = r->view;
    const cprof_profile *p = view->profile;
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(view->env));
    bool *seen = cprof_arena_calloc(&scratch, (size_t)p->locations.count + 1, sizeof *seen);
    *match = false;
    for (uint32_t i = 0; seen && !*match && i < cprof_view_sample_count(view); i++) {
        uint32_t count, stack = p->samples.stack[cprof_view_sample(view, i)];
        const uint32_t *locations = cprof_view_frames(view, stack, &count);
        for (uint32_t l = 0; !*match && l < count; l++) {
            *match = !seen[locations[l]] && location_matches(r, locations[l]);
            seen[locations[l]] = true;
        }
    }
    cprof_arena_deinit(&scratch);
    return seen || cprof_error_memory(view->env, err);
}

static bool read_list(cprof_weblist *w, cprof_error *err) {
    cprof_error why = CPROF_ERROR_INIT;
    bool match = false;
    if (cprof_list_init_sparse(&w->list, w->report, &why))
        return true;
    if (why.code == CPROF_ERR_NO_MATCH && !samples_match(w->report, &match, err))
        return false;
    if (!match && err)
        *err = why;
    return match;
}

bool cprof_weblist_init(cprof_weblist *w, cprof_report *report, const char *tools, cprof_error *err) {
    *w = (cprof_weblist){.report = report, .missing = CPROF_SLICE("")};
    cprof_view_init_on(&w->code_view, report->view);
    w->code_report.view = &w->code_view;
    w->disasm.report = &w->code_report;
    return read_list(w, err) && (make_sections(w) || cprof_error_memory(report->view->env, err)) &&
           read_code(w, tools, err) && place_code(w, err);
}

void cprof_weblist_deinit(cprof_weblist *w) {
    cprof_list_deinit(&w->list);
    cprof_disasm_report_deinit(&w->disasm);
    cprof_report_deinit(&w->code_report);
    cprof_view_deinit(&w->code_view);
}
