#include "cli/args.h"

#include "app/formats.h"
#include "app/nearest.h"
#include "base/arena.h"

#include <stdio.h>
#include <unistd.h>

typedef struct parser {
    cprof_args *args;
    char **next;   /* what is still to be read; ends with NULL */
    bool by_words; /* the first word was a command */
    const char **bases;
    size_t base_count;
    const char *base_option;   /* "base" or "diff_base", as far as one was given */
    const cprof_command *flag; /* the command that was given as a flag */
    const char *chosen[8][2];  /* option and value of the choices that were made */
    size_t chosen_count;
    const char *taken, *taken_for; /* the last word that became a value, and whose */
} parser;

#define usage(err, ...) cprof_error_set((err), CPROF_ERR_USAGE, -1, __VA_ARGS__)

#define add_note(args, ...)                                                                                  \
    ((args)->note_count < sizeof(args)->notes / sizeof *(args)->notes                                        \
         ? (void)snprintf((args)->notes[(args)->note_count++], sizeof *(args)->notes, __VA_ARGS__)           \
         : (void)0)

static bool is_number(const char *word) {
    return *word && word[strspn(word, "0123456789")] == 0 && strlen(word) < 10;
}

/* --- options --- */

static bool unknown_option(cprof_slice name, cprof_error *err) {
    cprof_nearest nearest = cprof_nearest_start(name);
    for (const cprof_option *o = cprof_options; o->name; o++) {
        cprof_nearest_try(&nearest, o->name);
        for (const char *const *c = cprof_option_flags(o); *c; c++)
            cprof_nearest_try(&nearest, *c);
    }
    for (const cprof_command *c = cprof_commands; c->name; c++)
        if (!c->word_only || c->kind == CPROF_COMMAND_VERSION)
            cprof_nearest_try(&nearest, c->name);
    const char *meant = cprof_nearest_name(&nearest);
    int len = (int)(name.len > 80 ? 80 : name.len);
    if (meant)
        return usage(err, "unknown option -%.*s; did you mean -%s?", len, name.ptr, meant);
    if (is_number(name.ptr))
        return usage(err, "unknown option -%s; for %s rows say %s", name.ptr, name.ptr, name.ptr);
    return usage(err, "unknown option -%.*s; \"cprof help options\" lists them", len, name.ptr);
}

/* The value behind "=", or the next word. */
static bool take_value(parser *p, const char *name, const char *equals, const char **value,
                       cprof_error *err) {
    if (equals)
        *value = equals + 1;
    else if (*p->next)
        p->taken_for = name, p->taken = *value = *p->next++;
    else
        return usage(err, "option -%s needs a value", name);
    return true;
}

/* "nodecount takes …" is what an option says of itself. */
static bool refuse_value(cprof_error *err) {
    cprof_error said = *err;
    return usage(err, "option -%s", said.message);
}

static bool set_flag(const char *name, const char *equals, bool *on, cprof_error *err) {
    *on = true;
    if (!equals)
        return true;
    cprof_settings scratch = {0};
    cprof_option option = {.name = name, .kind = CPROF_OPTION_BOOL, .field = offsetof(cprof_settings, plain)};
    if (!cprof_option_set(&option, &scratch, cprof_slice_of(equals + 1), err))
        return refuse_value(err);
    *on = scratch.plain;
    return true;
}

/* Two choices of one option contradict one another. */
static bool choose(parser *p, const cprof_option *option, const char *choice, cprof_error *err) {
    for (size_t i = 0; i < p->chosen_count; i++) {
        if (p->chosen[i][0] != option->name)
            continue;
        if (strcmp(p->chosen[i][1], choice) == 0)
            return true;
        return usage(err, "-%s and -%s contradict one another", p->chosen[i][1], choice);
    }
    if (!cprof_option_set(option, &p->args->settings, cprof_slice_of(choice), err))
        return refuse_value(err);
    if (p->chosen_count < sizeof p->chosen / sizeof *p->chosen) {
        p->chosen[p->chosen_count][0] = option->name;
        p->chosen[p->chosen_count++][1] = choice;
    }
    return true;
}

