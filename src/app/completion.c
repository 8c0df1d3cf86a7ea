/* Completion of the command line, for the shells that people use, made of the tables. */
#include "app/help.h"

#define SHELLS "bash zsh fish"

static void put_words(cprof_sink *sink, bool commands, bool options) {
    for (const cprof_command *c = cprof_commands; commands && c->name; c++)
        cprof_sink_printf(sink, "%s ", c->name);
    for (const cprof_command *c = cprof_commands; options && c->name; c++)
        if (!c->word_only)
            cprof_sink_printf(sink, "-%s ", c->name);
    for (const cprof_option *o = cprof_options; options && o->name; o++) {
        cprof_sink_printf(sink, "-%s ", o->name);
        for (const char *const *c = cprof_option_flags(o); *c; c++)
            cprof_sink_printf(sink, "-%s ", *c);
    }
}

static void put_choices(cprof_sink *sink, const cprof_option *o) {
    for (const char *const *c = o->choices; *c; c++)
        cprof_sink_printf(sink, "%s%s", c == o->choices ? "" : " ", *c);
}

/* Help topics are the commands, the options and their choices. */
static void put_topics(cprof_sink *sink) {
    cprof_sink_puts(sink, "commands options ");
    put_words(sink, true, false);
    for (const cprof_option *o = cprof_options; o->name; o++)
        cprof_sink_printf(sink, "%s ", o->name);
}

/* Words of its own for what follows some words, else options, commands or files.  Names of files may have
 * spaces, so there is one a line; "-sort=cum" reaches bash as three words. */
static void complete_bash(cprof_sink *sink) {
    cprof_sink_puts(
        sink, "# completion of cprof for bash\n"
              "_cprof() {\n"
              "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words='' flags\n"
              "    if [[ $word == = ]]; then\n"
              "        word=''\n"
              "    elif [[ $before == = ]]; then\n"
              "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
              "    fi\n"
              "    case $before in\n");
    for (const cprof_option *o = cprof_options; o->name; o++)
        if (o->choices) {
            cprof_sink_printf(sink, "    -%s | --%s) words=\"", o->name, o->name);
            put_choices(sink, o);
            cprof_sink_puts(sink, "\" ;;\n");
        }
    cprof_sink_puts(sink, "    help) words=\"");
    put_topics(sink);
    cprof_sink_puts(sink, "\" ;;\n"
                          "    completion) words=\"" SHELLS "\" ;;\n"
                          "    esac\n"
                          "    flags=\"");
    put_words(sink, false, true);
    cprof_sink_puts(sink, "\"\n"
                          "    mapfile -t COMPREPLY < <(\n"
                          "        if [[ -n $words ]]; then\n"
                          "            compgen -W \"$words\" -- \"$word\"\n"
                          "        elif [[ $word == --* ]]; then\n"
                          "            compgen -P - -W \"$flags\" -- \"${word#-}\"\n"
                          "        elif [[ $word == -* ]]; then\n"
                          "            compgen -W \"$flags\" -- \"$word\"\n"
                          "        else\n"
                          "            ((COMP_CWORD > 1)) || compgen -W \"");
    put_words(sink, true, false);
    cprof_sink_puts(sink, "\" -- \"$word\"\n"
                          "            compgen -f -- \"$word\"\n"
                          "        fi)\n"
                          "}\n"
                          "complete -o filenames -F _cprof cprof\n");
}

/* text within single quotes and brackets of zsh's _arguments. */
static void put_zsh_text(cprof_sink *sink, const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            cprof_sink_puts(sink, "'\\''");
        else if (strchr("[]:\\", *text))
            cprof_sink_printf(sink, "\\%c", *text);
        else
            cprof_sink_putc(sink, *text);
    }
}

static void put_zsh_option(cprof_sink *sink, const cprof_option *o) {
    cprof_sink_printf(sink, "    '*-%s[", o->name);
    put_zsh_text(sink, o->brief);
    cprof_sink_putc(sink, ']');
    if (o->value) {
        cprof_sink_putc(sink, ':');
        put_zsh_text(sink, o->value);
        cprof_sink_putc(sink, ':');
    }
    if (o->choices) {
        cprof_sink_putc(sink, '(');
        put_choices(sink, o);
        cprof_sink_putc(sink, ')');
    } else if (o->kind == CPROF_OPTION_SOURCE || strcmp(o->name, "output") == 0) {
        cprof_sink_puts(sink, "_files");
    }
    cprof_sink_puts(sink, "'\n");
    for (const char *const *c = cprof_option_flags(o); *c; c++)
        cprof_sink_printf(sink, "    '-%s[%s=%s]'\n", *c, o->name, *c);
}

