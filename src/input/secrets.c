#include "input/secrets.h"

#include "input/go_formats.h"
#include "input/go_text.h"
#include "input/json_tree.h"

#include <inttypes.h>
#include <jansson.h>

#define TEXT_MAX (64 << 20) /* bytes of JSON: a cluster does not store more in one dump's secrets */

bool cprof_secrets_init(cprof_secrets *secrets, const cprof_env *env, cprof_error *err) {
    *secrets = (cprof_secrets){.env = env};
    cprof_arena_init(&secrets->arena, cprof_env_budget(env));
    return cprof_strtab_init(&secrets->prefixes, env) || cprof_error_memory(env, err);
}

void cprof_secrets_deinit(cprof_secrets *secrets) {
    cprof_vec_free(secrets->env, &secrets->at);
    cprof_vec_free(secrets->env, &secrets->dumps);
    cprof_strtab_deinit(&secrets->prefixes);
    cprof_arena_deinit(&secrets->arena);
}

bool cprof_secrets_likely(cprof_slice head) {
    head = cprof_slice_trim(cprof_slice_sub(head, 0, 4096));
    return head.len > 0 && head.ptr[0] == '{' &&
           cprof_slice_find_slice(head, CPROF_SLICE("\"apiVersion\"")) < head.len;
}

/* The value of a digit of base64; -1: it is none. */
static int digit_of(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Writes the bytes that text stands for to `to` (room for 3 for every 4 digits begun). */
static bool decode_base64(cprof_slice text, char *to, size_t *count) {
    uint32_t bits = 0;
    size_t digits = 0, n = 0, i = 0;
    for (; i < text.len && text.ptr[i] != '='; i++) {
        int digit = digit_of(text.ptr[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        if (++digits % 4 != 1)
            to[n++] = (char)(bits >> (2 * (3 - (digits - 1) % 4)));
    }
    size_t padding = text.len - i;
    for (; i < text.len; i++)
        if (text.ptr[i] != '=')
            return false;
    *count = n;
    return digits % 4 != 1 && padding <= 2 && (padding == 0 || (digits + padding) % 4 == 0);
}

/* The number that base64 digits spell in decimal; -1 when they do not. */
static int64_t number_of(cprof_slice base64) {
    char digits[24];
    size_t count;
    int64_t number;
    if (base64.len == 0 || base64.len > sizeof digits || !decode_base64(base64, digits, &count))
        return -1;
    cprof_slice text = cprof_slice_trim((cprof_slice){digits, count});
    return cprof_go_take_number(&text, &number) && text.len == 0 ? number : -1;
}

/* Appends a secret to those of its dump. */
static bool append(cprof_secrets *secrets, cprof_secret secret, cprof_error *err) {
    const cprof_secret_dump none = {CPROF_NONE, CPROF_NONE};
    uint32_t row = (uint32_t)secrets->at.count;
    cprof_str id;
    secret.next = CPROF_NONE;
    if (row == CPROF_NONE || !cprof_strtab_add(&secrets->prefixes, secret.prefix, &id) ||
        !cprof_vec_push(secrets->env, &secrets->at, secret))
        return cprof_error_memory(secrets->env, err);
    while (secrets->dumps.count <= id)
        if (!cprof_vec_push(secrets->env, &secrets->dumps, none))
            return cprof_error_memory(secrets->env, err);
    cprof_secret_dump *dump = &secrets->dumps.at[id];
    if (dump->first == CPROF_NONE)
        dump->first = row;
    else
        secrets->at.at[dump->last].next = row;
    dump->last = row;
    return true;
}

static bool add_secret(cprof_secrets *secrets, const json_t *object, bool *mine, cprof_error *err) {
    const json_t *data = json_object_get(object, "data");
    cprof_slice bytes = cprof_json_tree_text(json_object_get(data, "keyBytes"));
    cprof_slice parts = cprof_json_tree_text(json_object_get(data, "keyNumberOfDataSecrets"));
    cprof_slice name = cprof_json_tree_text(json_object_get(json_object_get(object, "metadata"), "name"));
    if (bytes.len == 0 && parts.len == 0)
        return true;
    *mine = true;
    cprof_secret secret = {.number = -1, .parts = -1};
    secret.name = cprof_arena_copy(&secrets->arena, name);
    secret.bytes = cprof_arena_copy(&secrets->arena, bytes);
    if (!secret.name.ptr || !secret.bytes.ptr)
        return cprof_error_memory(secrets->env, err);
    if (parts.len > 0 && (secret.parts = number_of(parts)) < 0)
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                               "data.keyNumberOfDataSecrets is no number in base64");
    secret.prefix = secret.name;
    size_t dash = cprof_slice_rfind(secret.name, '-');
    cprof_slice digits = cprof_slice_sub(secret.name, dash + 1, secret.name.len);
    if (bytes.len > 0 && cprof_go_take_number(&digits, &secret.number)) {
        if (digits.len == 0)
            secret.prefix = cprof_slice_sub(secret.name, 0, dash);
        else
            secret.number = -1;
    }
    return append(secrets, secret, err);
}

static bool add_document(cprof_secrets *secrets, const json_t *root, bool *mine, cprof_error *err) {
    const json_t *items = json_object_get(root, "items");
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!add_secret(secrets, json_array_get(items, i), mine, err))
            return false;
    return add_secret(secrets, root, mine, err);
}

/* One JSON document after the other. */
static bool add_documents(cprof_secrets *secrets, cprof_slice text, bool *mine, cprof_error *err) {
    size_t lines = 0, offset = 0;
    while (text.len > 0) {
        json_error_t where;
        bool memory;
        json_t *root = cprof_json_load(text, JSON_DISABLE_EOF_CHECK, &where, &memory);
        if (memory)
            return cprof_error_memory(secrets->env, err);
        if (!root)
            return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)offset + where.position,
                                   "line %zu: no JSON that can be read", lines + (size_t)where.line);
        bool done = add_document(secrets, root, mine, err);
        json_decref(root);
        if (!done)
            return false;
        cprof_slice rest = cprof_slice_sub(text, (size_t)where.position, text.len);
        rest = cprof_slice_trim(rest);
        size_t used = rest.len ? (size_t)(rest.ptr - text.ptr) : text.len;
        for (size_t i = 0; i < used; i++)
            lines += text.ptr[i] == '\n';
        offset += used;
        text = rest;
    }
    return true;
}

