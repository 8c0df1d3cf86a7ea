#include "render/layout.h"

#include "base/library.h"

#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FUNCTIONS(X)                                                                                         \
    X(agattr)                                                                                                \
    X(agfstnode)                                                                                             \
    X(agget)                                                                                                 \
    X(aglasterr)                                                                                             \
    X(agmemread)                                                                                             \
    X(agnameof)                                                                                              \
    X(agnxtnode)                                                                                             \
    X(agset)                                                                                                 \
    X(agseterrf)                                                                                             \
    X(gvContext)                                                                                             \
    X(gvLayout)                                                                                              \
    X(gvRenderData)

static struct { FUNCTIONS(CPROF_LIBRARY_SLOT) } graphviz;
static const char *const names[] = {FUNCTIONS(CPROF_LIBRARY_NAME)};
static cprof_library library = CPROF_LIBRARY_INIT(CPROF_GRAPHVIZ_SONAME, names, graphviz);

/* As the library calls them: format, renderer, writer. */
static const char *const formats[] = {
    [CPROF_PICTURE_SVG] = "svg:svg:core", [CPROF_PICTURE_PNG] = "png:cairo:cairo",
    [CPROF_PICTURE_PDF] = "pdf:cairo",    [CPROF_PICTURE_PS] = "ps:cairo",
    [CPROF_PICTURE_GIF] = "gif:cairo:gd", [CPROF_PICTURE_JPG] = "jpg:cairo:gd",
};

#define LINE_MAX_CHARS 100 /* of a label's line: one endless name must not push all others apart */

/* Room for the label with "…" in place of what its lines have beyond the bound; the whole name stays in the
 * tooltip.  A line ends at \n, \l or \r, written with a backslash, as graphviz reads them. */
static char *cut_lines(const char *label) {
    size_t length = strlen(label), count = 0;
    char *cut = malloc(length + length / LINE_MAX_CHARS * 3 + 4), *out = cut;
    while (cut && *label) {
        bool pair = label[0] == '\\' && label[1] != '\0';
        size_t bytes = pair ? 2 : 1;
        if (pair && strchr("nlr", label[1]))
            count = 0;
        else if ((*label & 0xc0) != 0x80) /* no byte that continues a character */
            count++;
        if (count <= LINE_MAX_CHARS)
            out = (char *)memcpy(out, label, bytes) + bytes;
        else if (count++ == LINE_MAX_CHARS + 1)
            out = (char *)memcpy(out, "\xe2\x80\xa6", 3) + 3;
        label += bytes;
    }
    if (cut)
        *out = '\0';
    return cut;
}

static void shorten_label(Agnode_t *node) {
    static char name[] = "label";
    const char *label = graphviz.agget(node, name);
    char *cut = label && strlen(label) > LINE_MAX_CHARS ? cut_lines(label) : NULL;
    if (cut)
        graphviz.agset(node, name, cut);
    free(cut);
}

/* Looks that do not change what is drawn: one sans-serif face, soft corners for functions (nodes N1, N2, …;
 * labels and legend keep their own shape). */
static void dress(Agraph_t *graph) {
    static char fontname[] = "fontname", sans[] = "Helvetica", style[] = "style", soft[] = "filled,rounded";
    static char none[] = "";
    graphviz.agattr(graph, AGRAPH, fontname, sans);
    graphviz.agattr(graph, AGEDGE, fontname, sans);
    graphviz.agattr(graph, AGNODE, fontname, sans);
    if (!graphviz.agattr(graph, AGNODE, style, NULL))
        graphviz.agattr(graph, AGNODE, style, none);
    for (Agnode_t *node = graphviz.agfstnode(graph); node; node = graphviz.agnxtnode(graph, node)) {
        const char *name = graphviz.agnameof(node);
        shorten_label(node);
        if (name[0] == 'N' && name[1] != '\0' && name[1 + strspn(name + 1, "0123456789")] == '\0')
            graphviz.agset(node, style, soft);
    }
}

static int keep_quiet(char *message) {
    (void)message;
    return 0;
}

static bool library_failed(cprof_error *err, const char *what) {
    char *said = graphviz.aglasterr();
    cprof_slice word = said ? cprof_slice_trim(cprof_slice_of(said)) : CPROF_SLICE("");
    return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "graphviz cannot %s%s%.*s", what,
                           word.len ? ": " : "", (int)(word.len < 200 ? word.len : 200), word.ptr);
}