static void complete_zsh(cprof_sink *sink) {
    cprof_sink_puts(sink, "#compdef cprof\n"
                          "_cprof() {\n"
                          "  local -a commands options\n"
                          "  commands=(\n");
    for (const cprof_command *c = cprof_commands; c->name; c++) {
        cprof_sink_printf(sink, "    '%s:", c->name);
        put_zsh_text(sink, c->brief);
        cprof_sink_puts(sink, "'\n");
    }
    cprof_sink_puts(sink, "  )\n  options=(\n");
    for (const cprof_option *o = cprof_options; o->name; o++)
        put_zsh_option(sink, o);
    for (const cprof_command *c = cprof_commands; c->name; c++)
        if (!c->word_only) {
            cprof_sink_printf(sink, "    '-%s[", c->name);
            put_zsh_text(sink, c->brief);
            cprof_sink_puts(sink, c->takes_regex ? "]:RE:'\n" : "]'\n");
        }
    cprof_sink_puts(sink, "  )\n"
                          "  if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then\n"
                          "    _describe command commands\n"
                          "  fi\n"
                          "  if ((CURRENT > 2)) && [[ $words[2] == help ]]; then\n"
                          "    compadd ");
    put_topics(sink);
    cprof_sink_puts(sink,
                    "\n"
                    "  elif ((CURRENT > 2)) && [[ $words[2] == completion ]]; then\n"
                    "    compadd " SHELLS "\n"
                    "  else\n"
                    "    _arguments $options '*:profile:_files'\n"
                    "  fi\n"
                    "}\n"
                    "if [[ $funcstack[1] == _cprof ]]; then _cprof \"$@\"; else compdef _cprof cprof; fi\n");
}

/* text within double quotes of fish. */
static void put_fish_text(cprof_sink *sink, const char *text) {
    for (; *text; text++) {
        if (strchr("\"$\\", *text))
            cprof_sink_putc(sink, '\\');
        cprof_sink_putc(sink, *text);
    }
}

static void put_fish(cprof_sink *sink, const char *flags, const char *name, const char *more,
                     const char *brief) {
    cprof_sink_printf(sink, "complete -c cprof %s %s %s-d \"", flags, name, more);
    put_fish_text(sink, brief);
    cprof_sink_puts(sink, "\"\n");
}

static void complete_fish(cprof_sink *sink) {
    cprof_sink_puts(sink, "# completion of cprof for fish\n"
                          "complete -c cprof -n '__fish_seen_subcommand_from completion' -f -a '" SHELLS "'\n"
                          "complete -c cprof -n '__fish_seen_subcommand_from help' -f -a '");
    put_topics(sink);
    cprof_sink_puts(sink, "'\n");
    for (const cprof_command *c = cprof_commands; c->name; c++) {
        put_fish(sink, "-n __fish_use_subcommand -a", c->name, "", c->brief);
        if (!c->word_only)
            put_fish(sink, "-o", c->name, c->takes_regex ? "-x " : "", c->brief);
    }
    for (const cprof_option *o = cprof_options; o->name; o++) {
        if (o->choices) {
            cprof_sink_printf(sink, "complete -c cprof -o %s -x -a \"", o->name);
            put_choices(sink, o);
            cprof_sink_puts(sink, "\" -d \"");
            put_fish_text(sink, o->brief);
            cprof_sink_puts(sink, "\"\n");
        } else {
            put_fish(sink, "-o", o->name, o->value ? "-r " : "", o->brief);
        }
        for (const char *const *c = cprof_option_flags(o); *c; c++)
            put_fish(sink, "-o", *c, "", o->brief);
    }
}

bool cprof_completion(cprof_sink *sink, cprof_slice shell, cprof_error *err) {
    if (cprof_slice_is(shell, "bash"))
        complete_bash(sink);
    else if (cprof_slice_is(shell, "zsh"))
        complete_zsh(sink);
    else if (cprof_slice_is(shell, "fish"))
        complete_fish(sink);
    else
        return cprof_error_set(err, CPROF_ERR_USAGE, -1, "%s%.*s: there is completion for bash, zsh and fish",
                               shell.len ? "" : "no shell given", CPROF_SLICE_ARG(shell));
    return true;
}
