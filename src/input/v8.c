#include "input/v8.h"

#include <stdio.h>

bool cprof_v8_has(cprof_slice text, const char *word) {
    enum { LOOK = 4096 };
    cprof_slice head = cprof_slice_trim(cprof_slice_sub(text, 0, LOOK));
    cprof_slice tail = cprof_slice_sub(text, text.len > LOOK ? text.len - LOOK : 0, text.len);
    cprof_slice needle = cprof_slice_of(word);
    return head.len > 0 && head.ptr[0] == '{' &&
           (cprof_slice_find_slice(head, needle) < head.len ||
            cprof_slice_find_slice(tail, needle) < tail.len);
}

bool cprof_v8_is_root(const json_t *call_frame) {
    return cprof_slice_is(cprof_json_tree_text(json_object_get(call_frame, "functionName")), "(root)");
}

/* A place in a script counts from 0; -1 or nothing: not known. */
static int64_t place(const json_t *call_frame, const char *key) {
    int64_t number;
    return cprof_json_tree_number(json_object_get(call_frame, key), &number) && number >= 0 &&
                   number < INT64_MAX
               ? number + 1
               : 0;
}

bool cprof_v8_location(cprof_builder *builder, const json_t *call_frame, uint32_t *row, cprof_error *err) {
    cprof_slice name = cprof_json_tree_text(json_object_get(call_frame, "functionName"));
    cprof_slice url = cprof_json_tree_text(json_object_get(call_frame, "url"));
    cprof_line line = {.line = place(call_frame, "lineNumber"), .column = place(call_frame, "columnNumber")};
    cprof_str name_id, file_id;
    if (name.len == 0)
        name = CPROF_SLICE("(anonymous)");
    if (cprof_slice_starts_with(url, "file://"))
        url = cprof_slice_sub(url, strlen("file://"), url.len);
    return cprof_builder_string(builder, name, &name_id, err) &&
           cprof_builder_string(builder, url, &file_id, err) &&
           cprof_builder_function(builder, name_id, 0, file_id, line.line, &line.function, err) &&
           cprof_builder_location(builder, CPROF_NONE, 0, false, &line, 1, row, err);
}
