#include "base/env.h"

#include <stdio.h>

bool cprof_budget_take(cprof_budget *budget, size_t size) {
    if (!budget)
        return true;
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed), now;
    do {
        now = used + size;
        if (now < used || (budget->limit && now > budget->limit)) {
            atomic_store_explicit(&budget->refused, true, memory_order_relaxed);
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&budget->used, &used, now, memory_order_relaxed,
                                                    memory_order_relaxed));
    size_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
    while (peak < now && !atomic_compare_exchange_weak_explicit(&budget->peak, &peak, now,
                                                                memory_order_relaxed, memory_order_relaxed))
        continue;
    return true;
}

void cprof_budget_give(cprof_budget *budget, size_t size) {
    if (budget)
        atomic_fetch_sub_explicit(&budget->used, size, memory_order_relaxed);
}

bool cprof_error_memory(const cprof_env *env, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(env);
    if (!budget || !atomic_load_explicit(&budget->refused, memory_order_relaxed))
        return cprof_error_set(err, CPROF_ERR_MEMORY, -1, "out of memory");
    size_t limit = budget->limit;
    const char *unit = limit >> 20 ? "MB" : limit >> 10 ? "kB" : "B";
    size_t shown = limit >> 20 ? limit >> 20 : limit >> 10 ? limit >> 10 : limit;
    return cprof_error_set(err, CPROF_ERR_MEMORY, -1,
                           "out of memory: this takes more than the limit of %zu%s (-max_memory raises it)",
                           shown, unit);
}

void cprof_note(const cprof_env *env, const char *format, ...) {
    if (!env || !env->note)
        return;
    /* The same formatting, escaping and bound as an error's message. */
    cprof_error note;
    va_list args;
    va_start(args, format);
    cprof_error_setv(&note, CPROF_OK, -1, format, args);
    va_end(args);
    env->note(env->note_context, note.message);
}

void cprof_progress(const cprof_env *env, const char *stage, uint64_t part, uint64_t total) {
    if (env && env->progress)
        env->progress(env->progress_context, stage, part, total);
}

bool cprof_stopped(const cprof_env *env, cprof_error *err) {
    if (!env || !env->stop || !atomic_load_explicit(env->stop, memory_order_relaxed))
        return false;
    cprof_error_set(err, CPROF_ERR_STOPPED, -1, "stopped");
    return true;
}
