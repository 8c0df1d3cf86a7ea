#include "render/assets.h"
#include "render/escape.h"
#include "render/flame_parts.h"
#include "render/json.h"

#define NAMES_MAX 1500000 /* bytes that all names may take together before long ones are cut */

#define LEGEND 14 /* packages with a share of their own */

/* Frames and packages that the nodes really use, numbered anew. */
typedef struct used_rows {
    const cprof_flame *flame;
    const cprof_env *env;
    uint32_t *frame_of;   /* by frame of the model: its number, or CPROF_NONE */
    uint32_t *package_of; /* by package of the model, likewise */
    uint32_t *file_of;    /* by string of the profile, likewise */
    CPROF_VEC(uint32_t) frames, packages, files;
    size_t legend;     /* the first so many packages have the largest shares */
    size_t name_limit; /* characters */
} used_rows;

static bool use_package(used_rows *used, uint32_t package) {
    if (used->package_of[package] != CPROF_NONE)
        return true;
    used->package_of[package] = (uint32_t)used->packages.count;
    return cprof_vec_push(used->env, &used->packages, package);
}

/* The packages with most of their own, for the legend. */
static bool collect_legend(used_rows *used) {
    const cprof_stacks_model *stacks = &used->flame->stacks;
    while (used->legend < LEGEND) {
        uint32_t best = CPROF_NONE;
        for (uint32_t i = 0; i < stacks->packages.count; i++) {
            bool better = best == CPROF_NONE || stacks->packages.at[i].self > stacks->packages.at[best].self;
            if (used->package_of[i] == CPROF_NONE && stacks->packages.at[i].self > 0 && better)
                best = i;
        }
        if (best == CPROF_NONE)
            break;
        if (!use_package(used, best))
            return false;
        used->legend++;
    }
    return true;
}

static bool use_file(used_rows *used, cprof_str file) {
    if (used->file_of[file] != CPROF_NONE)
        return true;
    used->file_of[file] = (uint32_t)used->files.count;
    return cprof_vec_push(used->env, &used->files, file);
}

static bool collect(used_rows *used) {
    const cprof_flame *flame = used->flame;
    size_t bytes = 0;
    if (!collect_legend(used) || !use_file(used, 0))
        return false;
    for (size_t i = 1; i < flame->nodes.count; i++) {
        uint32_t frame = flame->nodes.at[i].frame;
        if (used->frame_of[frame] != CPROF_NONE)
            continue;
        used->frame_of[frame] = (uint32_t)used->frames.count;
        bytes += flame->stacks.frames.at[frame].name.len;
        if (!use_package(used, flame->stacks.frames.at[frame].package) ||
            !use_file(used, flame->stacks.frames.at[frame].file) ||
            !cprof_vec_push(used->env, &used->frames, frame))
            return false;
    }
    used->name_limit = bytes <= NAMES_MAX ? bytes + 1 : NAMES_MAX / used->frames.count;
    return true;
}

