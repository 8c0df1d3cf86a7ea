#include "base/utf8.h"
#include "render/assets.h"
#include "render/escape.h"
#include "render/flame_parts.h"
#include "render/json.h"

/* Bytes.  A file is to stay below 5 MB: what the picture and the nodes leave is for names, of which long ones
 * are cut. */
#define FILE_MAX  4800000 /* without the scripts */
#define FRAME_MAX 20      /* what stands around a name */
#define NAMES_MIN 500000

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
    size_t name_limit; /* bytes of a name as it is written */
} used_rows;

/* The longest beginning of s that JSON in a page takes `limit` bytes for; *cost: how many it takes. */
static cprof_slice fitting(cprof_slice s, size_t limit, size_t *cost) {
    size_t end = 0;
    *cost = 0;
    while (end < s.len) {
        uint32_t c = (unsigned char)s.ptr[end];
        size_t n = c < 0x80 ? 1 : cprof_utf8_decode(cprof_slice_sub(s, end, s.len), &c);
        bool escaped = c == '<' || c == '>' || c == '&' || c < 0x20 || (c == 0xfffd && n == 1);
        size_t bytes = escaped ? 6 : n;
        if (*cost + bytes > limit)
            break;
        *cost += bytes;
        end += n;
    }
    return cprof_slice_sub(s, 0, end);
}

static void write_name(const used_rows *used, cprof_json *json, cprof_slice name) {
    size_t cost;
    bool fits = name.len <= used->name_limit / 6; /* whatever is in it */
    cprof_slice head = fits ? name : fitting(name, used->name_limit, &cost);
    if (head.len == name.len) {
        cprof_json_string(json, name);
        return;
    }
    const cprof_slice parts[] = {head, CPROF_SLICE("\xe2\x80\xa6")};
    cprof_slice cut = cprof_report_join(used->flame->report, parts, 2);
    cprof_json_string(json, cut.ptr ? cut : head);
}

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

static cprof_slice used_name(const used_rows *used, size_t i) {
    const cprof_stacks_model *stacks = &used->flame->stacks;
    if (i < used->frames.count)
        return stacks->frames.at[used->frames.at[i]].name;
    i -= used->frames.count;
    if (i < used->packages.count)
        return stacks->packages.at[used->packages.at[i]].name;
    return cprof_profile_string(used->flame->report->view->profile, used->files.at[i - used->packages.count]);
}

/* The limit with which all names together take no more than what is left of the file: short ones stay
 * whole. */
static void limit_names(used_rows *used, uint64_t written) {
    enum { LONGEST = 8192 };
    size_t names = used->frames.count + used->packages.count + used->files.count, spent = 0;
    uint64_t taken = written + (uint64_t)names * FRAME_MAX;
    size_t room = taken + NAMES_MIN < FILE_MAX ? (size_t)(FILE_MAX - taken) : NAMES_MIN;
    uint32_t of_length[LONGEST + 1] = {0}; /* the last: as long, or longer */
    for (size_t i = 0; i < names; i++) {
        size_t cost;
        fitting(used_name(used, i), LONGEST, &cost);
        of_length[cost]++;
    }
    size_t limit = 0, longer = names - of_length[0];
    while (limit < LONGEST && spent + longer <= room) {
        spent += longer;
        longer -= of_length[++limit];
    }
    used->name_limit = limit;
}

static bool collect(used_rows *used) {
    const cprof_flame *flame = used->flame;
    if (!collect_legend(used) || !use_file(used, 0))
        return false;
    for (size_t i = 1; i < flame->nodes.count; i++) {
        uint32_t frame = flame->nodes.at[i].frame;
        if (used->frame_of[frame] != CPROF_NONE)
            continue;
        used->frame_of[frame] = (uint32_t)used->frames.count;
        if (!use_package(used, flame->stacks.frames.at[frame].package) ||
            !use_file(used, flame->stacks.frames.at[frame].file) ||
            !cprof_vec_push(used->env, &used->frames, frame))
            return false;
    }
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

static void write_names(used_rows *used, uint64_t written, cprof_json *json) {
    const cprof_profile *p = used->flame->report->view->profile;
    limit_names(used, written);
    cprof_json_key(json, "frames");
    cprof_json_array(json);
    for (size_t i = 0; i < used->frames.count; i++) {
        const cprof_stack_frame *frame = &used->flame->stacks.frames.at[used->frames.at[i]];
        cprof_json_array(json);
        write_name(used, json, frame->name);
        cprof_json_int(json, used->package_of[frame->package]);
        if (frame->file)
            cprof_json_int(json, used->file_of[frame->file]);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_key(json, "files");
    cprof_json_array(json);
    for (size_t i = 0; i < used->files.count; i++)
        write_name(used, json, cprof_profile_string(p, used->files.at[i]));
    cprof_json_end(json);
    const cprof_stack_package *packages = used->flame->stacks.packages.at;
    cprof_json_key(json, "packages");
    cprof_json_array(json);
    for (size_t i = 0; i < used->packages.count; i++)
        write_name(used, json, packages[used->packages.at[i]].name);
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

static void write_all(used_rows *used, const cprof_flame_style *style, const cprof_flame_words *words,
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
    write_nodes(used, &json);
    write_names(used, sink->written + sink->count - words->start, &json);
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