cprof_parse cprof_secrets_add(cprof_secrets *secrets, cprof_slice text, cprof_error *err) {
    if (!cprof_secrets_likely(text) || text.len > TEXT_MAX)
        return CPROF_PARSE_NOT_MINE;
    if (cprof_slice_find_slice(text, CPROF_SLICE("\"keyBytes\"")) == text.len &&
        cprof_slice_find_slice(text, CPROF_SLICE("\"keyNumberOfDataSecrets\"")) == text.len)
        return CPROF_PARSE_NOT_MINE;
    cprof_budget *budget = cprof_env_budget(secrets->env);
    size_t bytes;
    if (!cprof_json_memory(text, &bytes) || !cprof_budget_take(budget, bytes)) {
        cprof_error_memory(secrets->env, err);
        return CPROF_PARSE_MALFORMED;
    }
    bool mine = false, done = add_documents(secrets, text, &mine, err);
    cprof_budget_give(budget, bytes);
    return !done ? CPROF_PARSE_MALFORMED : mine ? CPROF_PARSE_OK : CPROF_PARSE_NOT_MINE;
}

/* The parts of one dump: at[i] is part i. */
typedef struct dump_parts {
    uint32_t first; /* row of its first secret */
    cprof_slice prefix;
    int64_t parts; /* -1: not said */
    CPROF_VEC(const cprof_secret *) at;
} dump_parts;

static bool put_part(const cprof_secrets *secrets, dump_parts *dump, const cprof_secret *secret, size_t place,
                     cprof_error *err) {
    while (dump->at.count <= place)
        if (!cprof_vec_push(secrets->env, &dump->at, NULL))
            return cprof_error_memory(secrets->env, err);
    const cprof_secret *other = dump->at.at[place];
    if (other && !cprof_slice_equal(other->bytes, secret->bytes))
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "secret %.*s is there twice, with different bytes",
                               CPROF_SLICE_ARG(secret->name));
    dump->at.at[place] = secret;
    return true;
}

/* Sorts the dump's parts; the first one's number may be 0 or 1. */
static bool collect_parts(const cprof_secrets *secrets, dump_parts *dump, cprof_error *err) {
    int64_t first = 1, highest = -1;
    for (uint32_t i = dump->first; i != CPROF_NONE; i = secrets->at.at[i].next) {
        const cprof_secret *s = &secrets->at.at[i];
        if (s->parts >= 0)
            dump->parts = s->parts;
        /* What is not the start of a gzip stream (1f 8b 08) is not the first part. */
        if (s->bytes.len > 0 &&
            (s->number < 1 || (s->number == 1 && !cprof_slice_starts_with(s->bytes, "H4sI"))))
            first = 0;
        if (s->number > highest)
            highest = s->number;
    }
    if (first == 1 && dump->parts >= 0 && highest < dump->parts)
        first = 0; /* that one is missing */
    for (uint32_t i = dump->first; i != CPROF_NONE; i = secrets->at.at[i].next) {
        const cprof_secret *s = &secrets->at.at[i];
        if (s->bytes.len == 0)
            continue;
        int64_t place = (s->number < 0 ? 0 : s->number) - first;
        /* Of an earlier, longer dump parts may be left over. */
        bool extra = dump->parts >= 0 && place >= dump->parts;
        if (!extra && place > (int64_t)secrets->at.count + 65536)
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "secret %.*s has a number that is too large",
                                   CPROF_SLICE_ARG(s->name));
        if (!extra && !put_part(secrets, dump, s, (size_t)place, err))
            return false;
    }
    size_t count = dump->parts >= 0 ? (size_t)dump->parts : dump->at.count;
    for (size_t i = 0; i < count; i++)
        if (i >= dump->at.count || !dump->at.at[i])
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                                   "secret %.*s-%" PRId64 " is missing: the dump has %zu parts",
                                   CPROF_SLICE_ARG(dump->prefix), (int64_t)i + first, count);
    return true;
}

