/* The table of commands: see commands.h. */
#include "app/reports.h"

enum { GRAPH_NODES = 80, SHELL_ROWS = 10 };

#define REPORT_USAGE(name) name " [options] [N] SOURCE…"

const cprof_command cprof_commands[] = {
    {.name = "top",
     .run = cprof_run_top,
     .shell_nodes = SHELL_ROWS,
     .usage = REPORT_USAGE("top"),
     .brief = "the heaviest functions, one a line",
     .help =
         "flat is what a function weighs by itself, cum what it weighs with all that it calls; flat% and cum% "
         "are of the total, sum% adds up flat% from the first line on. \"(inline)\" and \"(partial-inline)\" "
         "mark functions that the compiler put into all or some of their callers.",
     .examples = "cprof top 20 heap.pb.gz\ncprof top -cum -focus 'net/http' cpu.pb.gz\n"
                 "cprof top -lines -nodecount 30 cpu.pb.gz"},
    {.name = "text",
     .run = cprof_run_top,
     .shell_nodes = SHELL_ROWS,
     .usage = REPORT_USAGE("text"),
     .brief = "the same as top",
     .help = "Another name for top, for those who are used to it."},
    {.name = "tree",
     .run = cprof_run_tree,
     .default_nodes = GRAPH_NODES,
     .usage = REPORT_USAGE("tree"),
     .brief = "functions with their callers and callees",
     .help =
         "Each block is one function: above it who calls it, below it whom it calls, with the part of its cum "
         "that comes from or goes there.",
     .examples = "cprof tree 10 cpu.pb.gz"},
    {.name = "peek",
     .run = cprof_run_tree,
     .takes_regex = true,
     .untrimmed = true,
     .default_nodes = GRAPH_NODES,
     .usage = "peek RE [options] SOURCE…",
     .brief = "callers and callees of the functions that match",
     .help = "Like tree, but only the blocks of functions whose name matches RE, with nothing left out.",
     .examples = "cprof peek 'json.*Unmarshal' cpu.pb.gz"},
    {.name = "diff",
     .run = cprof_run_top,
     .word_only = true,
     .first_is_base = true,
     .usage = "diff [-REPORT] [options] [N] BASE SOURCE…",
     .brief = "what changed from BASE to SOURCE",
     .help =
         "Like top with -diff_base BASE: what has grown is positive, what has shrunk negative, and percentages "
         "are of BASE's total. Other reports can be asked for as flags.",
     .examples =
         "cprof diff before.pb.gz after.pb.gz\ncprof diff -tree -drop_negative before.pb.gz after.pb.gz"},
    {.name = "info",
     .kind = CPROF_COMMAND_INFO,
     .word_only = true,
     .usage = "info FILE…",
     .brief = "what kind of file it is, and what is in it",
     .help = "Format, producer, sample types, counts, time and duration, mappings and labels of each FILE by "
             "itself. The exit status is 1 when one of them cannot be read."},
    {.name = "completion",
     .kind = CPROF_COMMAND_COMPLETION,
     .word_only = true,
     .usage = "completion bash|zsh|fish",
     .brief = "completion for a shell, to be sourced",
     .examples = "source <(cprof completion bash)"},
    {.name = "version",
     .kind = CPROF_COMMAND_VERSION,
     .word_only = true,
     .usage = "version",
     .brief = "version, and the libraries built in"},
    {.name = "help",
     .kind = CPROF_COMMAND_HELP,
     .word_only = true,
     .usage = "help [COMMAND|OPTION|commands|options]",
     .brief = "about a command, an option, or all of them",
     .examples = "cprof help top\ncprof help tagfocus\ncprof help options"},
    {.name = NULL},
};
