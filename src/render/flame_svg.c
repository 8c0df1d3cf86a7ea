#include "render/assets.h"
#include "render/escape.h"
#include "render/flame_parts.h"

#include <math.h>
#include <stdio.h>

enum {
    MARGIN = 10,
    ROW = 18,
    HEAD = 58,     /* above the frames: title and header line */
    FOOT = 26,     /* below them: what was folded */
    NAME_MAX = 160 /* characters of a name in a tooltip */
};

#define LEAST_PX  0.7 /* narrower frames are left to the script */
#define LETTER_PX 6.9 /* a letter's usual width at 12px */
#define TITLED_PX 2.5 /* narrower frames have no tooltip of their own */

typedef struct picture {
    const cprof_flame *flame;
    const cprof_flame_style *style;
    cprof_sink *sink;
    double scale; /* px a unit of width */
    double *next; /* by depth: where the next frame of that depth begins, in px */
    int height;
} picture;

void cprof_flame_class(const cprof_flame *flame, const cprof_flame_node *node, bool relative, char name[8]) {
    if (flame->stacks.kind == CPROF_STACKS_PLAIN) {
        cprof_slice package = flame->stacks.packages.at[flame->stacks.frames.at[node->frame].package].name;
        snprintf(name, 8, "c%u", (unsigned)(cprof_package_colour(package, CPROF_PALETTE_COLOURS) & 0xff));
        return;
    }
    double change = cprof_flame_change(flame, node, relative);
    unsigned step = (unsigned)ceil(fabs(change) * 6);
    if (change == 0)
        snprintf(name, 8, "z");
    else
        snprintf(name, 8, "%c%u", change > 0 ? 'g' : 's', step < 1 ? 1 : step > 6 ? 6 : step);
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

static void write_frame(picture *pic, const cprof_flame_node *node, double x, double width) {
    cprof_sink *sink = pic->sink;
    bool root = node->frame == CPROF_NONE;
    cprof_slice name = root ? CPROF_SLICE("root") : pic->flame->stacks.frames.at[node->frame].name;
    char colour[8] = "root";
    if (!root)
        cprof_flame_class(pic->flame, node, pic->style->relative, colour);
    int rows = (int)pic->flame->depth + 1;
    int y = HEAD + (pic->style->inverted ? rows - 1 - (int)node->depth : (int)node->depth) * ROW;
    bool diff = pic->flame->stacks.kind == CPROF_STACKS_DIFF && !root;
    const char *mark = diff && node->base == 0 ? " new" : diff && node->value == 0 ? " gone" : "";
    bool titled = width >= TITLED_PX;
    if (titled) {
        cprof_sink_puts(sink, "<g><title>");
        cprof_sink_xml_cut(sink, name, NAME_MAX);
        write_values(pic, node);
        cprof_sink_puts(sink, node->inlined ? ", inlined</title>" : "</title>");
    }
    double drawn = width > 2 ? width - 0.6 : width;
    cprof_sink_printf(sink, "<rect class=\"%s%s%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                      colour, node->inlined && titled ? " in" : "", mark, x, y, drawn, ROW - 1);
    size_t letters = width > 8 ? (size_t)((width - 6) / LETTER_PX) : 0;
    if (letters >= 3) {
        cprof_sink_printf(sink, "<text x=\"%.1f\" y=\"%d\">", x + 3, y + 13);
        size_t length = cprof_utf8_cut(name, letters).len < name.len ? letters - 1 : letters;
        cprof_sink_xml_cut(sink, name, length);
        cprof_sink_puts(sink, "</text>");
    }
    cprof_sink_puts(sink, titled ? "</g>\n" : "\n");
}

static void write_frames(picture *pic) {
    const cprof_flame *flame = pic->flame;
    pic->next[0] = MARGIN;
    for (size_t i = 0; i < flame->nodes.count;) {
        const cprof_flame_node *node = &flame->nodes.at[i];
        double x = pic->next[node->depth], width = (double)node->width * pic->scale;
        pic->next[node->depth] = x + width;
        pic->next[node->depth + 1] = x;
        if (width < LEAST_PX && i > 0) {
            i = node->end;
            continue;
        }
        write_frame(pic, node, x, width);
        i++;
    }
}

bool cprof_flame_write_picture(const cprof_flame *flame, const cprof_flame_style *style,
                               const cprof_flame_words *words, cprof_sink *sink, cprof_error *err) {
    const cprof_env *env = flame->report->view->env;
    picture pic = {.flame = flame, .style = style, .sink = sink, .height = cprof_flame_picture_height(flame)};
    cprof_arena scratch;
    cprof_arena_init(&scratch, cprof_env_budget(env));
    pic.next = cprof_arena_calloc(&scratch, (size_t)flame->depth + 2, sizeof *pic.next);
    bool ok = pic.next != NULL;
    if (ok) {
        int64_t whole = flame->nodes.at[0].width;
        pic.scale = whole > 0 ? (double)(CPROF_FLAME_WIDTH - 2 * MARGIN) / (double)whole : 0;
        cprof_sink_printf(sink, "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", CPROF_FLAME_WIDTH,
                          pic.height);
        cprof_sink_printf(sink, "<text class=\"title\" x=\"%d\" y=\"24\">", MARGIN);
        cprof_sink_xml_cut(sink, words->page.title, 120);
        cprof_sink_printf(sink, "</text>\n<text class=\"about\" x=\"%d\" y=\"44\">", MARGIN);
        cprof_sink_xml_cut(sink, words->page.about, 170);
        cprof_sink_puts(sink, "</text>\n");
        write_frames(&pic);
        cprof_sink_printf(sink, "<text class=\"about\" x=\"%d\" y=\"%d\">", MARGIN, pic.height - 9);
        cprof_sink_xml(sink, words->note);
        cprof_sink_puts(sink, "</text>\n");
    }
    cprof_arena_deinit(&scratch);
    return ok || cprof_error_memory(env, err);
}
