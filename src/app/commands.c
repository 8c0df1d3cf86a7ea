#include "app/commands.h"

const cprof_command *cprof_command_find(cprof_slice name) {
    for (const cprof_command *c = cprof_commands; c->name; c++)
        if (cprof_slice_is(name, c->name))
            return c;
    return NULL;
}

cprof_settings cprof_command_settings(const cprof_command *command, cprof_settings settings) {
    if (settings.nodecount == -1)
        settings.nodecount = command->default_nodes;
    if (command->granularity)
        settings.granularity = cprof_slice_of(command->granularity);
    if (command->inlines != CPROF_INLINES_AS_SET)
        settings.noinlines = command->inlines == CPROF_INLINES_NEVER;
    if (command->untrimmed || !settings.trim) {
        settings.nodecount = 0;
        settings.nodefraction = settings.edgefraction = 0;
    }
    return settings;
}

bool cprof_command_sums_stacks(const cprof_command *command, const cprof_settings *s) {
    const cprof_slice by_label[] = {s->tagfocus, s->tagignore, s->tagroot,
                                    s->tagleaf,  s->tagshow,   s->taghide};
    for (size_t i = 0; i < sizeof by_label / sizeof *by_label; i++)
        if (by_label[i].len > 0)
            return false;
    return command->sums_stacks;
}

cprof_picture_format cprof_command_picture(const cprof_command *command, const cprof_settings *settings) {
    return settings->format.len > 0 ? CPROF_PICTURE_NONE : command->picture;
}
