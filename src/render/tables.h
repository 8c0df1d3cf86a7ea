/* Reports for programs and documents: the models that text shows, as JSON (docs/json.md) and as sheets. */
#ifndef CPROF_RENDER_TABLES_H
#define CPROF_RENDER_TABLES_H

#include "render/json.h"
#include "render/sheet.h"
#include "report/callgraph_picture.h"
#include "report/disasm.h"
#include "report/flame.h"
#include "report/list.h"
#include "report/tags.h"
#include "report/top.h"
#include "report/traces.h"
#include "report/tree.h"

#define CPROF_JSON_VERSION 1 /* of the schema: what a reader of it may rely on */

/* The object that every report's JSON is: cprof_json_report_begin writes what all have in common; then follow
 * the report's own keys, then cprof_json_end. */
void cprof_json_report_begin(cprof_json *json, const char *name, const cprof_report *report,
                             cprof_sink *sink);

void cprof_json_top(const cprof_top *top, cprof_json *json);
void cprof_json_tree(const cprof_tree *tree, cprof_json *json);
void cprof_json_tags(const cprof_tags *tags, cprof_json *json);
void cprof_json_graph(const cprof_picture *picture, cprof_json *json);
void cprof_json_flame(const cprof_flame *flame, cprof_json *json);
void cprof_json_traces(const cprof_traces *traces, cprof_json *json);
void cprof_json_list(const cprof_list *list, cprof_json *json);
void cprof_json_disasm(const cprof_disasm_report *disasm, cprof_json *json);
void cprof_json_comments(const cprof_view *view, cprof_json *json);

void cprof_sheet_top(const cprof_top *top, cprof_sheet_kind kind, cprof_sink *sink);
void cprof_sheet_tree(const cprof_tree *tree, cprof_sheet_kind kind, cprof_sink *sink);
void cprof_sheet_tags(const cprof_tags *tags, cprof_sheet_kind kind, cprof_sink *sink);

#endif
