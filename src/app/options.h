/* Everything that can be set, in one table.
 *
 * Command-line flags, the shell's NAME=VALUE, help, completion and the manual's list all come from
 * `cprof_options`.  A cprof_settings is passed by value; its texts are borrowed.
 */
#ifndef CPROF_APP_OPTIONS_H
#define CPROF_APP_OPTIONS_H

#include "base/slice.h"
#include "cprof/error.h"

typedef struct cprof_settings {
    /* What is shown, and how. */
    cprof_slice granularity; /* "": what suits the command */
    cprof_slice sort;        /* "flat" or "cum" */
    bool call_tree, compact_labels, intel_syntax, noinlines, showcolumns, relative_percentages;
    cprof_slice unit, source_path, trim_path, output;
    cprof_slice format; /* "json", "csv", "tsv", "markdown"; "": the report's own */
    cprof_slice colour; /* "auto", "always" or "never" */
    bool inverted;
    cprof_slice diff_colours; /* "relative" or "absolute" */
    long layout_timeout;      /* seconds */

    /* Which of a sample's values. */
    cprof_slice sample_index; /* "": the profile's default */
    bool mean, normalize, drop_negative;
    double divide_by;
    bool inuse_space, inuse_objects, alloc_space, alloc_objects, total_delay, contentions, mean_delay;

    /* How much of it. */
    bool trim;
    long nodecount; /* -1: what suits the command; 0: all */
    double nodefraction, edgefraction;

    /* Filters: regular expressions, or tag expressions. "": none. */
    cprof_slice focus, ignore, hide, show, show_from, prune_from;
    cprof_slice tagfocus, tagignore, tagshow, taghide, tagroot, tagleaf;
    cprof_slice state, min_wait; /* of goroutines */

    /* Where profiles come from. */
    cprof_slice symbolize, buildid, add_comment, tools, tls_cert, tls_key, tls_ca;
    bool all_frames;
    long seconds, timeout; /* -1: not said */

    /* The program itself. */
    cprof_slice http;
    bool no_browser, plain;
    uint64_t max_memory; /* bytes; 0: what suits the machine */
} cprof_settings;

typedef enum cprof_option_kind {
    CPROF_OPTION_BOOL,   /* bool */
    CPROF_OPTION_INT,    /* long */
    CPROF_OPTION_FLOAT,  /* double */
    CPROF_OPTION_TEXT,   /* cprof_slice */
    CPROF_OPTION_CHOICE, /* cprof_slice, one of `choices`; each choice is a flag of its own too */
    CPROF_OPTION_WORD,   /* cprof_slice, one of `choices`, which are no flags */
    CPROF_OPTION_SIZE,   /* uint64_t bytes, written with or without a unit: 512MB */
    CPROF_OPTION_SOURCE  /* one more profile: no field, kept by who reads the command line */
} cprof_option_kind;

typedef enum cprof_option_group {
    CPROF_GROUP_SHOW,
    CPROF_GROUP_VALUES,
    CPROF_GROUP_AMOUNT,
    CPROF_GROUP_FILTERS,
    CPROF_GROUP_TAGS,
    CPROF_GROUP_SOURCES,
    CPROF_GROUP_PROGRAM,
    CPROF_GROUP_COUNT
} cprof_option_group;

typedef struct cprof_option {
    const char *name;
    cprof_option_kind kind;
    cprof_option_group group;
    size_t field;               /* offset in cprof_settings */
    const char *preset;         /* the value that it starts with, as text; NULL: false, 0 or "" */
    const char *const *choices; /* of a CHOICE or WORD (ends with NULL) */
    const char *sample_index;   /* a flag that stands for -sample_index=THIS */
    bool in_shell;              /* may be changed once the profile is loaded */
    const char *value;          /* what its value is called in help: "RE", "N"; NULL for bools */
    const char *brief;          /* a few words */
    const char *help;           /* a sentence or more; NULL: brief says it all */
} cprof_option;

extern const cprof_option cprof_options[]; /* ends with a NULL name */
extern const char *const cprof_option_group_titles[CPROF_GROUP_COUNT];

/* NULL where there is none. */
const cprof_option *cprof_option_find(cprof_slice name);
/* The choices that are flags of their own; ends with NULL. */
const char *const *cprof_option_flags(const cprof_option *option);
/* The option that has `name` among its flags; *choice is the table's own spelling. */
const cprof_option *cprof_option_find_choice(cprof_slice name, const char **choice);

cprof_settings cprof_settings_default(void);

/* value is borrowed by the settings where it is a text.  A bool takes true/t/yes/y/1 and "", false/f/no/n/0,
 * in any case.  On failure err (CPROF_ERR_USAGE) says what it takes, and the settings are as they were. */
bool cprof_option_set(const cprof_option *option, cprof_settings *settings, cprof_slice value,
                      cprof_error *err);

enum { CPROF_OPTION_TEXT_MAX = 64 };
/* The value as it would be written; numbers are put into buffer. */
cprof_slice cprof_option_get(const cprof_option *option, const cprof_settings *settings,
                             char buffer[CPROF_OPTION_TEXT_MAX]);
bool cprof_option_is_preset(const cprof_option *option, const cprof_settings *settings);

#endif
