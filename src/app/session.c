#include "app/session.h"

#include "app/load.h"
#include "transform/filter.h"

bool cprof_session_start_layout(cprof_session *session, cprof_picture_format picture,
                                const cprof_settings *settings, cprof_error *err) {
    long seconds = settings->layout_timeout;
    return session->layout.started ||
           cprof_layout_start(&session->layout, picture,
                              seconds > 0 && seconds < 1000000 ? (unsigned)seconds : 0, err);
}

static bool load(cprof_session *session, const cprof_sources *sources, const cprof_settings *settings,
                 cprof_error *err) {
    if (!cprof_load(sources, settings, session->env, &session->profile, &session->is_fetched, err))
        return false;
    session->is_difference = sources->base_count > 0;
    cprof_view_init(&session->base, session->profile, session->env);
    return cprof_filter_uninteresting(&session->base, err);
}

cprof_session *cprof_session_new(const cprof_sources *sources, const cprof_settings *settings,
                                 const cprof_env *env, cprof_error *err) {
    cprof_session *session = cprof_mem_resize(cprof_env_budget(env), NULL, 0, sizeof *session);
    if (!session) {
        cprof_error_memory(env, err);
        return NULL;
    }
    *session = (cprof_session){.env = env, .once = sources->once};
    /* Before there are threads, and much memory to be shared.  Should it fail, the picture will say so. */
    if (sources->picture)
        cprof_session_start_layout(session, sources->picture, settings, NULL);
    if (load(session, sources, settings, err))
        return session;
    cprof_session_free(session);
    return NULL;
}

void cprof_session_free(cprof_session *session) {
    if (!session)
        return;
    const cprof_env *env = session->env;
    cprof_layout_cancel(&session->layout);
    if (session->profile)
        cprof_view_deinit(&session->base);
    cprof_profile_free(session->profile);
    cprof_mem_free(cprof_env_budget(env), session, sizeof *session);
}
