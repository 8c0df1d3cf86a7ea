#include "transform/view.h"

void cprof_view_init(cprof_view *view, const cprof_profile *profile, const cprof_env *env) {
    *view = (cprof_view){
        .profile = profile,
        .env = env,
        .granularity = {.inlines = true,
                        .function = true,
                        .filename = true,
                        .line = true,
                        .column = true,
                        .address = true},
    };
    cprof_arena_init(&view->arena, cprof_env_budget(env));
    uint32_t type;
    if (cprof_profile_find_type(profile, CPROF_SLICE(""), &type, NULL))
        view->value_type = type;
}

void cprof_view_init_on(cprof_view *view, const cprof_view *base) {
    *view = *base;
    cprof_arena_init(&view->arena, cprof_env_budget(base->env));
}

void cprof_view_deinit(cprof_view *view) {
    cprof_arena_deinit(&view->arena);
}