static bool add_base(parser *p, const char *option, const char *path, cprof_error *err) {
    if (!*path)
        return true;
    if (p->base_option && strcmp(p->base_option, option) != 0)
        return usage(err, "-base and -diff_base cannot be given together");
    if (p->base_count > 0)
        add_note(p->args, "-%s was given more than once: the last one holds", option);
    p->base_option = option;
    p->bases[0] = path;
    p->base_count = 1;
    return true;
}

/* "-trim false": a bool takes its value with "=" only. */
static bool refuse_bool_word(const parser *p, const char *name, cprof_error *err) {
    const char *next = *p->next;
    if (!next || (strcmp(next, "true") != 0 && strcmp(next, "false") != 0) || access(next, F_OK) == 0)
        return true;
    return usage(err, "option -%s takes its value with \"=\": -%s=%s", name, name, next);
}

static bool parse_setting(parser *p, const cprof_option *option, const char *equals, cprof_error *err) {
    const char *value = equals ? equals + 1 : "true";
    if (option->kind != CPROF_OPTION_BOOL && !take_value(p, option->name, equals, &value, err))
        return false;
    if (option->kind == CPROF_OPTION_SOURCE)
        return add_base(p, option->name, value, err);
    if (option->kind == CPROF_OPTION_CHOICE)
        return choose(p, option, value, err);
    if (option->kind == CPROF_OPTION_BOOL && !equals && !refuse_bool_word(p, option->name, err))
        return false;
    if (!cprof_option_set(option, &p->args->settings, cprof_slice_of(value), err))
        return refuse_value(err);
    return true;
}

static bool parse_command_flag(parser *p, const cprof_command *command, const char *equals,
                               cprof_error *err) {
    const char *argument = "";
    bool on;
    if (command->takes_regex) {
        if (!take_value(p, command->name, equals, &argument, err))
            return false;
        on = *argument; /* -list= asks for nothing */
    } else if (!set_flag(command->name, equals, &on, err)) {
        return false;
    }
    if (!on)
        return true;
    if (p->flag && p->flag != command)
        return usage(err, "-%s and -%s: one report at a time", p->flag->name, command->name);
    p->flag = command;
    p->args->argument = cprof_slice_of(argument);
    return true;
}

static bool asks_for_help(const char *word) {
    static const char *const words[] = {"-h", "--h", "-help", "--help", NULL};
    for (const char *const *w = words; *w; w++)
        if (strcmp(word, *w) == 0)
            return true;
    return false;
}

static bool parse_option(parser *p, const char *word, cprof_error *err) {
    const char *start = word + (word[1] == '-' ? 2 : 1);
    const char *equals = strchr(start, '=');
    cprof_slice name = {start, equals ? (size_t)(equals - start) : strlen(start)};
    const char *choice;
    const cprof_option *option = cprof_option_find(name);
    if (option)
        return parse_setting(p, option, equals, err);
    option = cprof_option_find_choice(name, &choice);
    if (option) {
        bool on;
        return set_flag(choice, equals, &on, err) && (!on || choose(p, option, choice, err));
    }
    const cprof_command *command = cprof_command_find(name);
    if (command && !command->word_only)
        return parse_command_flag(p, command, equals, err);
    if (asks_for_help(word))
        return p->args->help = true;
    if (cprof_slice_is(name, "version")) {
        p->flag = cprof_command_find(name);
        return true;
    }
    return unknown_option(name, err);
}

/* Options go where they belong, everything else to args->words. */
static bool parse_words(parser *p, const cprof_command *first, cprof_error *err) {
    bool options = true, about_options = first && first->kind == CPROF_COMMAND_HELP; /* "help -focus" */
    while (*p->next) {
        const char *word = *p->next++;
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (!options || word[0] != '-' || word[1] == 0 || (about_options && !asks_for_help(word)))
            p->args->words[p->args->word_count++] = word;
        else if (!parse_option(p, word, err))
            return false;
    }
    return true;
}

