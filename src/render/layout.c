#include "render/layout.h"

#include "base/library.h"

#include <graphviz/cgraph.h>
#include <graphviz/gvc.h>
#include <stdlib.h>

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

typedef struct layout_job {
    cprof_slice dot;
    const char *format; /* as the library calls it: format, renderer, writer */
} layout_job;

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

/* In the child; the process ends after it, and nothing needs to be freed one by one. */
static bool draw(void *context, cprof_sink *sink, cprof_error *err) {
    const layout_job *job = context;
    if (!cprof_library_load(&library, err))
        return false;
    graphviz.agseterrf(keep_quiet);
    GVC_t *gvc = graphviz.gvContext();
    char *text = strndup(job->dot.ptr, job->dot.len);
    if (!gvc || !text)
        return cprof_error_memory(NULL, err);
    Agraph_t *graph = graphviz.agmemread(text);
    free(text);
    if (!graph)
        return library_failed(err, "read the graph");
    dress(graph);
    char *drawn = NULL;
    unsigned size = 0;
    if (graphviz.gvLayout(gvc, graph, "dot") != 0)
        return library_failed(err, "lay out the graph");
    if (graphviz.gvRenderData(gvc, graph, job->format, &drawn, &size) != 0 || !drawn || size == 0)
        return library_failed(err, "draw this format (its plugins come with libgvc6)");
    cprof_sink_write(sink, drawn, size);
    return true;
}

bool cprof_layout(cprof_slice dot, cprof_picture_format format, unsigned seconds, const cprof_env *env,
                  cprof_child_output *output, cprof_error *err) {
    layout_job job = {dot, formats[format]};
    cprof_child_limits limits = {.seconds = seconds};
    cprof_error inner = CPROF_ERROR_INIT;
    if (cprof_child_run(draw, &job, "laying out the graph", limits, env, output, &inner))
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
