#ifndef CPROF_RENDER_DISASM_H
#define CPROF_RENDER_DISASM_H

#include "render/style.h"
#include "report/disasm.h"

/* Annotated machine code as text, in the layout of pprof's. */
void cprof_render_disasm(const cprof_disasm_report *disasm, const cprof_text_style *style, cprof_sink *sink);

#endif
