#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

typedef void (*function)(void);

static bool fill(const cprof_library *l, void *handle, cprof_error *err) {
    for (size_t i = 0; i < l->size / sizeof(function); i++) {
        void *symbol = dlsym(handle, l->names[i]);
        if (!symbol)
            return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                                   "%s has no %s: it is not the one that cprof was built with", l->soname,
                                   l->names[i]);
        memcpy((char *)l->table + i * sizeof(function), &symbol, sizeof symbol);
    }
    return true;
}

bool cprof_library_load(cprof_library *l, cprof_error *err) {
    pthread_mutex_lock(&l->lock);
    if (!l->loaded) {
        void *handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
        if (!handle)
            cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1, "%s cannot be loaded: is its package installed?",
                            l->soname);
        l->loaded = handle && fill(l, handle, err); /* stays loaded as long as the process lives */
    }
    bool loaded = l->loaded;
    pthread_mutex_unlock(&l->lock);
    return loaded;
}
