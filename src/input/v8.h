/* What V8's CPU and heap profiles have in common: nodes of a call tree, as JSON. */
#ifndef CPROF_INPUT_V8_H
#define CPROF_INPUT_V8_H

#include "input/json_tree.h"
#include "profile/builder.h"

/* True for a text that starts like a JSON object and has the word (with its quotes) near its beginning or
 * end. */
bool cprof_v8_has(cprof_slice text, const char *word);

/* The location of a node's callFrame (name, url, line and column from 0; -1: none). */
bool cprof_v8_location(cprof_builder *builder, const json_t *call_frame, uint32_t *row, cprof_error *err);
/* True for the node above all others, which no stack shows. */
bool cprof_v8_is_root(const json_t *call_frame);

#endif
