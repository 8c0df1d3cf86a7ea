#include "base/utf8.h"
#include "input/format.h"
#include "input/producers.h"
#include "input/proto.h"
#include "input/unpack.h"

#include <strings.h>

static bool decode_stream(cprof_reader *reader, cprof_input_needs needs, const cprof_env *env,
                          cprof_profile **profile, cprof_error *err) {
    cprof_proto *decoder = cprof_proto_new(env, err);
    if (!decoder)
        return false;
    if (needs == CPROF_NEEDS_STACKS)
        cprof_proto_sum_stacks(decoder);
    for (;;) {
        cprof_slice chunk;
        if (!cprof_reader_next(reader, &chunk, err))
            break;
        if (chunk.len == 0)
            return cprof_proto_finish(decoder, profile, err);
        if (!cprof_proto_feed(decoder, chunk, err))
            break;
    }
    cprof_proto_free(decoder);
    return false;
}

static bool decode_bytes(cprof_slice bytes, const cprof_env *env, cprof_profile **profile, cprof_error *err) {
    cprof_proto *decoder = cprof_proto_new(env, err);
    if (!decoder)
        return false;
    if (cprof_proto_feed(decoder, bytes, err))
        return cprof_proto_finish(decoder, profile, err);
    cprof_proto_free(decoder);
    return false;
}

static bool has_prefix(cprof_slice text, const char *prefix) {
    size_t size = strlen(prefix);
    return text.len >= size && strncasecmp(text.ptr, prefix, size) == 0;
}

static bool is_text(cprof_slice head) {
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0x1b)
            return false;
    }
    return true;
}

/* What nobody recognised, said so that a person knows what to do about it. */
static bool unknown(cprof_slice head, cprof_error *err) {
    enum { SHOWN = 60 }; /* bytes of a text's first line */
    cprof_slice text = cprof_slice_trim(head), line = text;
    if (has_prefix(text, "<!doctype html") || has_prefix(text, "<html") || has_prefix(text, "<head"))
        return cprof_error_set(
            err, CPROF_ERR_UNKNOWN, -1,
            "an HTML page, not a profile: did the server answer with an error or a login page?");
    if (has_prefix(text, "{") || has_prefix(text, "["))
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1,
                               "JSON of no known profile format: did the server answer with an error?");
    if (head.len >= 2 && (memcmp(head.ptr, "\xff\xfe", 2) == 0 || memcmp(head.ptr, "\xfe\xff", 2) == 0))
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1,
                               "UTF-16 text: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)");
    if (!is_text(head))
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1, "not a profile of any known format");
    if (cprof_slice_next_line(&text, &line) && line.len > SHOWN)
        line = cprof_slice_sub(line, 0, SHOWN);
    return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1,
                           "text of no known profile format, it starts with \"%.*s\"", CPROF_SLICE_ARG(line));
}

static bool try_formats(cprof_slice all, const cprof_env *env, cprof_profile **profile, bool *taken,
                        cprof_error *err) {
    for (const cprof_format *format = cprof_formats; format->name; format++) {
        cprof_parse result = format->parse(all, env, profile, err);
        *taken = result != CPROF_PARSE_NOT_MINE;
        if (*taken)
            return result == CPROF_PARSE_OK;
        if (cprof_stopped(env, err)) {
            *taken = true;
            return false;
        }
    }
    return false;
}

/* Nothing that is known starts with so many zeros; it may be a bomb that is better not unpacked. */
static bool is_blank(cprof_slice head) {
    return head.len >= 4096 && head.ptr[0] == 0 && memcmp(head.ptr, head.ptr + 1, head.len - 1) == 0;
}

bool cprof_input_load(cprof_reader *reader, cprof_input_needs needs, const cprof_env *env,
                      cprof_profile **profile, cprof_error *err) {
    cprof_slice head, all;
    bool taken = false;
    if (!cprof_reader_head(reader, &head, err))
        return false;
    if (head.len == 0)
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "empty");
    const cprof_unpacker *outer = cprof_reader_unpacker(reader), *inner = cprof_unpacker_find(head);
    if (outer && inner)
        return cprof_error_set(err, CPROF_ERR_UNKNOWN, -1, "%s within %s: unpack it once (%s) and try again",
                               inner->name, outer->name, outer->remedy);
    cprof_proto_likeness likeness = cprof_otlp_looks_like(head)
                                        ? CPROF_PROTO_MAYBE
                                        : cprof_proto_sniff(head, cprof_reader_head_is_all(reader));
    if (likeness == CPROF_PROTO_SURELY)
        return decode_stream(reader, needs, env, profile, err);
    if (is_blank(head))
        return unknown(head, err);
    if (!cprof_reader_all(reader, &all, err))
        return false;
    if (try_formats(all, env, profile, &taken, err))
        return true;
    if (taken)
        return false;
    if (likeness == CPROF_PROTO_MAYBE)
        return decode_bytes(all, env, profile, err);
    return unknown(cprof_slice_sub(all, 0, head.len), err);
}
