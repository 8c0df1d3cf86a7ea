#include "tui/fold.h"

#include "report/flame.h"
#include "report/top.h"
#include "tui/grid.h"

enum { TREE_NODES = 20000 };

/* A request that knows what is to be filled: what the run functions below get. */
typedef struct fold_request {
    cprof_request request; /* first: a pointer to it is one to the whole */
    cprof_fold *fold;
} fold_request;

cprof_fold *cprof_fold_of(const cprof_job *job) {
    return ((const fold_request *)(const void *)job->request)->fold;
}

bool cprof_fold_keep(cprof_fold *fold, cprof_slice text, cprof_slice *kept) {
    *kept = cprof_arena_copy(&fold->arena, text);
    return kept->ptr != NULL;
}

bool cprof_fold_keep_amount(cprof_fold *fold, const cprof_amount *amount, cprof_share *share) {
    share->value = amount->value;
    share->percent = amount->percent;
    return cprof_fold_keep(fold, amount->text, &share->text) &&
           cprof_fold_keep(fold, amount->percent_text, &share->percent_text);
}

bool cprof_fold_add(cprof_fold *fold, cprof_fold_row row, cprof_error *err) {
    return cprof_vec_push(fold->env, &fold->rows, row) || cprof_error_memory(fold->env, err);
}

bool cprof_fold_keep_total(cprof_fold *fold, const cprof_report *report, cprof_error *err) {
    char buffer[CPROF_LABEL_MAX];
    return cprof_fold_keep(fold, cprof_report_value(report, report->total, buffer), &fold->total) ||
           cprof_error_memory(fold->env, err);
}

bool cprof_fold_keep_entry(cprof_fold *fold, const cprof_entry *entry, cprof_fold_row *row) {
    cprof_slice function = entry->function.len ? entry->function : entry->name;
    return cprof_fold_keep(fold, entry->name, &row->name) &&
           cprof_fold_keep(fold, function, &row->function) &&
           cprof_fold_keep_amount(fold, &entry->flat, &row->flat) &&
           cprof_fold_keep_amount(fold, &entry->cum, &row->cum) &&
           cprof_fold_keep_amount(fold, &entry->sum, &row->sum);
}

/* Where a row may end at the latest: there, or at the last space before. */
static size_t break_at(cprof_slice text) {
    enum { NOTE_COLUMNS = 74 };
    if (text.len <= NOTE_COLUMNS)
        return text.len;
    for (size_t i = NOTE_COLUMNS; i > NOTE_COLUMNS / 2; i--)
        if (text.ptr[i] == ' ')
            return i;
    size_t at = NOTE_COLUMNS;
    while (at > 1 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80)
        at--;
    return at;
}

bool cprof_fold_add_note(cprof_fold *fold, cprof_slice text, cprof_error *err) {
    do {
        size_t end = break_at(text);
        cprof_fold_row row = {.part = CPROF_PART_NOTE, .caller = CPROF_NONE, .function = CPROF_SLICE("")};
        if (!cprof_fold_keep(fold, cprof_slice_sub(text, 0, end), &row.name))
            return cprof_error_memory(fold->env, err);
        if (!cprof_fold_add(fold, row, err))
            return false;
        text = cprof_slice_trim(cprof_slice_sub(text, end, text.len));
    } while (text.len);
    return true;
}

/* --- top --- */

static bool fold_top(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_top top;
    (void)sink;
    bool ok = cprof_top_init(&top, job->report, err) && cprof_fold_keep_total(fold, job->report, err);
    for (uint32_t i = 0; ok && i < top.count; i++) {
        cprof_fold_row row = {.caller = CPROF_NONE};
        ok = (cprof_fold_keep_entry(fold, &top.entries[i], &row) || cprof_error_memory(fold->env, err)) &&
             cprof_fold_add(fold, row, err);
    }
    cprof_top_deinit(&top);
    return ok;
}

