#include "graph/shorten.h"
#include "render/assets.h"
#include "render/escape.h"
#include "render/flame_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    MARGIN = 10,
    ROW = 18,
    HEAD = 58,         /* above the frames: title and header line */
    FOOT = 26,         /* below them: what was folded */
    NAME_MAX = 160,    /* characters of a name in a tooltip */
    TITLED_MAX = 4000, /* frames with a tooltip and an element of their own: about 300 bytes each */
    CLASS_MAX = 16,
    DOTLESS_MAX = 8, /* letters: where there is room for so few, dots would take too much of it */
};

#define LEAST_PX  0.7 /* narrower frames are left to the script */
#define LETTER_PX 6.9 /* a letter's usual width at 12px */
#define TITLED_PX                                                                                            \
    6.0 /* narrower frames have no tooltip, and share an element with those that look the same */

/* How a frame looks: its colour and its mark. */
enum { PLAIN, NEW, GONE, MARKS };
#define STEPS 6 /* shades of growing and of shrinking */
#define LOOKS (MARKS * (CPROF_PALETTE_COLOURS > 2 * STEPS + 1 ? CPROF_PALETTE_COLOURS : 2 * STEPS + 1))

typedef struct place {
    double x, width; /* px; width 0: not drawn */
    unsigned look;
} place;

typedef struct picture {
    const cprof_flame *flame;
    const cprof_flame_style *style;
    cprof_sink *sink;
    place *places;   /* by node */
    double titled;   /* px: as wide or wider are frames with an element of their own */
    char *shortened; /* room for the longest name */
} picture;

static unsigned look_of(const cprof_flame *flame, const cprof_flame_node *node, bool relative) {
    if (flame->stacks.kind == CPROF_STACKS_PLAIN) {
        cprof_slice package = flame->stacks.packages.at[flame->stacks.frames.at[node->frame].package].name;
        return cprof_package_colour(package, CPROF_PALETTE_COLOURS) * MARKS + PLAIN;
    }
    double change = cprof_flame_change(flame, node, relative);
    unsigned step = (unsigned)ceil(fabs(change) * STEPS), mark = PLAIN;
    step = step < 1 ? 1 : step > STEPS ? STEPS : step;
    if (flame->stacks.kind == CPROF_STACKS_DIFF)
        mark = node->base == 0 ? NEW : node->value == 0 ? GONE : PLAIN;
    return (change == 0 ? 0 : change > 0 ? step : STEPS + step) * MARKS + mark;
}

/* As palette.css and flame.css name it: "c7" for a package, "g3 new", "s6 gone", "z". */
static void look_class(const cprof_flame *flame, unsigned look, char name[CLASS_MAX]) {
    static const char *const marks[] = {"", " new", " gone"};
    unsigned colour = look / MARKS;
    if (flame->stacks.kind == CPROF_STACKS_PLAIN)
        snprintf(name, CLASS_MAX, "c%u", colour & 0xff);
    else if (colour == 0)
        snprintf(name, CLASS_MAX, "z%s", marks[look % MARKS]);
    else
        snprintf(name, CLASS_MAX, "%c%u%s", colour > STEPS ? 's' : 'g', ((colour - 1) % STEPS + 1) & 0xf,
                 marks[look % MARKS]);
}

int cprof_flame_picture_height(const cprof_flame *flame) {
    return HEAD + (int)(flame->depth + 1) * ROW + FOOT;
}

static void write_values(picture *pic, const cprof_flame_node *node) {
    const cprof_report *report = pic->flame->report;
    char value[CPROF_LABEL_MAX], base[CPROF_LABEL_MAX], share[CPROF_LABEL_MAX];
    cprof_sink_puts(pic->sink, ": ");
    cprof_sink_xml(pic->sink, cprof_report_value(report, node->value, value));
    if (pic->flame->stacks.kind == CPROF_STACKS_DIFF) {
        cprof_sink_puts(pic->sink, ", before ");
        cprof_sink_xml(pic->sink, cprof_report_value(report, node->base, base));
        return;
    }
    cprof_sink_puts(pic->sink, " (");
    cprof_sink_slice(pic->sink,
                     cprof_slice_trim(cprof_measure_percentage(node->value, report->total, share)));
    cprof_sink_puts(pic->sink, ")");
}

static bool fits(cprof_slice name, size_t letters) {
    return cprof_utf8_cut(name, letters).len == name.len;
}

