#include "app/help.h"
#include "cprof/cprof.h"

const char *cprof_version(void) {
    return CPROF_VERSION;
}

void cprof_help_version(cprof_sink *sink) {
    cprof_sink_printf(sink, "cprof %s\n", cprof_version());
    /* "zlib 1.2.13|…", put together when the build was configured. */
    cprof_slice with = CPROF_SLICE(CPROF_LIBRARIES), without = CPROF_SLICE(CPROF_LIBRARIES_LEFT_OUT);
    for (size_t from = 0; from < with.len;) {
        size_t n = cprof_slice_find(cprof_slice_sub(with, from, with.len), '|');
        cprof_sink_puts(sink, "  ");
        cprof_sink_slice(sink, cprof_slice_sub(with, from, from + n));
        cprof_sink_putc(sink, '\n');
        from += n + 1;
    }
    if (without.len)
        cprof_sink_printf(sink, "  without %.*s\n", CPROF_SLICE_ARG(without));
}
