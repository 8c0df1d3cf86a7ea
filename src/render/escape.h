/* Names are data: how each medium is kept from reading them as anything else. */
#ifndef CPROF_RENDER_ESCAPE_H
#define CPROF_RENDER_ESCAPE_H

#include "base/sink.h"

/* As the text of an XML or HTML element, or in a quoted attribute.  Control characters, which XML cannot
 * hold, and bytes that are no UTF-8 are shown as \xNN or \u{NNNN}. */
void cprof_sink_xml(cprof_sink *sink, cprof_slice s);

/* The same, of the first `limit` characters; "…" stands for the rest. */
void cprof_sink_xml_cut(cprof_sink *sink, cprof_slice s, size_t limit);

/* s without what stands behind its first `limit` characters. */
cprof_slice cprof_utf8_cut(cprof_slice s, size_t limit);

/* One field of comma-separated values (RFC 4180): quoted where it must be, and where a spreadsheet would
 * take it for a formula a ' is put in front of it. */
void cprof_sink_csv(cprof_sink *sink, cprof_slice s, char separator);

/* As text in a cell of a Markdown table: nothing in it is markup. */
void cprof_sink_markdown(cprof_sink *sink, cprof_slice s);

#endif
