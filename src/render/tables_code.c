/* JSON of the reports that show source and machine code. */
#include "render/tables.h"

#include <inttypes.h>
#include <stdio.h>

static void put_weights(cprof_json *json, const cprof_amount *flat, const cprof_amount *cum) {
    cprof_json_put_int(json, "flat", flat->value);
    cprof_json_put_number(json, "flat_percent", flat->percent);
    cprof_json_put_int(json, "cum", cum->value);
    cprof_json_put_number(json, "cum_percent", cum->percent);
}

static void put_file(const cprof_list_file *file, cprof_json *json) {
    cprof_json_object(json);
    cprof_json_put_string(json, "file", file->file);
    if (file->path.ptr)
        cprof_json_put_string(json, "path", file->path);
    if (file->error.len)
        cprof_json_put_string(json, "error", file->error);
    put_weights(json, &file->flat, &file->cum);
    cprof_json_put_array(json, "lines");
    for (uint32_t i = 0; i < file->count; i++) {
        const cprof_list_line *line = &file->lines[i];
        cprof_json_row(json);
        cprof_json_put_int(json, "line", line->number);
        cprof_json_put_int(json, "flat", line->flat);
        cprof_json_put_int(json, "cum", line->cum);
        cprof_json_put_string(json, "text", line->text);
        cprof_json_end(json);
    }
    cprof_json_end(json);
    cprof_json_end(json);
}

void cprof_json_list(const cprof_list *list, cprof_json *json) {
    cprof_json_put_array(json, "rows");
    for (uint32_t i = 0; i < list->count; i++) {
        const cprof_list_function *function = &list->functions[i];
        cprof_json_object(json);
        cprof_json_put_string(json, "function", function->name);
        cprof_json_put_array(json, "files");
        for (uint32_t f = 0; f < function->file_count; f++)
            put_file(&function->files[f], json);
        cprof_json_end(json);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}

static void put_instruction(const cprof_disasm_line *line, cprof_json *json) {
    char address[24];
    snprintf(address, sizeof address, "0x%" PRIx64, line->address);
    cprof_json_row(json);
    cprof_json_put_string(json, "address", cprof_slice_of(address));
    cprof_json_put_int(json, "flat", line->flat.value);
    cprof_json_put_int(json, "cum", line->cum.value);
    cprof_json_put_string(json, "text", line->text);
    if (line->function.len)
        cprof_json_put_string(json, "function", line->function);
    if (line->file.len)
        cprof_json_put_string(json, "file", line->file);
    if (line->line)
        cprof_json_put_int(json, "line", line->line);
    cprof_json_end(json);
}

void cprof_json_disasm(const cprof_disasm_report *disasm, cprof_json *json) {
    cprof_json_put_array(json, "rows");
    for (size_t i = 0; i < disasm->functions.count; i++) {
        const cprof_disasm_function *function = &disasm->functions.at[i];
        cprof_json_object(json);
        cprof_json_put_array(json, "names");
        for (uint32_t n = 0; n < function->name_count; n++)
            cprof_json_string(json, function->names[n]);
        cprof_json_end(json);
        put_weights(json, &function->flat, &function->cum);
        cprof_json_put_array(json, "instructions");
        for (uint32_t n = 0; n < function->line_count; n++)
            put_instruction(&function->lines[n], json);
        cprof_json_end(json);
        cprof_json_end(json);
    }
    cprof_json_end(json);
}