/* --- the tree of calls, for the tree and the flame graph --- */

static int64_t change_of(const cprof_flame *flame, int64_t value, int64_t base) {
    if (flame->stacks.kind != CPROF_STACKS_DIFF)
        return value;
    return cprof_sum_held(value, base == INT64_MIN ? INT64_MAX : -base);
}

static bool fold_node(cprof_fold *fold, const cprof_flame *flame, cprof_report *report, uint32_t at,
                      cprof_fold_row *row) {
    const cprof_flame_node *node = &flame->nodes.at[at];
    cprof_amount flat, cum, part;
    int64_t self = change_of(flame, node->self, node->self_base);
    int64_t value = change_of(flame, node->value, node->base);
    int64_t above = row->caller == CPROF_NONE ? value : fold->rows.at[row->caller].cum.value;
    cprof_slice name = CPROF_SLICE("root");
    if (node->frame != CPROF_NONE) {
        const cprof_stack_frame *frame = &flame->stacks.frames.at[node->frame];
        name = frame->name;
        row->colour =
            cprof_package_colour(flame->stacks.packages.at[frame->package].name, CPROF_FRAME_COLOURS);
        if (frame->function &&
            !cprof_fold_keep(fold, cprof_profile_string(report->view->profile, frame->function),
                             &row->function))
            return false;
    }
    row->depth = node->depth;
    row->end = node->end;
    row->width = node->width;
    if (!cprof_fold_keep(fold, name, &row->name) ||
        !cprof_report_amount(report, self, report->total, &flat) ||
        !cprof_report_amount(report, value, report->total, &cum) ||
        !cprof_report_amount(report, value, above, &part) ||
        !cprof_fold_keep_amount(fold, &flat, &row->flat) || !cprof_fold_keep_amount(fold, &cum, &row->cum) ||
        !cprof_fold_keep(fold, part.percent_text, &row->of_caller))
        return false;
    if (!row->function.ptr)
        row->function = node->frame == CPROF_NONE ? CPROF_SLICE("") : row->name; /* the root is none */
    return true;
}

/* Callees stand side by side, from where their caller begins. */
static bool fold_nodes(cprof_fold *fold, const cprof_flame *flame, cprof_report *report, cprof_error *err) {
    uint32_t *above = cprof_arena_calloc(&fold->arena, (size_t)flame->depth + 2, sizeof *above);
    int64_t *next = cprof_arena_calloc(&fold->arena, (size_t)flame->depth + 2, sizeof *next);
    if (!above || !next)
        return cprof_error_memory(fold->env, err);
    for (uint32_t i = 0; i < flame->nodes.count; i++) {
        uint32_t depth = flame->nodes.at[i].depth;
        cprof_fold_row row = {.caller = depth ? above[depth - 1] : CPROF_NONE, .start = next[depth]};
        if (!fold_node(fold, flame, report, i, &row))
            return cprof_error_memory(fold->env, err);
        above[depth] = i;
        next[depth] = cprof_sum_held(row.start, row.width);
        next[depth + 1] = row.start;
        if (!cprof_fold_add(fold, row, err))
            return false;
    }
    return true;
}

static bool fold_tree(const cprof_job *job, cprof_sink *sink, cprof_error *err) {
    cprof_fold *fold = cprof_fold_of(job);
    cprof_flame_options options = {.max_nodes = TREE_NODES};
    cprof_flame flame;
    (void)sink;
    bool ok = cprof_flame_init(&flame, job->report, &options, err);
    if (ok) {
        fold->is_difference |= flame.stacks.kind != CPROF_STACKS_PLAIN;
        ok = cprof_fold_keep_total(fold, job->report, err) && fold_nodes(fold, &flame, job->report, err);
    }
    cprof_flame_deinit(&flame);
    return ok;
}

/* --- all of them --- */

