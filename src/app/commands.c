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
