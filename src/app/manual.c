/* The manual's lists of commands and options, made of the tables. */
#include "app/help.h"

/* Text of a paragraph: what troff would take for its own is escaped. */
static void put_roff(cprof_sink *sink, const char *text) {
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            cprof_sink_puts(sink, "\\&");
        if (*text == '\\')
            cprof_sink_puts(sink, "\\e");
        else if (*text == '-')
            cprof_sink_puts(sink, "\\-");
        else if (*text == '"')
            cprof_sink_puts(sink, "\\(dq");
        else
            cprof_sink_putc(sink, *text);
        line_start = *text == '\n';
    }
}

static void put_capital(cprof_sink *sink, const char *text) {
    char first[2] = {*text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text, 0};
    put_roff(sink, first);
    put_roff(sink, *text ? text + 1 : text);
    cprof_sink_puts(sink, ".\n");
}

static void put_example_lines(cprof_sink *sink, const char *examples) {
    cprof_sink_puts(sink, ".IP\n.EX\n");
    put_roff(sink, examples);
    cprof_sink_puts(sink, "\n.EE\n");
}

void cprof_manual_commands(cprof_sink *sink) {
    for (const cprof_command *c = cprof_commands; c->name; c++) {
        cprof_sink_puts(sink, ".TP\n.B ");
        put_roff(sink, c->usage);
        cprof_sink_putc(sink, '\n');
        put_capital(sink, c->brief);
        if (c->help) {
            put_roff(sink, c->help);
            cprof_sink_putc(sink, '\n');
        }
        if (c->examples)
            put_example_lines(sink, c->examples);
    }
}

void cprof_manual_options(cprof_sink *sink) {
    for (int group = 0; group < CPROF_GROUP_COUNT; group++) {
        cprof_sink_puts(sink, ".SS ");
        put_roff(sink, cprof_option_group_titles[group]);
        cprof_sink_putc(sink, '\n');
        for (const cprof_option *o = cprof_options; o->name; o++) {
            if ((int)o->group != group)
                continue;
            cprof_sink_puts(sink, ".TP\n.BR \\-");
            put_roff(sink, o->name);
            if (o->value) {
                cprof_sink_puts(sink, " \" ");
                put_roff(sink, o->value);
                cprof_sink_putc(sink, '"');
            }
            cprof_sink_putc(sink, '\n');
            put_capital(sink, o->brief);
            if (o->help) {
                put_roff(sink, o->help);
                cprof_sink_putc(sink, '\n');
            }
        }
    }
}
