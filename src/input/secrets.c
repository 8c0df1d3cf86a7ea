#include "input/secrets.h"

#include "input/go_formats.h"
#include "input/go_text.h"
#include "input/json_tree.h"

#include <inttypes.h>
#include <jansson.h>

#define TEXT_MAX (64 << 20) /* bytes of JSON: a cluster does not store more in one dump's secrets */

void cprof_secrets_init(cprof_secrets *secrets, const cprof_env *env) {
    *secrets = (cprof_secrets){.env = env};
    cprof_arena_init(&secrets->arena, cprof_env_budget(env));
}

void cprof_secrets_deinit(cprof_secrets *secrets) {
    cprof_vec_free(secrets->env, &secrets->at);
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

static cprof_slice text_of(const json_t *value) {
    return json_is_string(value) ? (cprof_slice){json_string_value(value), json_string_length(value)}
                                 : (cprof_slice){"", 0};
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

static bool add_secret(cprof_secrets *secrets, const json_t *object, bool *mine, cprof_error *err) {
    const json_t *data = json_object_get(object, "data");
    cprof_slice bytes = text_of(json_object_get(data, "keyBytes"));
    cprof_slice parts = text_of(json_object_get(data, "keyNumberOfDataSecrets"));
    cprof_slice name = text_of(json_object_get(json_object_get(object, "metadata"), "name"));
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
    return cprof_vec_push(secrets->env, &secrets->at, secret) || cprof_error_memory(secrets->env, err);
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
    /* What the JSON reader takes for itself is not on the budget: hold room for its copy of the strings. */
    cprof_budget *budget = cprof_env_budget(secrets->env);
    if (!cprof_budget_take(budget, text.len)) {
        cprof_error_memory(secrets->env, err);
        return CPROF_PARSE_MALFORMED;
    }
    bool mine = false, done = add_documents(secrets, text, &mine, err);
    cprof_budget_give(budget, text.len);
    return !done ? CPROF_PARSE_MALFORMED : mine ? CPROF_PARSE_OK : CPROF_PARSE_NOT_MINE;
}

/* The parts of one dump: at[i] is part i. */
typedef struct dump_parts {
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
    for (size_t i = 0; i < secrets->at.count; i++) {
        const cprof_secret *s = &secrets->at.at[i];
        if (!cprof_slice_equal(s->prefix, dump->prefix))
            continue;
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
    for (size_t i = 0; i < secrets->at.count; i++) {
        const cprof_secret *s = &secrets->at.at[i];
        if (!cprof_slice_equal(s->prefix, dump->prefix) || s->bytes.len == 0)
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

/* Forgets the secrets of a dump. */
static void drop(cprof_secrets *secrets, cprof_slice prefix) {
    size_t kept = 0;
    for (size_t i = 0; i < secrets->at.count; i++)
        if (!cprof_slice_equal(secrets->at.at[i].prefix, prefix))
            secrets->at.at[kept++] = secrets->at.at[i];
    secrets->at.count = kept;
}

bool cprof_secrets_join(cprof_secrets *secrets, bool *found, cprof_slice *name, cprof_slice *bytes,
                        cprof_error *err) {
    *found = secrets->at.count > 0;
    if (!*found)
        return true;
    dump_parts dump = {.prefix = secrets->at.at[0].prefix, .parts = -1};
    bool done = collect_parts(secrets, &dump, err);
    if (done && dump.at.count == 0)
        done = cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                               "secret %.*s says how many parts there are, and none is here",
                               CPROF_SLICE_ARG(dump.prefix));
    done = done && decode_parts(secrets, &dump, bytes, err);
    cprof_vec_free(secrets->env, &dump.at);
    *name = dump.prefix;
    drop(secrets, dump.prefix);
    return done;
}

static bool load_joined(cprof_secrets *secrets, cprof_profile **profile, cprof_error *err) {
    bool found;
    cprof_slice name, dump;
    if (!cprof_secrets_join(secrets, &found, &name, &dump, err))
        return false;
    if (secrets->at.count > 0)
        return cprof_error_set(err, CPROF_ERR_UNSUPPORTED, -1,
                               "secrets of several dumps (%.*s, %.*s): they are read one at a time",
                               CPROF_SLICE_ARG(name), CPROF_SLICE_ARG(secrets->at.at[0].prefix));
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
    cprof_secrets_init(&secrets, env);
    cprof_parse parse = cprof_secrets_add(&secrets, text, err);
    if (parse == CPROF_PARSE_OK && !load_joined(&secrets, profile, err))
        parse = CPROF_PARSE_MALFORMED;
    cprof_secrets_deinit(&secrets);
    return parse;
}
