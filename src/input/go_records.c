#include "input/go_records.h"

bool cprof_go_records_init(cprof_go_records *records, cprof_slice text, const cprof_env *env,
                           const char *format, cprof_error *err) {
    *records = (cprof_go_records){.env = env, .builder = cprof_builder_new(env, format, err)};
    cprof_text_init(&records->lines, text);
    cprof_go_stacks_init(&records->stacks, records->builder, env);
    return records->builder != NULL;
}

cprof_parse cprof_go_records_finish(cprof_go_records *records, bool read, cprof_profile **profile,
                                    cprof_error *err) {
    cprof_go_stacks_deinit(&records->stacks);
    cprof_vec_free(records->env, &records->labels.at);
    if (read)
        read = cprof_builder_take(records->builder, profile, err);
    else
        cprof_builder_free(records->builder);
    return read ? CPROF_PARSE_OK : CPROF_PARSE_MALFORMED;
}

bool cprof_go_is_comment(cprof_slice line) {
    line = cprof_slice_trim(line);
    return line.len == 0 || line.ptr[0] == '#';
}

static bool end_record(cprof_go_records *r, cprof_error *err) {
    if (!r->stacks.open)
        return true;
    uint32_t stack, label_set;
    if (!cprof_go_stacks_end(&r->stacks, &stack, err) ||
        !cprof_builder_labels(r->builder, r->labels.at.at, (uint32_t)r->labels.at.count, &label_set, err) ||
        !cprof_builder_sample(r->builder, stack, label_set, r->values, err))
        return false;
    if (r->values[0] > 0)
        r->seen = r->seen > INT64_MAX - r->values[0] ? INT64_MAX : r->seen + r->values[0];
    return true;
}

static bool begin_record(cprof_go_records *r, cprof_error *err) {
    size_t at = cprof_slice_find(r->lines.line, '@');
    if (at == r->lines.line.len)
        return cprof_text_refuse(&r->lines, err, "no sample: it has no '@'");
    r->labels.at.count = 0;
    if (!r->sample(r, cprof_slice_trim(cprof_slice_sub(r->lines.line, 0, at)), err))
        return false;
    bool bad;
    cprof_slice addresses = cprof_slice_trim(cprof_slice_sub(r->lines.line, at + 1, r->lines.line.len));
    if (cprof_go_stacks_begin(&r->stacks, addresses, &bad, err))
        return true;
    return bad ? cprof_text_refuse(&r->lines, err, "the addresses behind '@' are not all 0x… of 64 bits")
               : false;
}

static bool read_labels(cprof_go_records *r, cprof_slice text, cprof_error *err) {
    cprof_take_blanks(&text);
    switch (cprof_go_take_labels(&text, r->builder, r->env, &r->labels, err)) {
    case CPROF_GO_DONE:
        return true;
    case CPROF_GO_FAILED:
        return false;
    default:
        return cprof_text_refuse(&r->lines, err, "labels that are not {\"key\":\"value\", …}");
    }
}

/* "# HeapAlloc = 123" -> runtime.MemStats.HeapAlloc; other lines say nothing that is kept. */
static bool read_memstat(cprof_go_records *r, cprof_slice line, cprof_error *err) {
    size_t equal = cprof_slice_find(line, '=');
    if (equal == line.len)
        return true;
    static const char prefix[] = "runtime.MemStats.";
    cprof_slice key = cprof_slice_trim(cprof_slice_sub(line, 1, equal));
    char name[80];
    if (key.len == 0 || key.len > sizeof name - sizeof prefix)
        return true;
    memcpy(name, prefix, sizeof prefix - 1);
    memcpy(name + sizeof prefix - 1, key.ptr, key.len);
    cprof_slice value = cprof_slice_trim(cprof_slice_sub(line, equal + 1, line.len));
    return cprof_builder_attribute(r->builder, (cprof_slice){name, sizeof prefix - 1 + key.len}, value, err);
}

static bool read_comment(cprof_go_records *r, bool *memstats, cprof_error *err) {
    cprof_slice line = r->lines.line;
    if (*memstats)
        return read_memstat(r, line, err);
    if (cprof_go_is_frame(line) && r->stacks.open) {
        bool bad;
        if (cprof_go_stacks_frame(&r->stacks, line, &bad, err))
            return true;
        return bad ? cprof_text_refuse(&r->lines, err, "a frame whose address is not 0x… of 64 bits") : false;
    }
    if (cprof_take(&line, "# labels:") && r->stacks.open)
        return read_labels(r, line, err);
    if (cprof_slice_starts_with(line, "# runtime.MemStats")) {
        *memstats = true;
        return end_record(r, err);
    }
    return true;
}

static bool starts_memory_map(cprof_slice line) {
    return cprof_slice_find_slice(line, CPROF_SLICE("--- Memory map: ---")) < line.len ||
           cprof_slice_find_slice(line, CPROF_SLICE("MAPPED_LIBRARIES:")) < line.len;
}

bool cprof_go_records_read(cprof_go_records *r, cprof_error *err) {
    bool memstats = false;
    while (cprof_text_next(&r->lines)) {
        if ((r->lines.number & 0xfff) == 0 && cprof_stopped(r->env, err))
            return false;
        cprof_slice line = r->lines.line;
        if (cprof_go_is_comment(line)) {
            if (line.len > 0 && line.ptr[0] == '#' && !read_comment(r, &memstats, err))
                return false;
            continue;
        }
        if (starts_memory_map(line))
            break;
        if (!end_record(r, err) || !begin_record(r, err))
            return false;
    }
    return end_record(r, err);
}