static bool draw_text(GVC_t *gvc, const char *text, const char *format, char **drawn, unsigned *size,
                      cprof_error *err) {
    Agraph_t *graph = graphviz.agmemread(text);
    if (!graph)
        return library_failed(err, "read the graph");
    dress(graph);
    *drawn = NULL;
    if (graphviz.gvLayout(gvc, graph, "dot") != 0)
        return library_failed(err, "lay out the graph");
    if (graphviz.gvRenderData(gvc, graph, format, drawn, size) != 0 || !*drawn || *size == 0)
        return library_failed(err, "draw this format (its plugins come with libgvc6)");
    return true;
}

/* All of standard input, with a NUL behind it. */
static bool read_text(char **text, cprof_error *err) {
    size_t size = 0;
    FILE *memory = open_memstream(text, &size);
    char buffer[1 << 14];
    ssize_t n = 0;
    while (memory && (n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
        fwrite(buffer, 1, (size_t)n, memory);
    if (!memory || n < 0 || fclose(memory) != 0)
        return cprof_error_memory(NULL, err);
    return true;
}

static bool is_waited_for(void) {
    struct pollfd input = {STDIN_FILENO, POLLIN, 0};
    return poll(&input, 1, 0) != 0;
}

/* Plugins and fonts are loaded when they are first needed, each size by itself: unless there is something to
 * draw already, a graph with the sizes that call graphs use is drawn for nobody. */
static void warm_up(GVC_t *gvc, const char *format) {
    enum { LEAST = 8, MOST = 24 };
    static const char letters[] =
        "0123456789.%() abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ _:/-*,<>";
    char *text = NULL, *drawn;
    size_t length;
    unsigned size;
    FILE *graph = is_waited_for() ? NULL : open_memstream(&text, &length);
    if (!graph)
        return;
    fputs("digraph {", graph);
    for (int points = LEAST; points <= MOST; points++)
        fprintf(graph, " N%d [fontsize=%d label=\"%s\"]", points, points, letters);
    fputs(" }", graph);
    if (fclose(graph) == 0)
        draw_text(gvc, text, format, &drawn, &size, NULL);
}

/* In the child; the process ends after it, and nothing needs to be freed one by one. */
static bool draw(void *context, cprof_sink *sink, cprof_error *err) {
    const char *format = formats[*(const cprof_picture_format *)context];
    char *text, *drawn;
    unsigned size;
    if (!cprof_library_load(&library, err))
        return false;
    graphviz.agseterrf(keep_quiet);
    GVC_t *gvc = graphviz.gvContext();
    if (!gvc)
        return cprof_error_memory(NULL, err);
    warm_up(gvc, format);
    if (!read_text(&text, err) || !draw_text(gvc, text, format, &drawn, &size, err))
        return false;
    cprof_sink_write(sink, drawn, size);
    return true;
}

bool cprof_layout_start(cprof_layout *layout, cprof_picture_format format, unsigned seconds,
                        cprof_error *err) {
    cprof_child_limits limits = {.seconds = seconds};
    layout->seconds = seconds;
    layout->started = cprof_child_start(&layout->child, draw, &format, "laying out the graph", limits, err);
    return layout->started;
}

void cprof_layout_give(cprof_layout *layout, cprof_slice dot) {
    cprof_child_give(&layout->child, dot);
}

bool cprof_layout_take(cprof_layout *layout, const cprof_env *env, cprof_child_output *output,
                       cprof_error *err) {
    unsigned seconds = layout->seconds;
    cprof_error inner = CPROF_ERROR_INIT;
    layout->started = false;
    if (cprof_child_take(&layout->child, env, output, &inner))
        return true;
    if (inner.code == CPROF_ERR_LIMIT)
        return cprof_error_set(err, CPROF_ERR_LIMIT, -1,
                               "laying out the graph takes longer than %u s: draw less of it (-nodecount 40, "
                               "-focus RE, -nodefraction 0.02), or allow more (-layout_timeout %u)",
                               seconds, seconds * 4);
    if (err)
        *err = inner;
    return false;
}

void cprof_layout_cancel(cprof_layout *layout) {
    if (layout->started)
        cprof_child_cancel(&layout->child);
    layout->started = false;
}