/* --- words --- */

static void drop_word(cprof_args *args, size_t i) {
    args->word_count--;
    memmove(args->words + i, args->words + i + 1, (args->word_count - i) * sizeof *args->words);
}

/* "top", and "top20" too. */
static const cprof_command *command_word(const char *word, cprof_settings *settings) {
    const cprof_command *command = cprof_command_find(cprof_slice_of(word));
    size_t digits = strcspn(word, "0123456789");
    if (command || digits == 0 || !is_number(word + digits))
        return command;
    command = cprof_command_find((cprof_slice){word, digits});
    if (!command || command->kind != CPROF_COMMAND_REPORT)
        return NULL;
    cprof_option_set(cprof_option_find(CPROF_SLICE("nodecount")), settings, cprof_slice_of(word + digits),
                     NULL);
    return command;
}

/* A first word that is neither a file nor a command, but nearly one, would only be missed as a file. */
static bool refuse_near_command(const char *word, cprof_error *err) {
    if (word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] != 0 || access(word, F_OK) == 0)
        return true;
    cprof_nearest nearest = cprof_nearest_start(cprof_slice_of(word));
    for (const cprof_command *c = cprof_commands; c->name; c++)
        cprof_nearest_try(&nearest, c->name);
    const char *meant = cprof_nearest_name(&nearest);
    return !meant || usage(err, "there is no command and no file %s; did you mean %s?", word, meant);
}

/* A bare number says how many rows; in the flags' grammar only where there is no file of that name. */
static void take_count(parser *p) {
    cprof_args *args = p->args;
    for (size_t i = 0; i < args->word_count; i++)
        if (is_number(args->words[i]) && (p->by_words || access(args->words[i], F_OK) != 0)) {
            cprof_option_set(cprof_option_find(CPROF_SLICE("nodecount")), &args->settings,
                             cprof_slice_of(args->words[i]), NULL);
            drop_word(args, i);
            return;
        }
}

static bool choose_command(parser *p, cprof_error *err) {
    cprof_args *args = p->args;
    bool is_word = args->word_count > 0 && (p->by_words || !p->flag);
    if (is_word && (p->by_words || access(args->words[0], F_OK) != 0)) {
        args->command = command_word(args->words[0], &args->settings);
        if (args->command) {
            p->by_words = true;
            drop_word(args, 0);
        }
    }
    if (!args->command) {
        args->command = p->flag;
        if (is_word && !refuse_near_command(args->words[0], err))
            return false;
    } else if (p->flag && p->flag != args->command) {
        if (!args->command->first_is_base || args->command->base_optional)
            return usage(err, "%s and -%s: one report at a time", args->command->name, p->flag->name);
    } else if (args->command->takes_regex && args->argument.len == 0) {
        if (args->word_count == 0 && !args->help)
            return usage(err, "%s needs a regular expression: cprof %s", args->command->name,
                         args->command->usage);
        if (args->word_count > 0) {
            p->taken = args->words[0];
            p->taken_for = NULL;
            args->argument = cprof_slice_of(args->words[0]);
            drop_word(args, 0);
        }
    }
    return true;
}

/* --- what belongs together --- */

static bool settle_sources(parser *p, cprof_error *err) {
    cprof_args *args = p->args;
    const cprof_command *command = args->command;
    if (command && command->first_is_base && !(command->base_optional && args->word_count < 2)) {
        if (p->base_count > 0)
            return usage(err, "%s takes its base from its sources: leave out -%s", command->name,
                         p->base_option);
        if (args->word_count < 2)
            return usage(err, "%s needs two profiles: cprof %s", command->name, command->usage);
        if (args->word_count > 2 && command->base_optional)
            return usage(err, "%s takes one profile or compares two, not %zu: cprof %s", command->name,
                         args->word_count, command->usage);
        p->bases[p->base_count++] = args->words[0];
        p->base_option = "diff_base";
        drop_word(args, 0);
        if (p->flag)
            args->command = p->flag;
    }
    args->sources =
        (cprof_sources){.paths = args->words,
                        .path_count = args->word_count,
                        .bases = p->bases,
                        .base_count = p->base_count,
                        .is_diff_base = p->base_option && strcmp(p->base_option, "diff_base") == 0};
    return true;
}

