/* Stands in for disasm_capstone.c in a build without capstone. */
#include "symbol/disasm_capstone.h"

bool cprof_disasm_capstone(cprof_disasm *d, const char *path, uint64_t start, uint64_t end, bool intel,
                           cprof_error *err) {
    (void)d, (void)path, (void)start, (void)end, (void)intel;
    return cprof_error_set(
        err, CPROF_ERR_UNSUPPORTED, -1,
        "there is no objdump, and this build has no disassembler: install binutils, or rebuild "
        "with capstone (-DCPROF_WITH_CAPSTONE=ON)");
}