static const cprof_command commands[] = {
    [CPROF_FOLD_TOP] = {.name = "top", .run = fold_top},
    [CPROF_FOLD_TREE] = {.name = "flame", .run = fold_tree},
    [CPROF_FOLD_SOURCE] = {.name = "list",
                           .run = cprof_fold_source,
                           .takes_regex = true,
                           .untrimmed = true,
                           .granularity = "lines"},
    [CPROF_FOLD_DISASM] = {.name = "disasm",
                           .run = cprof_fold_disasm,
                           .takes_regex = true,
                           .untrimmed = true,
                           .granularity = "addresses",
                           .inlines = CPROF_INLINES_NEVER},
    [CPROF_FOLD_CALLS] = {.name = "peek", .untrimmed = true},
    [CPROF_FOLD_TAGS] = {.name = "tags", .run = cprof_fold_tags},
    [CPROF_FOLD_TRACES] = {.name = "traces", .run = cprof_fold_traces},
    [CPROF_FOLD_GOROUTINES] = {.name = "goroutines", .run = cprof_fold_goroutines},
};

cprof_slice cprof_quote_regex(cprof_arena *arena, cprof_slice text) {
    char *out = cprof_arena_alloc(arena, 2 * text.len + 1);
    size_t n = 0;
    if (!out)
        return (cprof_slice){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == ' ' || strchr("\\.+*?()|[]{}^$", c))
            out[n++] = '\\';
        out[n++] = c == ' ' ? 's' : c;
    }
    return (cprof_slice){out, n};
}

bool cprof_anchor_regex(cprof_arena *arena, cprof_slice text, cprof_slice *pattern) {
    cprof_slice quoted = cprof_quote_regex(arena, text);
    char *out = quoted.ptr ? cprof_arena_alloc(arena, quoted.len + 2) : NULL;
    if (!out)
        return false;
    out[0] = '^';
    memcpy(out + 1, quoted.ptr, quoted.len);
    out[quoted.len + 1] = '$';
    *pattern = (cprof_slice){out, quoted.len + 2};
    return true;
}

bool cprof_fold_init(cprof_fold *fold, cprof_fold_kind kind, cprof_session *session,
                     const cprof_settings *settings, cprof_slice name, cprof_error *err) {
    const cprof_env *env = session->env;
    *fold = (cprof_fold){.env = env, .is_difference = session->is_difference};
    cprof_arena_init(&fold->arena, cprof_env_budget(env));
    fold_request r = {.request = {.command = &commands[kind], .settings = *settings}, .fold = fold};
    r.request.settings.format = r.request.settings.output = CPROF_SLICE("");
    r.request.argument = name;
    if (kind == CPROF_FOLD_CALLS)
        return cprof_fold_init_calls(fold, session, &r.request, err);
    cprof_sink nothing;
    cprof_sink_init_memory(&nothing, env);
    bool ok = cprof_session_run(session, &r.request, &nothing, err);
    cprof_sink_deinit(&nothing);
    for (size_t i = 0; ok && i < fold->rows.count; i++)
        fold->is_difference |= fold->rows.at[i].cum.value < 0;
    return ok;
}

size_t cprof_fold_bytes(const cprof_fold *fold) {
    return cprof_arena_bytes(&fold->arena) + fold->rows.capacity * sizeof *fold->rows.at +
           fold->frames.capacity * sizeof *fold->frames.at +
           fold->stack_frames.capacity * sizeof *fold->stack_frames.at +
           (fold->calls ? cprof_fold_calls_bytes(fold->calls) : 0);
}

void cprof_fold_deinit(cprof_fold *fold) {
    cprof_fold_free_calls(fold->calls, fold->env);
    cprof_vec_free(fold->env, &fold->rows);
    cprof_vec_free(fold->env, &fold->frames);
    cprof_vec_free(fold->env, &fold->stack_frames);
    cprof_arena_deinit(&fold->arena);
    *fold = (cprof_fold){.env = fold->env};
}
