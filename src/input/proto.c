#include "input/proto.h"

#include "input/proto_state.h"

#include <stdio.h>

bool cprof_proto_error(cprof_error *err, uint64_t offset, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return cprof_error_set(err, CPROF_ERR_FORMAT, (int64_t)offset, "malformed profile: %s at byte %llu", text,
                           (unsigned long long)offset);
}

cprof_proto *cprof_proto_new(const cprof_env *env, cprof_error *err) {
    cprof_budget *budget = cprof_env_budget(env);
    cprof_profile *profile = cprof_profile_new(env, "profile.proto", err);
    if (!profile)
        return NULL;
    cprof_proto *d = cprof_mem_resize(budget, NULL, 0, sizeof *d);
    if (!d) {
        cprof_profile_free(profile);
        cprof_error_memory(env, err);
        return NULL;
    }
    memset(d, 0, sizeof *d);
    d->env = env;
    d->profile = profile;
    cprof_columns_init(&d->columns, env);
    cprof_idmap_init(&d->wide_rows, budget);
    cprof_index_init(&d->stacks, budget);
    cprof_proto_sets_init(&d->sets, env, &d->columns);
    return d;
}

void cprof_proto_sum_stacks(cprof_proto *d) {
    d->sums_stacks = true;
}

void cprof_proto_free(cprof_proto *d) {
    if (!d)
        return;
    cprof_proto_sets_deinit(&d->sets); /* first: a thread may be at work on the columns */
    cprof_profile_free(d->profile);
    cprof_columns_deinit(&d->columns);
    cprof_vec_free(d->env, &d->carry);
    cprof_vec_free(d->env, &d->string_ids);
    cprof_idmap_deinit(&d->wide_rows);
    cprof_vec_free(d->env, &d->wide_ids);
    cprof_index_deinit(&d->stacks);
    cprof_vec_free(d->env, &d->stack_sum);
    cprof_vec_free(d->env, &d->batch_frames);
    cprof_u64s *places[] = {&d->type_at,     &d->comment_at,  &d->mapping_at,
                            &d->function_at, &d->location_at, &d->stack_at};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        cprof_vec_free(d->env, places[i]);
    cprof_mem_free(cprof_env_budget(d->env), d, sizeof *d);
}

static bool stash(cprof_proto *d, const uint8_t *from, size_t size, cprof_error *err) {
    return cprof_vec_append(d->env, &d->carry, from, size) || cprof_error_memory(d->env, err);
}

/* True for a field whose bytes nobody wants. */
static bool is_skipped(const cprof_proto *d, const cprof_wire_field *field) {
    return d->groups.depth > 0 || field->type == CPROF_WIRE_GROUP || field->type == CPROF_WIRE_GROUP_END ||
           !cprof_proto_knows(field->number);
}

static bool check_header(cprof_proto *d, cprof_wire_status status, const cprof_wire_field *field,
                         cprof_error *err) {
    if (status == CPROF_WIRE_OK && is_skipped(d, field))
        status = cprof_wire_group(&d->groups, field);
    if (status != CPROF_WIRE_OK)
        return cprof_proto_error(err, d->field_offset, "%s", cprof_wire_status_text(status));
    if (field->type == CPROF_WIRE_BYTES && field->value > INT64_MAX - CPROF_WIRE_HEADER_MAX)
        return cprof_proto_error(err, d->field_offset, "a field of %llu bytes",
                                 (unsigned long long)field->value);
    return true;
}

/* Takes the fields that are complete; the start of one that is not goes into carry. */
static bool take_fields(cprof_proto *d, const uint8_t *p, const uint8_t *end, cprof_error *err) {
    d->origin = p;
    d->origin_offset = d->position;
    d->readable_end = end;
    while (p < end) {
        const uint8_t *start = p;
        cprof_wire_field field;
        d->field_offset = cprof_proto_offset(d, start);
        cprof_wire_status status = cprof_wire_header(&p, end, &field);
        if (status == CPROF_WIRE_CUT)
            return stash(d, start, (size_t)(end - start), err);
        bool skipped = is_skipped(d, &field);
        if (!check_header(d, status, &field, err))
            return false;
        uint64_t left = (uint64_t)(end - p);
        if (field.type == CPROF_WIRE_BYTES && field.value > left) {
            if (skipped) {
                d->skip = field.value - left;
                return true;
            }
            d->carry_size = (uint64_t)(p - start) + field.value;
            return stash(d, start, (size_t)(end - start), err);
        }
        if (!skipped && !cprof_proto_take_field(d, &field, err))
            return false;
        if (field.type == CPROF_WIRE_BYTES)
            p += field.value;
    }
    return true;
}

