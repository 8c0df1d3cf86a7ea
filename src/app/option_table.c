/* The table of options: see options.h.  Flags, shell, help, completion and the manual are made of it. */
#include "app/options.h"

const char *const cprof_option_group_titles[CPROF_GROUP_COUNT] = {
    [CPROF_GROUP_SHOW] = "How it is shown",  [CPROF_GROUP_VALUES] = "Which values",
    [CPROF_GROUP_AMOUNT] = "How much of it", [CPROF_GROUP_FILTERS] = "Filters by name (regular expressions)",
    [CPROF_GROUP_TAGS] = "Filters by tag",   [CPROF_GROUP_SOURCES] = "Profiles and their symbols",
    [CPROF_GROUP_PROGRAM] = "The program",
};

static const char *const granularities[] = {"functions", "filefunctions", "files",
                                            "lines",     "addresses",     NULL};
static const char *const formats[] = {"json", "csv", "tsv", "markdown", NULL};
static const char *const colourings[] = {"relative", "absolute", NULL};
static const char *const when[] = {"auto", "always", "never", NULL};
static const char *const sorts[] = {"cum", "flat", NULL};

#define FIELD(kind_, name_)                                                                                  \
    .name = #name_, .kind = CPROF_OPTION_##kind_, .field = offsetof(cprof_settings, name_)

