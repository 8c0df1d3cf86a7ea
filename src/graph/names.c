/* Printed names, put together only when they are shown or compared. */
#include "graph/nodes.h"

static cprof_slice hex16(uint64_t x, char buffer[17]) {
    for (int i = 15; i >= 0; i--, x >>= 4)
        buffer[i] = "0123456789abcdef"[x & 15];
    return (cprof_slice){buffer, 16};
}

static void add_part(cprof_name_parts *parts, cprof_slice part) {
    parts->at[parts->count++] = part;
}

static void add_word(cprof_name_parts *parts, cprof_slice word) {
    if (parts->count)
        add_part(parts, CPROF_SLICE(" "));
    add_part(parts, word);
}

void cprof_node_name(const cprof_node_table *t, uint32_t node, cprof_name_parts *parts) {
    const cprof_node_info *i = &t->infos.at[node];
    parts->count = 0;
    if (i->address)
        add_word(parts, hex16(i->address, parts->address));
    if (i->name)
        add_word(parts, cprof_strtab_get(&t->strings, i->name));
    if (i->line) {
        add_word(parts, cprof_strtab_get(&t->strings, i->file));
        add_part(parts, CPROF_SLICE(":"));
        add_part(parts, cprof_decimal(i->line, parts->line));
        if (i->column) {
            add_part(parts, CPROF_SLICE(":"));
            add_part(parts, cprof_decimal(i->column, parts->column));
        }
    } else if (i->file) {
        add_word(parts, cprof_strtab_get(&t->strings, i->file));
    } else if (i->name) {
        return;
    } else if (i->objfile) {
        add_word(parts, CPROF_SLICE("["));
        add_part(parts, cprof_path_base(cprof_strtab_get(&t->strings, i->objfile)));
        add_part(parts, CPROF_SLICE("]"));
    } else {
        add_word(parts, CPROF_SLICE("<unknown>"));
    }
}

cprof_slice cprof_node_name_copy(const cprof_node_table *t, uint32_t node, cprof_arena *arena) {
    cprof_name_parts parts;
    cprof_node_name(t, node, &parts);
    const cprof_node_info *i = &t->infos.at[node];
    if (parts.count == 1 && !i->address)
        return parts.at[0];
    size_t size = 0;
    for (int k = 0; k < parts.count; k++)
        size += parts.at[k].len;
    char *copy = cprof_arena_alloc(arena, size + 1);
    if (!copy)
        return (cprof_slice){NULL, 0};
    size_t at = 0;
    for (int k = 0; k < parts.count; k++) {
        if (parts.at[k].len)
            memcpy(copy + at, parts.at[k].ptr, parts.at[k].len);
        at += parts.at[k].len;
    }
    copy[at] = 0;
    return (cprof_slice){copy, at};
}

/* Byte order of two texts that are given in pieces. */
static int compare_parts(cprof_slice *a, int a_count, cprof_slice *b, int b_count) {
    int i = 0, k = 0;
    for (;;) {
        while (i < a_count && a[i].len == 0)
            i++;
        while (k < b_count && b[k].len == 0)
            k++;
        if (i == a_count || k == b_count)
            return (i < a_count) - (k < b_count);
        size_t n = a[i].len < b[k].len ? a[i].len : b[k].len;
        int order = memcmp(a[i].ptr, b[k].ptr, n);
        if (order)
            return order;
        a[i] = cprof_slice_sub(a[i], n, a[i].len);
        b[k] = cprof_slice_sub(b[k], n, b[k].len);
    }
}

int cprof_node_name_compare(const cprof_node_table *t, uint32_t a, uint32_t b) {
    const cprof_node_info *x = &t->infos.at[a], *y = &t->infos.at[b];
    if (a == b)
        return 0;
    if (x->address && y->address && x->address != y->address)
        return x->address < y->address ? -1 : 1;
    cprof_name_parts left, right;
    cprof_node_name(t, a, &left);
    cprof_node_name(t, b, &right);
    return compare_parts(left.at, left.count, right.at, right.count);
}

/* A node's whole identity as text: what the reference falls back on. */
typedef struct identity {
    cprof_slice at[16];
    int count;
    char numbers[4][21];
} identity;

static void describe(const cprof_node_table *t, uint32_t node, identity *d) {
    const cprof_node_info *i = &t->infos.at[node];
    const cprof_slice space = CPROF_SLICE(" ");
    cprof_slice fields[] = {
        cprof_strtab_get(&t->strings, i->name),
        CPROF_SLICE(""), /* the name as the linker knows it, which is not kept */
        cprof_decimal_of(i->address, false, d->numbers[0]),
        cprof_strtab_get(&t->strings, i->file),
        cprof_decimal(i->start_line, d->numbers[1]),
        cprof_decimal(i->line, d->numbers[2]),
        cprof_decimal(i->column, d->numbers[3]),
        cprof_strtab_get(&t->strings, i->objfile),
    };
    d->count = 0;
    for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
        if (k)
            d->at[d->count++] = space;
        d->at[d->count++] = fields[k];
    }
    d->at[d->count++] = CPROF_SLICE("}");
}

int cprof_node_compare(const cprof_node_table *t, uint32_t a, uint32_t b) {
    identity x, y;
    if (a == b)
        return 0;
    describe(t, a, &x);
    describe(t, b, &y);
    int order = compare_parts(x.at, x.count, y.at, y.count);
    return order ? order : a < b ? -1 : 1;
}
