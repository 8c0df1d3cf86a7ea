/* Writes JSON: commas, nesting and escapes are the writer's, not the caller's. */
#ifndef CPROF_RENDER_JSON_H
#define CPROF_RENDER_JSON_H

#include "base/sink.h"

#define CPROF_JSON_DEPTH 32

typedef enum cprof_json_style {
    CPROF_JSON_DATA, /* a file for programs: indented; control characters as \u00NN */
    CPROF_JSON_PAGE  /* inside a page: one line, nothing in it that HTML or XML could read as markup, control
                        characters as visible text */
} cprof_json_style;

typedef struct cprof_json {
    cprof_sink *sink; /* borrowed */
    cprof_json_style style;
    int depth;                    /* open objects and arrays */
    int flat;                     /* from this depth on everything stands on one line */
    char close[CPROF_JSON_DEPTH]; /* what ends each of them */
    bool filled[CPROF_JSON_DEPTH];
    bool after_key;
} cprof_json;

void cprof_json_init(cprof_json *json, cprof_sink *sink, cprof_json_style style);

void cprof_json_object(cprof_json *json); /* { */
void cprof_json_array(cprof_json *json);  /* [ */
void cprof_json_flat(cprof_json *json);   /* what is opened next stands on one line */
void cprof_json_end(cprof_json *json);    /* } or ] */
void cprof_json_row(cprof_json *json);    /* an object that stands on one line */
void cprof_json_key(cprof_json *json, const char *key);
void cprof_json_string(cprof_json *json, cprof_slice s);
void cprof_json_int(cprof_json *json, int64_t v);
void cprof_json_number(cprof_json *json, double v); /* null for what is no number */
void cprof_json_bool(cprof_json *json, bool v);

/* Key and value at once; of an array its beginning. */
void cprof_json_put_array(cprof_json *json, const char *key);
void cprof_json_put_string(cprof_json *json, const char *key, cprof_slice s);
void cprof_json_put_int(cprof_json *json, const char *key, int64_t v);
void cprof_json_put_number(cprof_json *json, const char *key, double v);
void cprof_json_put_bool(cprof_json *json, const char *key, bool v);

#endif