/* The byte behind the separator at i ("." or "::"), or 0 where there is none. */
static size_t separator_end(cprof_slice name, size_t i) {
    if (name.ptr[i] == '.')
        return i + 1;
    return name.ptr[i] == ':' && i + 1 < name.len && name.ptr[i + 1] == ':' ? i + 2 : 0;
}

/* "func1", "2": says nothing without what it is in. */
static bool is_closure(cprof_slice part) {
    size_t i = cprof_slice_starts_with(part, "func") ? 4 : 0;
    while (i < part.len && part.ptr[i] >= '0' && part.ptr[i] <= '9')
        i++;
    return part.len > 0 && i == part.len;
}

/* The name up to its parameters; "(*T).Method" has none. */
static cprof_slice without_parameters(cprof_slice name) {
    int depth = 0;     /* of brackets */
    size_t before = 0; /* where the part begins */
    for (size_t i = 0; i < name.len; i++) {
        if (depth == 0 && name.ptr[i] == '(' && i > before)
            return cprof_slice_sub(name, 0, i);
        depth += strchr("([{<", name.ptr[i]) != NULL;
        depth -= strchr(")]}>", name.ptr[i]) != NULL;
        size_t end = separator_end(name, i);
        before = end ? end : before;
    }
    return name;
}

/* The longest end of the name that begins with a part of it and fits, else its last part. */
static cprof_slice last_parts(cprof_slice name, size_t letters) {
    cprof_slice best = name;
    int depth = 0;
    for (size_t i = 0, next = 0; i < name.len; i = next) {
        depth += strchr("([{<", name.ptr[i]) != NULL;
        depth -= strchr(")]}>", name.ptr[i]) != NULL;
        size_t end = depth == 0 && i > 0 ? separator_end(name, i) : 0;
        cprof_slice part = cprof_slice_sub(name, end, name.len);
        next = end ? end : i + 1;
        if (end == 0 || part.len == 0 || is_closure(part))
            continue;
        best = part;
        if (part.len <= 4 * letters && fits(part, letters)) /* four bytes a letter at most */
            break;
    }
    return best;
}

/* The name as far as it fits: whole, without packages, without parameters, its last parts, or cut. */
static void write_label(picture *pic, cprof_slice name, double x, int y, double width) {
    size_t letters = width > 8 ? (size_t)((width - 6) / LETTER_PX) : 0;
    if (letters < 3)
        return;
    if (!fits(name, letters))
        name = cprof_name_shorten(name, pic->shortened);
    if (!fits(name, letters))
        name = without_parameters(name);
    if (!fits(name, letters))
        name = last_parts(name, letters);
    cprof_sink_printf(pic->sink, "<text x=\"%.1f\" y=\"%d\">", x + 3, y + 13);
    if (letters <= DOTLESS_MAX && !fits(name, letters))
        cprof_sink_xml(pic->sink, cprof_utf8_cut(name, letters - 1));
    else
        cprof_sink_xml_cut(pic->sink, name, fits(name, letters) ? letters : letters - 1);
    cprof_sink_puts(pic->sink, "</text>");
}

static int top_of(const picture *pic, const cprof_flame_node *node) {
    int rows = (int)pic->flame->depth + 1, depth = (int)node->depth;
    return HEAD + (pic->style->inverted ? rows - 1 - depth : depth) * ROW;
}

/* The gap to the right of a frame is a part of its width. */
static double drawn_width(double width) {
    return width > 2 ? width - 0.6 : width;
}

static void write_frame(picture *pic, const cprof_flame_node *node, const place *at) {
    cprof_sink *sink = pic->sink;
    bool root = node->frame == CPROF_NONE;
    cprof_slice name = root ? CPROF_SLICE("root") : pic->flame->stacks.frames.at[node->frame].name;
    char class[CLASS_MAX] = "root";
    int y = top_of(pic, node);
    if (!root)
        look_class(pic->flame, at->look, class);
    cprof_sink_puts(sink, "<g><title>");
    cprof_sink_xml_cut(sink, name, NAME_MAX);
    write_values(pic, node);
    cprof_sink_puts(sink, node->inlined ? ", inlined</title>" : "</title>");
    cprof_sink_printf(sink, "<rect class=\"%s%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>", class,
                      node->inlined ? " in" : "", at->x, y, drawn_width(at->width), ROW - 1);
    write_label(pic, name, at->x, y, at->width);
    cprof_sink_puts(sink, "</g>\n");
}