static bool take_carried(cprof_proto *d, cprof_error *err) {
    const uint8_t *p = d->carry.at, *end = p + d->carry.count;
    cprof_wire_field field;
    d->origin = p;
    d->origin_offset = d->field_offset;
    d->readable_end = end;
    d->carry.count = 0; /* its bytes stay */
    d->carry_size = 0;
    cprof_wire_header(&p, end, &field);
    return cprof_proto_take_field(d, &field, err);
}

/* The header of the carried field, with more bytes; *p moves as far as they are the field's. */
static bool carry_header(cprof_proto *d, const uint8_t **p, const uint8_t *end, cprof_error *err) {
    size_t before = d->carry.count, room = CPROF_WIRE_HEADER_MAX - before;
    size_t more = (size_t)(end - *p) < room ? (size_t)(end - *p) : room;
    if (!stash(d, *p, more, err))
        return false;
    const uint8_t *at = d->carry.at;
    cprof_wire_field field;
    cprof_wire_status status = cprof_wire_header(&at, at + d->carry.count, &field);
    if (status == CPROF_WIRE_CUT) {
        *p += more;
        return true;
    }
    bool skipped = status == CPROF_WIRE_OK && is_skipped(d, &field);
    if (!check_header(d, status, &field, err))
        return false;
    uint64_t size = (uint64_t)(at - d->carry.at) + (field.type == CPROF_WIRE_BYTES ? field.value : 0);
    d->carry.count = skipped ? 0 : before;
    if (skipped)
        d->skip = size - before;
    else
        d->carry_size = size;
    return true;
}

/* Goes on with the field that the last chunk ended in. */
static bool continue_field(cprof_proto *d, const uint8_t **p, const uint8_t *end, cprof_error *err) {
    if (d->carry.count > 0 && d->carry_size == 0 && !carry_header(d, p, end, err))
        return false;
    size_t left = (size_t)(end - *p);
    if (d->carry_size > 0) {
        uint64_t missing = d->carry_size - d->carry.count;
        size_t more = missing < left ? (size_t)missing : left;
        if (!stash(d, *p, more, err))
            return false;
        *p += more;
        return d->carry.count < d->carry_size || take_carried(d, err);
    }
    size_t skipped = d->skip < left ? (size_t)d->skip : left;
    d->skip -= skipped;
    *p += skipped;
    return true;
}

bool cprof_proto_feed(cprof_proto *d, cprof_slice chunk, cprof_error *err) {
    const uint8_t *first = (const uint8_t *)chunk.ptr, *p = first, *end = first + chunk.len;
    while (p < end && (d->carry.count > 0 || d->skip > 0)) {
        if (!continue_field(d, &p, end, err))
            return false;
    }
    d->position += (uint64_t)(p - first);
    if (p < end && !take_fields(d, p, end, err))
        return false;
    d->position += (uint64_t)(end - p);
    return true;
}

bool cprof_proto_finish(cprof_proto *d, cprof_profile **profile, cprof_error *err) {
    bool ok;
    if (d->carry.count > 0 || d->skip > 0)
        ok =
            cprof_proto_error(err, d->position, "the data ends inside of the field that starts at byte %llu,",
                              (unsigned long long)d->field_offset);
    else if (d->groups.depth > 0)
        ok = cprof_proto_error(err, d->position, "a group without an end");
    else
        ok = cprof_proto_flush_samples(d, err) && cprof_proto_resolve(d, err);
    if (ok) {
        *profile = d->profile;
        d->profile = NULL;
    }
    cprof_proto_free(d);
    return ok;
}
