#include "render/sheet.h"

#include "base/utf8.h"
#include "render/escape.h"

#include <inttypes.h>
#include <math.h>

static void begin_cell(cprof_sheet *sheet) {
    static const char *const between[] = {",", "\t", " | "};
    if (sheet->column > 0)
        cprof_sink_puts(sheet->sink, between[sheet->kind]);
    else if (sheet->kind == CPROF_SHEET_MARKDOWN)
        cprof_sink_puts(sheet->sink, "| ");
}

static void end_cell(cprof_sheet *sheet) {
    static const char *const ends[] = {"\r\n", "\n", " |\n"};
    if (++sheet->column < sheet->columns)
        return;
    cprof_sink_puts(sheet->sink, ends[sheet->kind]);
    sheet->column = 0;
}

void cprof_sheet_text(cprof_sheet *sheet, cprof_slice text) {
    begin_cell(sheet);
    if (sheet->kind == CPROF_SHEET_CSV)
        cprof_sink_csv(sheet->sink, text, ',');
    else if (sheet->kind == CPROF_SHEET_TSV)
        cprof_sink_escaped(sheet->sink, text, false);
    else
        cprof_sink_markdown(sheet->sink, text);
    end_cell(sheet);
}

void cprof_sheet_value(cprof_sheet *sheet, int64_t value, cprof_slice shown) {
    if (sheet->kind == CPROF_SHEET_MARKDOWN) {
        cprof_sheet_text(sheet, cprof_slice_trim(shown));
        return;
    }
    begin_cell(sheet);
    cprof_sink_printf(sheet->sink, "%" PRId64, value);
    end_cell(sheet);
}

void cprof_sheet_percent(cprof_sheet *sheet, double percent, cprof_slice shown) {
    if (sheet->kind == CPROF_SHEET_MARKDOWN) {
        cprof_sheet_text(sheet, cprof_slice_trim(shown));
        return;
    }
    begin_cell(sheet);
    cprof_sink_printf(sheet->sink, "%.4f", isfinite(percent) ? percent : 0);
    end_cell(sheet);
}

void cprof_sheet_begin(cprof_sheet *sheet, cprof_sheet_kind kind, const char *const *headings,
                       cprof_sink *sink) {
    *sheet = (cprof_sheet){.kind = kind, .sink = sink};
    while (headings[sheet->columns])
        sheet->columns++;
    for (size_t i = 0; i < sheet->columns; i++)
        cprof_sheet_text(sheet, cprof_slice_of(headings[i] + (headings[i][0] == '#')));
    for (size_t i = 0; kind == CPROF_SHEET_MARKDOWN && i < sheet->columns; i++) {
        begin_cell(sheet);
        cprof_sink_puts(sink, headings[i][0] == '#' ? "---:" : ":---");
        end_cell(sheet);
    }
}
