#include "app/help.h"

#include "app/nearest.h"
#include "base/utf8.h"

enum { WIDTH = 79 };

/* text, with its lines broken and every line indented by `indent`. */
static void put_filled(cprof_sink *sink, const char *text, int indent) {
    int column = 0;
    while (*text) {
        size_t n = strcspn(text, " \n");
        int columns = (int)cprof_utf8_columns((cprof_slice){text, n});
        if (column > 0 && column + 1 + columns > WIDTH) {
            cprof_sink_putc(sink, '\n');
            column = 0;
        }
        cprof_sink_pad(sink, column == 0 ? indent : 1);
        column += columns + (column == 0 ? indent : 1);
        cprof_sink_write(sink, text, n);
        text += n;
        while (*text == ' ' || *text == '\n')
            text++;
    }
    cprof_sink_putc(sink, '\n');
}

static void put_row(cprof_sink *sink, const char *left, const char *right, int width) {
    cprof_sink_pad(sink, 2);
    cprof_sink_left(sink, cprof_slice_of(left), width);
    cprof_sink_putc(sink, ' ');
    cprof_sink_puts(sink, right);
    cprof_sink_putc(sink, '\n');
}

void cprof_help_screen(cprof_sink *sink) {
    cprof_sink_puts(sink, "cprof: where time and memory go, what changed, what leaks\n"
                          "\n"
                          "  cprof heap.pb.gz                        explore it on the whole screen\n"
                          "  cprof top 20 heap.pb.gz                 the 20 heaviest functions\n"
                          "  cprof top -cum -focus json cpu.pb.gz    with callees, of stacks through json\n"
                          "  cprof list 'server.*Handle' cpu.pb.gz   source lines with their weight\n"
                          "  cprof peek malloc cpu.pb.gz             who calls it, whom it calls\n"
                          "  cprof diff old.pb.gz new.pb.gz          what grew, what shrank\n"
                          "  cprof flame cpu.pb.gz -output cpu.html  a flame graph to click on\n"
                          "  cprof svg cpu.pb.gz -output cpu.svg     the call graph\n"
                          "  cprof merge a.pb.gz b.pb.gz -output ab.pb.gz\n"
                          "  cprof info *.pb.gz                      what kind of files these are\n"
                          "  cat cpu.pb.gz | cprof tree -            - is standard input\n"
                          "\n"
                          "Everything also goes the way of pprof: cprof -top -nodecount=20 heap.pb.gz\n"
                          "\n"
                          "  -lines  -files  -cum  -unit ms  -sample_index alloc_space  -output FILE\n"
                          "  -focus RE  -ignore RE  -hide RE  -tagfocus KEY=VALUE  -diff_base FILE\n"
                          "\n"
                          "  cprof help commands   all reports          cprof help top       one of them\n"
                          "  cprof help options    all options          cprof help focus     one of them\n"
                          "  man cprof             everything           cprof --version\n");
}

/* --- commands --- */

static void put_commands(cprof_sink *sink, bool in_shell) {
    for (const cprof_command *c = cprof_commands; c->name; c++)
        if (!in_shell || (c->kind == CPROF_COMMAND_REPORT && !c->word_only))
            put_row(sink, c->name, c->brief, 12);
}

static void put_examples(cprof_sink *sink, const char *examples) {
    cprof_slice rest = cprof_slice_of(examples), line;
    cprof_sink_puts(sink, "\nFor example:\n");
    while (cprof_slice_next_line(&rest, &line)) {
        cprof_sink_pad(sink, 4);
        cprof_sink_slice(sink, line);
        cprof_sink_putc(sink, '\n');
    }
}

static void help_command(cprof_sink *sink, const cprof_command *c, bool in_shell) {
    cprof_sink_printf(sink, "%s: %s\n\n", c->name, c->brief);
    if (in_shell)
        cprof_sink_printf(sink, "    %s%s [N] [-cum] [FOCUS_RE]… [-IGNORE_RE]… [>FILE] [| PROGRAM]\n",
                          c->name, c->takes_regex ? " RE" : "");
    else
        cprof_sink_printf(sink, "    cprof %s\n", c->usage);
    if (c->help) {
        cprof_sink_putc(sink, '\n');
        put_filled(sink, c->help, 0);
    }
    if (c->examples && !in_shell)
        put_examples(sink, c->examples);
}

/* --- options --- */

/* "-unit UNIT", or "unit=UNIT". */
static void put_option_name(cprof_sink *sink, const cprof_option *o, bool in_shell) {
    if (!in_shell)
        cprof_sink_putc(sink, '-');
    cprof_sink_puts(sink, o->name);
    if (o->value)
        cprof_sink_printf(sink, "%c%s", in_shell ? '=' : ' ', o->value);
}

static void put_option(cprof_sink *sink, const cprof_option *o, bool in_shell, int width) {
    cprof_sink name;
    cprof_sink_init_memory(&name, NULL);
    put_option_name(&name, o, in_shell);
    cprof_sink_fail(sink, &name.error);
    cprof_sink_pad(sink, 2);
    cprof_sink_left(sink, cprof_sink_bytes(&name), width);
    cprof_sink_deinit(&name);
    cprof_sink_printf(sink, " %s\n", o->brief);
}

