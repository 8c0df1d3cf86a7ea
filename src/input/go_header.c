#include "input/go_header.h"

static const char word[] = "goroutine ";

/* Longer lines are none: looking for the first header takes no more than so many steps a candidate. */
#define HEADER_MAX 16384

/* "2 minutes", "locked to thread", "synctest bubble 1"; false for a number that does not fit. */
static bool read_remark(cprof_slice remark, cprof_go_header *header) {
    if (cprof_take(&remark, "synctest bubble ")) {
        header->bubble = remark;
        return true;
    }
    if (cprof_slice_is(remark, "locked to thread")) {
        header->locked = true;
        return true;
    }
    if (remark.len == 0 || remark.ptr[0] < '0' || remark.ptr[0] > '9')
        return true;
    if (!cprof_slice_ends_with(remark, " minutes") && !cprof_slice_ends_with(remark, " minute"))
        return true;
    return cprof_go_take_number(&remark, &header->wait);
}

/* "chan receive, 2 minutes, locked to thread" */
static bool read_status(cprof_slice status, cprof_go_header *header) {
    size_t comma = cprof_slice_find(status, ',');
    header->state = cprof_slice_trim(cprof_slice_sub(status, 0, comma));
    static const char scan[] = " (scan)";
    if (cprof_slice_ends_with(header->state, scan))
        header->state.len -= sizeof scan - 1;
    while (comma < status.len) {
        status = cprof_slice_sub(status, comma + 1, status.len);
        comma = cprof_slice_find(status, ',');
        if (!read_remark(cprof_slice_trim(cprof_slice_sub(status, 0, comma)), header))
            return false;
    }
    return true;
}

cprof_go_is_header cprof_go_header_read(cprof_slice line, cprof_go_header *header) {
    if (line.len < sizeof word || line.len > HEADER_MAX || memcmp(line.ptr, word, sizeof word - 1) != 0)
        return CPROF_GO_NO_HEADER;
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\r'))
        line.len--;
    cprof_slice rest = cprof_slice_sub(line, sizeof word - 1, line.len);
    size_t digits = 0;
    while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
        digits++;
    size_t open = cprof_slice_find(rest, '[');
    if (digits == 0 || open == rest.len || rest.ptr[digits] != ' ' || line.ptr[line.len - 1] != ':')
        return CPROF_GO_NO_HEADER;
    cprof_slice between = cprof_slice_trim(cprof_slice_sub(rest, digits, open));
    if (between.len > 0 && !cprof_slice_starts_with(between, "gp="))
        return CPROF_GO_NO_HEADER;
    *header = (cprof_go_header){.text = cprof_slice_sub(rest, open, rest.len - 1)};
    cprof_slice status = cprof_slice_sub(header->text, 1, header->text.len);
    static const char labels[] = "labels:";
    size_t at = cprof_slice_find_slice(status, CPROF_SLICE("labels:{"));
    if (at < status.len) {
        header->labels = cprof_slice_sub(status, at + sizeof labels - 1, status.len);
        status = cprof_slice_sub(status, 0, at);
    }
    size_t close = cprof_slice_find(status, ']');
    if (header->labels.len == 0 && close + 1 != status.len)
        return CPROF_GO_NO_HEADER;
    bool fits =
        cprof_go_take_number(&rest, &header->id) && read_status(cprof_slice_sub(status, 0, close), header);
    return fits ? CPROF_GO_HEADER : CPROF_GO_BAD_HEADER;
}

/* True when a word may begin there. */
static bool stands_apart(cprof_slice text, size_t at) {
    return at == 0 || memchr("\n \t", text.ptr[at - 1], 3) ||
           (at == 3 && cprof_slice_starts_with(text, "\xef\xbb\xbf"));
}

size_t cprof_go_header_find(cprof_slice text) {
    size_t from = 0, line_end = 0;
    while (from < text.len) {
        cprof_slice rest = cprof_slice_sub(text, from, text.len);
        size_t at = cprof_slice_find_slice(rest, CPROF_SLICE("goroutine "));
        if (at == rest.len)
            break;
        from += at;
        if (from >= line_end)
            line_end = from + cprof_slice_find(cprof_slice_sub(text, from, text.len), '\n');
        cprof_go_header header;
        if (stands_apart(text, from) &&
            cprof_go_header_read(cprof_slice_sub(text, from, line_end), &header) != CPROF_GO_NO_HEADER)
            return from;
        from++;
    }
    return text.len;
}