static void write_units(const cprof_report *report, cprof_json *json) {
    static const char *const names[] = {"B",   "kB",    "MB",    "GB",    "TB",    "PB",    "ns",
                                        "us",  "ms",    "s",     "hrs",   "n*GCU", "u*GCU", "m*GCU",
                                        "GCU", "k*GCU", "M*GCU", "G*GCU", "T*GCU", "P*GCU"};
    double ratio = report->options.ratio > 0 ? report->options.ratio : 1;
    bool any_unit = report->unit.len == 0 || cprof_slice_is(report->unit, "minimum") ||
                    cprof_slice_is(report->unit, "auto");
    bool written = false;
    cprof_slice name;
    cprof_json_key(json, "units");
    cprof_json_array(json);
    for (size_t i = 0; any_unit && i < sizeof names / sizeof *names; i++) {
        cprof_slice to = cprof_slice_of(names[i]);
        if (!cprof_measure_same_family(report->sample_unit, to))
            continue;
        cprof_json_array(json);
        cprof_json_number(json, cprof_measure_scale(1, report->sample_unit, to, &name) * ratio);
        cprof_json_string(json, to);
        cprof_json_end(json);
        written = true;
    }
    if (!written) {
        cprof_slice to = any_unit ? report->sample_unit : report->unit;
        double factor = cprof_measure_scale(1, report->sample_unit, to, &name);
        cprof_json_array(json);
        cprof_json_number(json, factor * ratio);
        cprof_json_string(json, name);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void write_names(const used_rows *used, cprof_json *json) {
    const cprof_profile *p = used->flame->report->view->profile;
    cprof_json_key(json, "frames");
    cprof_json_array(json);
    for (size_t i = 0; i < used->frames.count; i++) {
        const cprof_stack_frame *frame = &used->flame->stacks.frames.at[used->frames.at[i]];
        cprof_json_array(json);
        cprof_json_string(json, cprof_utf8_cut(frame->name, used->name_limit));
        cprof_json_int(json, used->package_of[frame->package]);
        if (frame->file)
            cprof_json_int(json, used->file_of[frame->file]);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_key(json, "files");
    cprof_json_array(json);
    for (size_t i = 0; i < used->files.count; i++)
        cprof_json_string(json, cprof_utf8_cut(cprof_profile_string(p, used->files.at[i]), used->name_limit));
    cprof_json_end(json);
    const cprof_stack_package *packages = used->flame->stacks.packages.at;
    cprof_json_key(json, "packages");
    cprof_json_array(json);
    for (size_t i = 0; i < used->packages.count; i++)
        cprof_json_string(json, cprof_utf8_cut(packages[used->packages.at[i]].name, used->name_limit));
    cprof_json_end(json);
    cprof_json_key(json, "colours");
    cprof_json_array(json);
    for (size_t i = 0; i < used->packages.count; i++)
        cprof_json_int(json,
                       cprof_package_colour(packages[used->packages.at[i]].name, CPROF_PALETTE_COLOURS));
    cprof_json_end(json);
    cprof_json_key(json, "shares");
    cprof_json_array(json);
    for (size_t i = 0; i < used->legend; i++)
        cprof_json_int(json, packages[used->packages.at[i]].self);
    cprof_json_end(json);
}

static int64_t node_depth(const cprof_flame_node *node) {
    return node->depth;
}
static int64_t node_value(const cprof_flame_node *node) {
    return node->value;
}
static int64_t node_base(const cprof_flame_node *node) {
    return node->base;
}
static int64_t node_width(const cprof_flame_node *node) {
    return node->width;
}

static void write_column(const cprof_flame *flame, cprof_json *json, const char *key,
                         int64_t (*of)(const cprof_flame_node *)) {
    cprof_json_key(json, key);
    cprof_json_array(json);
    for (size_t i = 0; i < flame->nodes.count; i++)
        cprof_json_int(json, of(&flame->nodes.at[i]));
    cprof_json_end(json);
}

static void write_nodes(const used_rows *used, cprof_json *json) {
    const cprof_flame *flame = used->flame;
    write_column(flame, json, "depth", node_depth);
    write_column(flame, json, "value", node_value);
    if (flame->stacks.kind == CPROF_STACKS_DIFF)
        write_column(flame, json, "base", node_base);
    if (flame->stacks.kind != CPROF_STACKS_PLAIN)
        write_column(flame, json, "width", node_width);
    cprof_json_key(json, "frame");
    cprof_json_array(json);
    for (size_t i = 0; i < flame->nodes.count; i++)
        cprof_json_int(json, i == 0 ? 0 : used->frame_of[flame->nodes.at[i].frame]);
    cprof_json_end(json);
    cprof_json_key(json, "inlined");
    cprof_json_array(json);
    for (size_t i = 1; i < flame->nodes.count; i++) {
        if (flame->nodes.at[i].inlined)
            cprof_json_int(json, (int64_t)i);
    }
    cprof_json_end(json);
    cprof_json_key(json, "folded");
    cprof_json_array(json);
    for (size_t i = 0; i < flame->nodes.count; i++) {
        if (flame->nodes.at[i].folded == 0)
            continue;
        cprof_json_array(json);
        cprof_json_int(json, (int64_t)i);
        cprof_json_int(json, flame->nodes.at[i].folded);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void write_all(const used_rows *used, const cprof_flame_style *style, const cprof_flame_words *words,
                      cprof_sink *sink) {
    static const char *const kinds[] = {"plain", "signed", "diff"};
    const cprof_flame *flame = used->flame;
    cprof_json json;
    cprof_json_init(&json, sink, CPROF_JSON_PAGE);
    cprof_json_object(&json);
    cprof_json_put_string(&json, "kind", cprof_slice_of(kinds[flame->stacks.kind]));
    cprof_page_write_words(&words->page, &json);
    cprof_json_put_string(&json, "note", words->note);
    cprof_json_put_bool(&json, "inverted", style->inverted);
    cprof_json_put_bool(&json, "relative", style->relative);
    cprof_json_put_int(&json, "total", flame->report->total);
    cprof_json_put_int(&json, "largest", flame->largest_change);
    write_units(flame->report, &json);
    write_names(used, &json);
    write_nodes(used, &json);
    cprof_json_end(&json);
}

bool cprof_flame_write_data(const cprof_flame *flame, const cprof_flame_style *style,
                            const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    const cprof_env *env = flame->report->view->env;
    used_rows used = {.flame = flame, .env = env};
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(env));
    size_t frames = flame->stacks.frames.count + 1, packages = flame->stacks.packages.count + 1;
    used.frame_of = cprof_arena_alloc(&scratch, frames * sizeof *used.frame_of);
    used.package_of = cprof_arena_alloc(&scratch, packages * sizeof *used.package_of);
    size_t strings = cprof_strtab_count(&flame->report->view->profile->strings);
    used.file_of = cprof_arena_alloc(&scratch, strings * sizeof *used.file_of);
    bool ok = used.frame_of && used.package_of && used.file_of;
    if (ok) {
        memset(used.frame_of, 0xff, frames * sizeof *used.frame_of);
        memset(used.file_of, 0xff, strings * sizeof *used.file_of);
        memset(used.package_of, 0xff, packages * sizeof *used.package_of);
    }
    ok = ok && collect(&used);
    if (ok)
        write_all(&used, style, words, sink);
    cprof_vec_free(env, &used.frames);
    cprof_vec_free(env, &used.packages);
    cprof_vec_free(env, &used.files);
    cprof_arena_deinit(&scratch);
    return ok || cprof_error_memory(env, err);
}