/* -inuse_space and its like stand for -sample_index, which goes before them. */
static void settle_sample_index(cprof_args *args) {
    cprof_settings *s = &args->settings;
    for (const cprof_option *o = cprof_options; o->name; o++) {
        if (!o->sample_index || !*(const bool *)((const char *)s + o->field))
            continue;
        if (s->sample_index.len == 0)
            s->sample_index = cprof_slice_of(o->sample_index);
        else
            add_note(args, "several sample types were chosen: -%s is passed over", o->name);
    }
    s->mean |= s->mean_delay;
}

/* "… (cpu.pb.gz was taken for the value of -focus)": where that may be why there is none. */
static bool refuse_no_profile(const parser *p, cprof_error *err) {
    const cprof_command *command = p->args->command;
    char why[120] = "";
    if (p->taken && access(p->taken, F_OK) == 0)
        snprintf(why, sizeof why, " (%.64s was taken for %s%s)", p->taken,
                 p->taken_for ? "the value of -" : "RE", p->taken_for ? p->taken_for : "");
    if (!command)
        return usage(err, "no profile given; \"cprof -h\" shows how%s", why);
    return usage(err, "no profile given to %s: cprof %s%s", command->name, command->usage, why);
}

/* A command among the sources, and no file of that name: two reports were asked for. */
static bool refuse_second_command(const cprof_args *args, cprof_error *err) {
    for (size_t i = 0; args->command && i < args->word_count; i++) {
        const cprof_command *second = cprof_command_find(cprof_slice_of(args->words[i]));
        if (second && access(args->words[i], F_OK) != 0)
            return usage(err, "%s and %s: one report at a time, and there is no file %s", args->command->name,
                         second->name, second->name);
    }
    return true;
}

static bool check(const parser *p, cprof_error *err) {
    const cprof_args *args = p->args;
    const cprof_settings *s = &args->settings;
    if (args->help || (args->command && args->command->kind > CPROF_COMMAND_INFO))
        return true;
    if (args->word_count == 0)
        return refuse_no_profile(p, err);
    if (p->by_words && !refuse_second_command(args, err))
        return false;
    if (s->http.len && args->command)
        return usage(err, "-http and a report (%s) exclude one another", args->command->name);
    if (s->no_browser && !s->http.len)
        return usage(err, "-no_browser goes with -http only");
    if (s->normalize && p->base_count == 0)
        return usage(err, "-normalize needs a base: give -base or -diff_base");
    return true;
}

bool cprof_args_init(cprof_args *args, int argc, char **argv, cprof_error *err) {
    static char *none[] = {NULL};
    size_t room = argc > 0 ? (size_t)argc : 1;
    *args =
        (cprof_args){.settings = cprof_settings_default(), .memory_size = 2 * room * sizeof *args->memory};
    args->memory = cprof_mem_resize(NULL, NULL, 0, args->memory_size);
    if (!args->memory)
        return cprof_error_memory(NULL, err);
    args->words = args->memory;
    parser p = {.args = args, .next = argc > 1 ? argv + 1 : none, .bases = args->memory + room};
    const cprof_command *first = *p.next ? command_word(*p.next, &args->settings) : NULL;
    p.by_words = first != NULL;
    if (!parse_words(&p, first, err) || !choose_command(&p, err))
        return false;
    if (args->command && args->command->kind == CPROF_COMMAND_REPORT)
        take_count(&p);
    if (args->help)
        return true;
    if (args->settings.output.len || args->settings.format.len)
        cprof_settle_format(&args->command, &args->settings);
    if (!settle_sources(&p, err))
        return false;
    settle_sample_index(args);
    return check(&p, err);
}

void cprof_args_deinit(cprof_args *args) {
    cprof_mem_free(NULL, args->memory, args->memory_size);
    args->memory = NULL;
}