const cprof_option cprof_options[] = {
    /* --- how it is shown --- */
    {FIELD(CHOICE, granularity), .group = CPROF_GROUP_SHOW, .choices = granularities, .in_shell = true,
     .value = "WHAT", .brief = "what becomes one row: functions, files, lines …",
     .help =
         "What becomes one row or node: a function whatever file it is in (functions, the default), a function "
         "of a file (filefunctions), a source file (files), a source line (lines) or an instruction "
         "(addresses). Each is also a flag of its own: -lines."},
    {FIELD(CHOICE, sort), .group = CPROF_GROUP_SHOW, .choices = sorts, .preset = "flat", .in_shell = true,
     .value = "BY", .brief = "order by own weight (flat) or with callees (cum)",
     .help =
         "flat, the default, puts first what is heaviest by itself; cum what is heaviest together with all "
         "that it calls. Each is also a flag of its own: -cum."},
    {FIELD(BOOL, call_tree), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "keep calling contexts apart",
     .help = "A function that is reached along two paths becomes two nodes, so that the graph is a tree."},
    {FIELD(BOOL, noinlines), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "count inlined calls for their caller",
     .help = "What the compiler inlined is counted for the function that it was inlined into."},
    {FIELD(BOOL, showcolumns), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "tell the columns of a line apart",
     .help = "Where lines are told apart, tell apart their columns too, as far as the profile knows them."},
    {FIELD(TEXT, unit), .group = CPROF_GROUP_SHOW, .preset = "minimum", .in_shell = true, .value = "UNIT",
     .brief = "show values in ms, s, MB, kB …, auto or minimum",
     .help =
         "The unit of the values that are shown: ns to hrs for time, B to PB for memory. \"minimum\" takes "
         "one unit that suits the smallest value, \"auto\" for each value the one that suits it."},
    {FIELD(BOOL, relative_percentages), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "percentages of what the filters leave",
     .help = "Without it percentages are of the whole profile, so that filtered reports can be compared."},
    {FIELD(BOOL, compact_labels), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "leave out the lines about file, type and time",
     .help = "Reports start with their numbers. The shell sets it, as it has greeted you with those lines."},
    {FIELD(TEXT, source_path), .group = CPROF_GROUP_SHOW, .in_shell = true, .value = "DIRS",
     .brief = "where to look for source files (A:B)",
     .help =
         "Folders, with colons between them, that are searched for the source files that a profile names; "
         "by default the working folder and those above it."},
    {FIELD(TEXT, trim_path), .group = CPROF_GROUP_SHOW, .in_shell = true, .value = "PREFIXES",
     .brief = "what to take off the front of source names",
     .help =
         "Prefixes, with colons between them, that are taken off the names of source files before they are "
         "looked for. Without it the prefix is guessed from source_path's folder names."},
    {FIELD(BOOL, intel_syntax), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "disassemble in Intel's syntax", .help = "For disasm and weblist; AT&T's syntax otherwise."},
    {FIELD(TEXT, output), .group = CPROF_GROUP_SHOW, .in_shell = true, .value = "FILE",
     .brief = "write the report to FILE",
     .help =
         "The report goes to FILE instead of standard output. FILE is replaced in one step when the report "
         "is complete: it is never half written."},
    {FIELD(CHOICE, format), .group = CPROF_GROUP_SHOW, .in_shell = true, .choices = formats,
     .value = "FORMAT", .brief = "reports for programs: json, csv, tsv, markdown",
     .help =
         "The same report for programs and documents: cprof top -json. Each is also a flag of its own. Without "
         "it the name of the output decides: -output top.csv."},
    {.name = "color",
     .kind = CPROF_OPTION_WORD,
     .field = offsetof(cprof_settings, colour),
     .group = CPROF_GROUP_SHOW,
     .in_shell = true,
     .choices = when,
     .preset = "auto",
     .value = "WHEN",
     .brief = "colours in text reports: auto, always, never",
     .help =
         "auto: on a terminal, unless NO_COLOR is set or TERM is dumb. always: into a pipe too, as for less "
         "-R. A file that -output names never gets them."},
    {FIELD(BOOL, inverted), .group = CPROF_GROUP_SHOW, .in_shell = true,
     .brief = "flame graphs: the root at the bottom"},
    {FIELD(CHOICE, diff_colours), .group = CPROF_GROUP_SHOW, .in_shell = true, .choices = colourings,
     .preset = "absolute", .value = "HOW", .brief = "flame graphs of differences: relative or absolute",
     .help =
         "absolute: the colour says how large a change is beside the largest one. relative: how much of itself "
         "a frame has gained or lost. Each is also a flag of its own."},
    {FIELD(INT, layout_timeout), .group = CPROF_GROUP_SHOW, .in_shell = true, .preset = "30",
     .value = "SECONDS", .brief = "how long a call graph's layout may take",
     .help = "0: as long as it takes."},

    /* --- which values --- */
    {FIELD(TEXT, sample_index), .group = CPROF_GROUP_VALUES, .in_shell = true, .value = "TYPE",
     .brief = "which of a sample's values: a name or a number",
     .help =
         "Profiles may hold several values a sample, such as alloc_space and inuse_space. Takes the name of "
         "one, or its number from 0 on; by default the one that the profile's writer chose, else the last."},
    {FIELD(BOOL, mean), .group = CPROF_GROUP_VALUES, .in_shell = true,
     .brief = "show averages: values divided by the first one",
     .help = "Divides by the first value, which is a count: bytes an allocation, delay an event."},
    {FIELD(FLOAT, divide_by), .group = CPROF_GROUP_VALUES, .preset = "1", .in_shell = true, .value = "N",
     .brief = "divide all values by N", .help = "For values a request, a processor or a second. Not 0."},
    {FIELD(BOOL, drop_negative), .group = CPROF_GROUP_VALUES, .in_shell = true,
     .brief = "leave out what shrank", .help = "In a comparison, show only what has grown."},
    {FIELD(BOOL, inuse_space), .group = CPROF_GROUP_VALUES, .sample_index = "inuse_space",
     .brief = "-sample_index=inuse_space"},
    {FIELD(BOOL, inuse_objects), .group = CPROF_GROUP_VALUES, .sample_index = "inuse_objects",
     .brief = "-sample_index=inuse_objects"},
    {FIELD(BOOL, alloc_space), .group = CPROF_GROUP_VALUES, .sample_index = "alloc_space",
     .brief = "-sample_index=alloc_space"},
    {FIELD(BOOL, alloc_objects), .group = CPROF_GROUP_VALUES, .sample_index = "alloc_objects",
     .brief = "-sample_index=alloc_objects"},
    {FIELD(BOOL, total_delay), .group = CPROF_GROUP_VALUES, .sample_index = "delay",
     .brief = "-sample_index=delay"},
    {FIELD(BOOL, contentions), .group = CPROF_GROUP_VALUES, .sample_index = "contentions",
     .brief = "-sample_index=contentions"},
    {FIELD(BOOL, mean_delay), .group = CPROF_GROUP_VALUES, .sample_index = "delay",
     .brief = "-sample_index=delay -mean"},

    /* --- how much of it --- */
    {FIELD(INT, nodecount), .group = CPROF_GROUP_AMOUNT, .preset = "-1", .in_shell = true, .value = "N",
     .brief = "how many rows or nodes at most (0: all)",
     .help =
         "-1, the default, leaves it to the command: all rows for top, 80 nodes for graphs, 10 rows for top in "
         "the shell. A bare number after the command means the same: top 20."},
    {FIELD(FLOAT, nodefraction), .group = CPROF_GROUP_AMOUNT, .preset = "0.005", .in_shell = true,
     .value = "F", .brief = "leave out nodes below F of the total"},
    {FIELD(FLOAT, edgefraction), .group = CPROF_GROUP_AMOUNT, .preset = "0.001", .in_shell = true,
     .value = "F", .brief = "leave out edges below F of the total"},
    {FIELD(BOOL, trim), .group = CPROF_GROUP_AMOUNT, .preset = "true", .in_shell = true,
     .brief = "honour nodecount, nodefraction and edgefraction",
     .help = "-trim=false shows everything, however little it weighs."},

    /* --- filters by name --- */
    {FIELD(TEXT, focus), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "only stacks with a frame that matches",
     .help = "Like all filters by name it looks at the function's name, the file's and the binary's."},
    {FIELD(TEXT, ignore), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "only stacks without a frame that matches"},
    {FIELD(TEXT, hide), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "take matching frames out of the stacks",
     .help = "The stacks stay; what a hidden frame weighed by itself falls to its caller."},
    {FIELD(TEXT, show), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "leave only matching frames in the stacks"},
    {FIELD(TEXT, show_from), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "start stacks at the outermost matching frame",
     .help =
         "Frames above the matching frame nearest to the root are cut off; stacks without one are left out."},
    {FIELD(TEXT, prune_from), .group = CPROF_GROUP_FILTERS, .in_shell = true, .value = "RE",
     .brief = "cut matching frames off, and all that they call",
     .help = "What was cut off is counted for the caller of the matching frame."},

    /* --- filters by tag --- */
    {FIELD(TEXT, tagfocus), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "EXPR",
     .brief = "only samples with a tag that matches",
     .help = "KEY=RE, RE (matched with \"key:value\"), or a range of a number: 32kb, 1kb:4mb, KEY=4mb:, :1s. "
             "Several expressions, with commas between them, must all match; with KEY= one is enough."},
    {FIELD(TEXT, tagignore), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "EXPR",
     .brief = "only samples without a tag that matches", .help = "Expressions as for tagfocus."},
    {FIELD(TEXT, tagshow), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "RE",
     .brief = "consider only tags whose key matches"},
    {FIELD(TEXT, taghide), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "RE",
     .brief = "consider no tags whose key matches"},
    {FIELD(TEXT, tagroot), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "KEYS",
     .brief = "make frames of these tags, at the root",
     .help = "Keys, with commas between them: the first becomes the outermost frame of every stack."},
    {FIELD(TEXT, tagleaf), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "KEYS",
     .brief = "make frames of these tags, at the leaf",
     .help = "Keys, with commas between them: the last becomes the innermost frame of every stack."},
    {FIELD(TEXT, state), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "RE",
     .brief = "goroutines: only those in a state that matches"},
    {FIELD(TEXT, min_wait), .group = CPROF_GROUP_TAGS, .in_shell = true, .value = "TIME",
     .brief = "goroutines: only those that have waited so long",
     .help = "10m, 2h, 90s; a number alone is minutes."},

    /* --- profiles and their symbols --- */
    {.name = "diff_base",
     .kind = CPROF_OPTION_SOURCE,
     .group = CPROF_GROUP_SOURCES,
     .value = "SOURCE",
     .brief = "compare with this profile",
     .help = "Subtracts SOURCE; percentages are of SOURCE's total. Of several the last one holds."},
    {.name = "base",
     .kind = CPROF_OPTION_SOURCE,
     .group = CPROF_GROUP_SOURCES,
     .value = "SOURCE",
     .brief = "subtract this profile",
     .help =
         "For counters that only grow, as between two dumps of one process. Of several the last one holds."},
    {FIELD(BOOL, normalize), .group = CPROF_GROUP_SOURCES, .brief = "scale the profile to the base's total",
     .help =
         "Before the base is subtracted, values are scaled so that their sums equal the base's: what is left "
         "is how the shares moved. Needs -base or -diff_base."},
    {FIELD(TEXT, symbolize), .group = CPROF_GROUP_SOURCES, .value = "HOW",
     .brief = "none, local, fastlocal, remote, force, demangle=…",
     .help = "Where names for bare addresses come from. Words with colons between them."},
    {FIELD(TEXT, buildid), .group = CPROF_GROUP_SOURCES, .value = "ID",
     .brief = "build id of the main binary, if it has none"},
    {FIELD(TEXT, tools), .group = CPROF_GROUP_SOURCES, .value = "DIRS",
     .brief = "where to look for objdump (objdump:A,B)",
     .help =
         "Folders, with commas between them, that are searched before PATH; objdump: may stand before one. "
         "Symbols need no outside tool; disassembly uses objdump where there is one."},
    {FIELD(TEXT, add_comment), .group = CPROF_GROUP_SOURCES, .value = "TEXT",
     .brief = "add a comment to the profile", .help = "Shown by comments and kept by proto."},
    {FIELD(BOOL, all_frames), .group = CPROF_GROUP_SOURCES,
     .brief = "do not drop the frames that the profile says to",
     .help = "A profile may name frames of the profiler itself to be dropped, and to be kept after all."},
    {FIELD(INT, seconds), .group = CPROF_GROUP_SOURCES, .preset = "-1", .value = "N",
     .brief = "how long a profile over HTTP is to be taken"},
    {FIELD(INT, timeout), .group = CPROF_GROUP_SOURCES, .preset = "-1", .value = "N",
     .brief = "how many seconds to wait for one"},
    {FIELD(TEXT, tls_cert), .group = CPROF_GROUP_SOURCES, .value = "FILE",
     .brief = "certificate to show to servers"},
    {FIELD(TEXT, tls_key), .group = CPROF_GROUP_SOURCES, .value = "FILE", .brief = "its private key"},
    {FIELD(TEXT, tls_ca), .group = CPROF_GROUP_SOURCES, .value = "FILE",
     .brief = "who is trusted to vouch for servers"},

    /* --- the program --- */
    {FIELD(TEXT, http), .group = CPROF_GROUP_PROGRAM, .value = "HOST:PORT",
     .brief = "no web pages here: it says what to use instead",
     .help = "A file alone fills the screen; flame and svg write files for a browser, which need no server."},
    {FIELD(BOOL, no_browser), .group = CPROF_GROUP_PROGRAM, .brief = "goes with -http only"},
    {FIELD(BOOL, plain), .group = CPROF_GROUP_PROGRAM, .brief = "a shell line by line, not the full screen"},
    {FIELD(SIZE, max_memory), .group = CPROF_GROUP_PROGRAM, .preset = "0", .value = "SIZE",
     .brief = "memory to use at most (512MB, 8GB)",
     .help = "A profile that needs more is an error that says so. 0, the default, is three quarters of the "
             "machine's memory."},
    {.name = NULL},
};
