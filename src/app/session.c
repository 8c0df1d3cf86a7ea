#include "app/session.h"

#include "app/load.h"
#include "transform/filter.h"

cprof_session *cprof_session_new(const cprof_sources *sources, const cprof_settings *settings,
                                 const cprof_env *env, cprof_error *err) {
    cprof_profile *profile;
    bool is_fetched;
    if (!cprof_load(sources, settings, env, &profile, &is_fetched, err))
        return NULL;
    cprof_session *session = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *session);
    if (!session) {
        cprof_error_memory(env, err);
        cprof_profile_free(profile);
        return NULL;
    }
    *session = (cprof_session){.env = env, .profile = profile, .is_fetched = is_fetched};
    session->is_difference = sources->base_count > 0;
    cprof_view_init(&session->base, profile, env);
    if (cprof_filter_uninteresting(&session->base, err))
        return session;
    cprof_session_free(session);
    return NULL;
}

void cprof_session_free(cprof_session *session) {
    if (!session)
        return;
    const cprof_env *env = session->env;
    cprof_view_deinit(&session->base);
    cprof_profile_free(session->profile);
    cprof_mem_free(cprof_env_budget(env), session, sizeof *session);
}
