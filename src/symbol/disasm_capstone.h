/* Disassembly without objdump. */
#ifndef CPROF_SYMBOL_DISASM_CAPSTONE_H
#define CPROF_SYMBOL_DISASM_CAPSTONE_H

#include "symbol/disasm.h"

/* Fills d; in a build without capstone it fails with CPROF_ERR_UNSUPPORTED. */
bool cprof_disasm_capstone(cprof_disasm *d, const char *path, uint64_t start, uint64_t end, bool intel,
                           cprof_error *err);

#endif