static bool decode_parts(cprof_secrets *secrets, const dump_parts *dump, cprof_slice *bytes,
                         cprof_error *err) {
    size_t room = 0, count = 0;
    for (size_t i = 0; i < dump->at.count; i++)
        room += dump->at.at[i]->bytes.len; /* no more than TEXT_MAX a text */
    char *to = cprof_arena_alloc(&secrets->arena, room ? room : 1);
    if (!to)
        return cprof_error_memory(secrets->env, err);
    for (size_t i = 0; i < dump->at.count; i++) {
        size_t n;
        if (!decode_base64(dump->at.at[i]->bytes, to + count, &n))
            return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "secret %.*s: data.keyBytes is no base64",
                                   CPROF_SLICE_ARG(dump->at.at[i]->name));
        count += n;
    }
    *bytes = (cprof_slice){to, count};
    return true;
}

/* The first secret of the next dump to be joined; CPROF_NONE: there is none. */
static uint32_t next_dump(cprof_secrets *secrets) {
    while (secrets->joined < secrets->dumps.count && secrets->dumps.at[secrets->joined].first == CPROF_NONE)
        secrets->joined++;
    return secrets->joined < secrets->dumps.count ? secrets->dumps.at[secrets->joined].first : CPROF_NONE;
}

bool cprof_secrets_join(cprof_secrets *secrets, bool *found, cprof_slice *name, cprof_slice *bytes,
                        cprof_error *err) {
    uint32_t first = next_dump(secrets);
    *found = first != CPROF_NONE;
    if (!*found)
        return true;
    secrets->joined++;
    dump_parts dump = {.first = first, .prefix = secrets->at.at[first].prefix, .parts = -1};
    bool done = collect_parts(secrets, &dump, err);
    if (done && dump.at.count == 0)
        done = cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                               "secret %.*s says how many parts there are, and none is here",
                               CPROF_SLICE_ARG(dump.prefix));
    done = done && decode_parts(secrets, &dump, bytes, err);
    cprof_vec_free(secrets->env, &dump.at);
    *name = dump.prefix;
    return done;
}

static bool load_joined(cprof_secrets *secrets, cprof_profile **profile, cprof_error *err) {
    bool found;
    cprof_slice name, dump;
    if (!cprof_secrets_join(secrets, &found, &name, &dump, err))
        return false;
    uint32_t other = next_dump(secrets);
    if (other != CPROF_NONE)
        return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                               "secrets of several dumps (%.*s, %.*s): they are read one at a time",
                               CPROF_SLICE_ARG(name), CPROF_SLICE_ARG(secrets->at.at[other].prefix));
    cprof_reader *reader = cprof_reader_of(dump, "joined secrets", secrets->env, err);
    cprof_slice head;
    bool done = reader && cprof_reader_head(reader, &head, err);
    if (done && cprof_secrets_likely(head))
        done = cprof_error_set(err, CPROF_ERR_FORMAT, -1, "secrets inside of secrets");
    done = done && cprof_input_load(reader, CPROF_NEEDS_SAMPLES, secrets->env, profile, err);
    cprof_reader_free(reader);
    return done;
}

cprof_parse cprof_secrets_parse(cprof_slice text, const cprof_env *env, cprof_profile **profile,
                                cprof_error *err) {
    cprof_secrets secrets;
    cprof_parse parse = CPROF_PARSE_MALFORMED;
    if (!cprof_secrets_likely(text))
        return CPROF_PARSE_NOT_MINE;
    if (cprof_secrets_init(&secrets, env, err))
        parse = cprof_secrets_add(&secrets, text, err);
    if (parse == CPROF_PARSE_OK && !load_joined(&secrets, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    cprof_secrets_deinit(&secrets);
    return parse;
}
