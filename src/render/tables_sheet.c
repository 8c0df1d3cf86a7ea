#include "render/tables.h"

static void put_amount(cprof_sheet *sheet, const cprof_amount *amount) {
    cprof_sheet_value(sheet, amount->value, amount->text);
    cprof_sheet_percent(sheet, amount->percent, amount->percent_text);
}

void cprof_sheet_top(const cprof_top *top, cprof_sheet_kind kind, cprof_sink *sink) {
    static const char *const headings[] = {"#flat", "#flat%", "#sum%", "#cum", "#cum%", "name", NULL};
    cprof_sheet sheet;
    cprof_sheet_begin(&sheet, kind, headings, sink);
    for (uint32_t i = 0; i < top->count; i++) {
        const cprof_entry *entry = &top->entries[i];
        put_amount(&sheet, &entry->flat);
        cprof_sheet_percent(&sheet, entry->sum.percent, entry->sum.percent_text);
        put_amount(&sheet, &entry->cum);
        cprof_sheet_text(&sheet, entry->name);
    }
}

static void put_calls(cprof_sheet *sheet, cprof_slice node, const char *role, const cprof_call *calls,
                      uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        cprof_sheet_text(sheet, node);
        cprof_sheet_text(sheet, cprof_slice_of(role));
        cprof_sheet_text(sheet, calls[i].name);
        put_amount(sheet, &calls[i].cost);
    }
}

/* One row a node ("self", with its cum) and one a call, so that each can be filtered by its role. */
void cprof_sheet_tree(const cprof_tree *tree, cprof_sheet_kind kind, cprof_sink *sink) {
    static const char *const headings[] = {"node", "role", "name", "#value", "#percent", NULL};
    cprof_sheet sheet;
    cprof_sheet_begin(&sheet, kind, headings, sink);
    for (uint32_t i = 0; i < tree->count; i++) {
        const cprof_tree_item *item = &tree->items[i];
        put_calls(&sheet, item->node.name, "caller", item->callers, item->caller_count);
        static const char *const roles[] = {"flat", "cum"};
        const cprof_amount *amounts[] = {&item->node.flat, &item->node.cum};
        for (int a = 0; a < 2; a++) {
            cprof_sheet_text(&sheet, item->node.name);
            cprof_sheet_text(&sheet, cprof_slice_of(roles[a]));
            cprof_sheet_text(&sheet, item->node.name);
            put_amount(&sheet, amounts[a]);
        }
        put_calls(&sheet, item->node.name, "callee", item->callees, item->callee_count);
    }
}

void cprof_sheet_tags(const cprof_tags *tags, cprof_sheet_kind kind, cprof_sink *sink) {
    static const char *const headings[] = {"key", "value", "#weight", "#percent", NULL};
    cprof_sheet sheet;
    cprof_sheet_begin(&sheet, kind, headings, sink);
    for (uint32_t i = 0; i < tags->key_count; i++) {
        const cprof_tags_key *key = &tags->keys[i];
        for (uint32_t v = 0; v < key->value_count; v++) {
            cprof_sheet_text(&sheet, key->name);
            cprof_sheet_text(&sheet, key->values[v].name);
            put_amount(&sheet, &key->values[v].amount);
        }
    }
}