static void put_options(cprof_sink *sink, bool in_shell) {
    for (int group = 0; group < CPROF_GROUP_COUNT; group++) {
        bool any = false;
        for (const cprof_option *o = cprof_options; o->name; o++) {
            if ((int)o->group != group || (in_shell && !o->in_shell))
                continue;
            if (!any)
                cprof_sink_printf(sink, "%s%s\n", group ? "\n" : "", cprof_option_group_titles[group]);
            any = true;
            put_option(sink, o, in_shell, 24);
        }
    }
}

static void help_option(cprof_sink *sink, const cprof_option *o, bool in_shell) {
    put_option_name(sink, o, in_shell);
    cprof_sink_printf(sink, ": %s\n", o->brief);
    if (o->help) {
        cprof_sink_putc(sink, '\n');
        put_filled(sink, o->help, 0);
    }
    for (const char *const *c = o->choices; c && *c; c++)
        cprof_sink_printf(sink, "%s%s%s", c == o->choices ? "\nOne of: " : ", ", *c, c[1] ? "" : "\n");
    if (o->preset)
        cprof_sink_printf(sink, "\nUnless it is set: %s\n", o->preset);
}

static bool unknown_topic(cprof_slice topic, bool in_shell, cprof_error *err) {
    cprof_nearest nearest = cprof_nearest_start(topic);
    for (const cprof_command *c = cprof_commands; c->name; c++)
        cprof_nearest_try(&nearest, c->name);
    for (const cprof_option *o = cprof_options; o->name; o++)
        cprof_nearest_try(&nearest, o->name);
    int len = (int)(topic.len > 80 ? 80 : topic.len);
    const char *meant = cprof_nearest_name(&nearest), *cprof = in_shell ? "" : "cprof ";
    if (meant)
        return cprof_error_set(err, CPROF_ERR_USAGE, -1,
                               "\"%.*s\" is no command and no option; did you mean %s?", len, topic.ptr,
                               meant);
    return cprof_error_set(
        err, CPROF_ERR_USAGE, -1,
        "\"%.*s\" is no command and no option; \"%shelp commands\" and \"%shelp options\" list them", len,
        topic.ptr, cprof, cprof);
}

bool cprof_help_topic(cprof_sink *sink, cprof_slice topic, bool in_shell, cprof_error *err) {
    const char *choice;
    if (topic.len > 0 && topic.ptr[0] == '-')
        topic = cprof_slice_sub(topic, 1 + (topic.len > 1 && topic.ptr[1] == '-'), topic.len);
    const cprof_command *command = cprof_command_find(topic);
    const cprof_option *option = cprof_option_find(topic);
    if (!option)
        option = cprof_option_find_choice(topic, &choice);
    if (cprof_slice_is(topic, "commands"))
        put_commands(sink, in_shell);
    else if (cprof_slice_is(topic, "options"))
        put_options(sink, in_shell);
    else if (command)
        help_command(sink, command, in_shell);
    else if (option)
        help_option(sink, option, in_shell);
    else
        return unknown_topic(topic, in_shell, err);
    return true;
}

void cprof_help_shell(cprof_sink *sink) {
    cprof_sink_puts(sink, "Reports (\"help top\" tells more; RE is a regular expression)\n");
    put_commands(sink, true);
    cprof_sink_puts(sink,
                    "\n  top20 -cum main -runtime   20 rows by cum, of stacks with main and without runtime\n"
                    "  top >FILE, top | less      to a file, to a program\n\n");
    put_options(sink, true);
    cprof_sink_puts(sink, "\n  NAME=VALUE sets an option, NAME= clears it; a sample type's name selects it\n"
                          "  o or options: how they stand     :  all filters off     q, ^D: leave\n");
}

void cprof_help_settings(cprof_sink *sink, const cprof_settings *settings, const cprof_profile *profile) {
    for (const cprof_option *o = cprof_options; o->name; o++) {
        if (!o->in_shell)
            continue;
        char buffer[CPROF_OPTION_TEXT_MAX];
        cprof_slice value = cprof_option_get(o, settings, buffer);
        cprof_sink shown;
        cprof_sink_init_memory(&shown, NULL);
        cprof_sink_escaped(&shown, value, false);
        bool is_preset = cprof_option_is_preset(o, settings);
        cprof_sink_puts(sink, is_preset ? "  " : "* ");
        cprof_sink_left(sink, cprof_slice_of(o->name), 22);
        cprof_sink_puts(sink, " = ");
        cprof_sink_left(sink, value.len ? cprof_sink_bytes(&shown) : CPROF_SLICE("\"\""), 20);
        cprof_sink_fail(sink, &shown.error);
        cprof_sink_deinit(&shown);
        for (const char *const *c = o->choices; c && *c; c++)
            cprof_sink_printf(sink, "%s%s%s", c == o->choices ? " [" : " | ", *c, c[1] ? "" : "]");
        if (strcmp(o->name, "sample_index") == 0)
            for (uint32_t i = 0; profile && i < profile->type_count; i++) {
                cprof_sink_puts(sink, i == 0 ? " [" : " | ");
                cprof_sink_escaped(sink, cprof_profile_string(profile, profile->types[i].type), false);
                cprof_sink_puts(sink, i + 1 < profile->type_count ? "" : "]");
            }
        cprof_sink_putc(sink, '\n');
    }
}