/* The narrow frames of one look. */
static void write_narrow(picture *pic, unsigned look) {
    char class[CLASS_MAX];
    bool begun = false;
    for (size_t i = 0; i < pic->flame->nodes.count; i++) {
        const place *at = &pic->places[i];
        if (at->width == 0 || at->width >= pic->titled || at->look != look)
            continue;
        look_class(pic->flame, look, class);
        if (!begun)
            cprof_sink_printf(pic->sink, "<path class=\"%s\" d=\"", class);
        begun = true;
        cprof_sink_printf(pic->sink, "M%.1f %dh%.1fv%dH%.1fz", at->x, top_of(pic, &pic->flame->nodes.at[i]),
                          drawn_width(at->width), ROW - 1, at->x);
    }
    if (begun)
        cprof_sink_puts(pic->sink, "\"/>\n");
}

static void write_frames(picture *pic) {
    bool used[LOOKS] = {false};
    for (size_t i = 0; i < pic->flame->nodes.count; i++) {
        const place *at = &pic->places[i];
        if (at->width >= pic->titled || i == 0)
            write_frame(pic, &pic->flame->nodes.at[i], at);
        else if (at->width > 0)
            used[at->look] = true;
    }
    for (unsigned look = 0; look < LOOKS; look++) {
        if (used[look])
            write_narrow(pic, look);
    }
}

/* next: by depth, where the next frame of that depth begins, in px. */
static void place_frames(picture *pic, double *next) {
    const cprof_flame *flame = pic->flame;
    int64_t whole = flame->nodes.at[0].width;
    double scale = whole > 0 ? (double)(CPROF_FLAME_WIDTH - 2 * MARGIN) / (double)whole : 0;
    next[0] = MARGIN;
    for (size_t i = 0; i < flame->nodes.count; i++) {
        const cprof_flame_node *node = &flame->nodes.at[i];
        double x = next[node->depth], width = (double)node->width * scale;
        next[node->depth] = x + width;
        next[node->depth + 1] = x;
        if (i == 0)
            pic->places[i] = (place){x, width, 0};
        else if (width >= LEAST_PX)
            pic->places[i] = (place){x, width, look_of(flame, node, pic->style->relative)};
    }
}

static int widest_first(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The width from which frames have elements of their own, so that those are not too many. */
static void choose_titled(picture *pic, double *widths) {
    size_t count = 0;
    for (size_t i = 0; i < pic->flame->nodes.count; i++) {
        if (pic->places[i].width >= TITLED_PX)
            widths[count++] = pic->places[i].width;
    }
    pic->titled = TITLED_PX;
    if (count <= TITLED_MAX)
        return;
    qsort(widths, count, sizeof *widths, widest_first);
    pic->titled = nextafter(widths[TITLED_MAX], INFINITY);
}

static bool prepare(picture *pic, cprof_arena *scratch) {
    const cprof_flame *flame = pic->flame;
    size_t count = flame->nodes.count, longest = 1;
    for (size_t i = 1; i < count; i++) {
        size_t length = flame->stacks.frames.at[flame->nodes.at[i].frame].name.len;
        longest = length > longest ? length : longest;
    }
    double *numbers = cprof_arena_calloc(scratch, count + flame->depth + 2, sizeof *numbers);
    pic->places = cprof_arena_calloc(scratch, count, sizeof *pic->places);
    pic->shortened = cprof_arena_alloc(scratch, longest);
    if (!numbers || !pic->places || !pic->shortened)
        return false;
    place_frames(pic, numbers);
    choose_titled(pic, numbers);
    return true;
}

bool cprof_flame_write_picture(const cprof_flame *flame, const cprof_flame_style *style,
                               const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    const cprof_env *env = flame->report->view->env;
    picture pic = {.flame = flame, .style = style, .sink = sink};
    int height = cprof_flame_picture_height(flame);
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(env));
    bool ok = prepare(&pic, &scratch);
    if (ok) {
        cprof_sink_printf(sink, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", CPROF_FLAME_WIDTH,
                          height);
        cprof_sink_printf(sink, "<text class=\"title\" x=\"%d\" y=\"24\">", MARGIN);
        cprof_sink_xml_cut(sink, words->page.title, 120);
        cprof_sink_printf(sink, "</text>\n<text class=\"about\" x=\"%d\" y=\"44\">", MARGIN);
        cprof_sink_xml_cut(sink, words->page.about, 170);
        cprof_sink_puts(sink, "</text>\n");
        write_frames(&pic);
        cprof_sink_printf(sink, "<text class=\"about\" x=\"%d\" y=\"%d\">", MARGIN, height - 9);
        cprof_sink_xml(sink, words->note);
        cprof_sink_puts(sink, "</text>\n");
    }
    cprof_arena_deinit(&scratch);
    return ok || cprof_error_memory(env, err);
}
