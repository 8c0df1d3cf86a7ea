#include "input/parts.h"

#include "input/go_text.h"
#include "input/gunzip_walk.h"
#include "input/proto.h"
#include "input/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MAX 4096 /* bytes that tell what a file is */

typedef enum part_kind {
    PART_OTHER,  /* loaded by itself */
    PART_GZIP,   /* starts a stream */
    PART_MIDDLE, /* bytes like those in the middle of a stream */
    PART_SECRETS
} part_kind;

typedef struct part {
    const char *path;
    part_kind kind;
    bool dense;                 /* as varied as compressed bytes are */
    bool taken;                 /* belongs to a whole */
    cprof_slice before, behind; /* of the path: what stands around its last number */
    int64_t number;             /* -1: none */
} part;

/* A whole that was joined, and the row of the part that stands for it. */
typedef struct joined {
    size_t row;
    cprof_whole whole;
} joined;

typedef struct part_list {
    cprof_parts *parts;
    const cprof_env *env;
    CPROF_VEC(part) at;
    CPROF_VEC(size_t) chosen; /* rows of at: one stream's, in order */
    CPROF_VEC(joined) joined; /* by row */
} part_list;

/* "logs/heap12.out" -> "logs/heap", 12, ".out" */
static void split_name(part *p) {
    cprof_slice path = cprof_slice_of(p->path);
    size_t end = path.len, base = cprof_slice_rfind(path, '/');
    base = base == path.len ? 0 : base + 1;
    p->number = -1;
    while (end > base && (path.ptr[end - 1] < '0' || path.ptr[end - 1] > '9'))
        end--;
    size_t from = end;
    while (from > base && path.ptr[from - 1] >= '0' && path.ptr[from - 1] <= '9')
        from--;
    cprof_slice digits = cprof_slice_sub(path, from, end);
    if (!cprof_go_take_number(&digits, &p->number))
        return;
    p->before = cprof_slice_sub(path, 0, from);
    p->behind = cprof_slice_sub(path, end, path.len);
}

static bool same_family(const part *a, const part *b) {
    return a->number >= 0 && b->number >= 0 && cprof_slice_equal(a->before, b->before) &&
           cprof_slice_equal(a->behind, b->behind);
}

static bool is_text(cprof_slice head) {
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if (c < '\t' || (c > '\r' && c < ' ' && c != 0x1b))
            return false;
    }
    return true;
}

/* Of 512 random bytes, 221 are different on average; of texts, tables and strings far fewer. */
static bool is_dense(cprof_slice head) {
    bool seen[256] = {false};
    size_t different = 0;
    for (size_t i = 0; i < head.len && i < 512; i++) {
        bool *is = &seen[(unsigned char)head.ptr[i]];
        different += !*is;
        *is = true;
    }
    return head.len >= 512 && different > 180;
}

static part_kind kind_of(cprof_slice head) {
    static const struct {
        const char *bytes;
        size_t size;
    } known[] = {{"\x28\xb5\x2f\xfd", 4},
                 {"\x7f"
                  "ELF",
                  4},
                 {"PERFILE2", 8},
                 {"\0\0\0\0", 4}};
    if (cprof_slice_starts_with(head, "\x1f\x8b"))
        return PART_GZIP;
    if (cprof_secrets_likely(head))
        return PART_SECRETS;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (head.len >= known[i].size && memcmp(head.ptr, known[i].bytes, known[i].size) == 0)
            return PART_OTHER;
    if (head.len == 0 || is_text(head) || cprof_proto_sniff(head, head.len < HEAD_MAX) == CPROF_PROTO_SURELY)
        return PART_OTHER;
    return PART_MIDDLE;
}

static part look_at(const char *path) {
    part p = {.path = path, .kind = PART_OTHER, .number = -1};
    char head[HEAD_MAX];
    int fd = strcmp(path, "-") == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return p;
    struct stat st;
    ssize_t n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? pread(fd, head, sizeof head, 0) : -1;
    close(fd);
    if (n < 0)
        return p;
    cprof_slice bytes = {head, (size_t)n};
    p.kind = kind_of(bytes);
    p.dense = is_dense(bytes);
    split_name(&p);
    return p;
}

/* Appends a file's bytes to `to`, at most `room`. */
static bool read_file(const char *path, char *to, size_t room, size_t *count, cprof_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 0;
    *count = 0;
    while (fd >= 0 && *count < room) {
        n = read(fd, to + *count, room - *count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        *count += (size_t)n;
    }
    if (n < 0)
        cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return n >= 0;
}

static bool size_of(const char *path, size_t *size, cprof_error *err) {
    struct stat st;
    if (stat(path, &st) != 0)
        return cprof_error_set(err, CPROF_ERR_IO, -1, "%s: %s", path, strerror(errno));
    *size = (size_t)st.st_size;
    return true;
}

static bool add_joined(part_list *list, size_t row, cprof_slice name, cprof_slice bytes, cprof_error *err) {
    joined one = {row, {.bytes = bytes}};
    one.whole.name = cprof_arena_copy(&list->parts->arena, name).ptr;
    return (one.whole.name && cprof_vec_push(list->env, &list->joined, one)) ||
           cprof_error_memory(list->env, err);
}

/* The chosen files' bytes behind one another. */
static bool join_chosen(part_list *list, size_t first, cprof_error *err) {
    cprof_parts *parts = list->parts;
    size_t room = 0, count = 0, n = 0;
    for (size_t i = 0; i < list->chosen.count; i++) {
        if (!size_of(list->at.at[list->chosen.at[i]].path, &n, err))
            return false;
        if (__builtin_add_overflow(room, n, &room))
            return cprof_error_memory(list->env, err);
    }
    char *bytes = cprof_arena_alloc(&parts->arena, room ? room : 1), name[512];
    if (!bytes)
        return cprof_error_memory(list->env, err);
    for (size_t i = 0; i < list->chosen.count; i++) {
        part *p = &list->at.at[list->chosen.at[i]];
        p->taken = true;
        if (!read_file(p->path, bytes + count, room - count, &n, err))
            return false;
        count += n;
    }
    snprintf(name, sizeof name, "%s (with %zu more parts)", list->at.at[list->chosen.at[0]].path,
             list->chosen.count - 1);
    return add_joined(list, first, cprof_slice_of(name), (cprof_slice){bytes, count}, err);
}

static bool choose(part_list *list, size_t row, cprof_error *err) {
    return cprof_vec_push(list->env, &list->chosen, row) || cprof_error_memory(list->env, err);
}

/* Walks through the chosen files; *ended is how many of them the stream takes. */
static cprof_walk walk_chosen(const part_list *list, size_t *ended, cprof_error *err) {
    cprof_walker *walker = cprof_walker_new(list->env, err);
    cprof_walk walk = walker ? CPROF_WALK_MORE : CPROF_WALK_FAILED;
    for (*ended = 0; walk == CPROF_WALK_MORE && *ended < list->chosen.count; (*ended)++)
        walk = cprof_walker_file(walker, list->at.at[list->chosen.at[*ended]].path, err);
    cprof_walker_free(walker);
    return walk;
}

static bool part_missing(const part *like, int64_t number, cprof_error *err) {
    return cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                           "%.*s%" PRId64 "%.*s is missing: a part of the gzip stream that %s is of",
                           CPROF_SLICE_ARG(like->before), number, CPROF_SLICE_ARG(like->behind), like->path);
}

static int compare_numbers(const void *a, const void *b, void *list) {
    const part *x = &((const part_list *)list)->at.at[*(const size_t *)a];
    const part *y = &((const part_list *)list)->at.at[*(const size_t *)b];
    return (x->number > y->number) - (x->number < y->number);
}

/* The files that are called like the first and have other numbers, by number. */
static bool choose_family(part_list *list, size_t first, cprof_error *err) {
    list->chosen.count = 0;
    for (size_t i = 0; i < list->at.count; i++) {
        const part *p = &list->at.at[i];
        bool member =
            i == first || (p->kind == PART_MIDDLE && !p->taken && same_family(p, &list->at.at[first]));
        if (member && !choose(list, i, err))
            return false;
    }
    qsort_r(list->chosen.at, list->chosen.count, sizeof *list->chosen.at, compare_numbers, list);
    for (size_t i = 0; i + 1 < list->chosen.count; i++) {
        const part *p = &list->at.at[list->chosen.at[i]], *next = &list->at.at[list->chosen.at[i + 1]];
        if (next->number > p->number + 1)
            return part_missing(p, p->number + 1, err);
    }
    return true;
}

/* The order given does not make a stream: the numbers in the names may. */
static bool join_family(part_list *list, size_t first, cprof_error *err) {
    size_t given = list->chosen.count, ended = 0;
    if (list->at.at[first].number < 0) {
        if (given == 1) /* nothing to join: reading it says that it is cut */
            return true;
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1,
                               "%s is cut, and the files behind it are not the rest of it",
                               list->at.at[first].path);
    }
    if (!choose_family(list, first, err))
        return false;
    if (list->chosen.count == 1)
        return true;
    cprof_walk walk = walk_chosen(list, &ended, err);
    const part *last = &list->at.at[list->chosen.at[ended > 0 ? ended - 1 : 0]];
    switch (walk) {
    case CPROF_WALK_END:
        list->chosen.count = ended;
        return join_chosen(list, first, err);
    case CPROF_WALK_MORE:
        return part_missing(last, last->number + 1, err);
    case CPROF_WALK_BROKEN:
        return cprof_error_set(err, CPROF_ERR_FORMAT, -1, "%s does not go on where the part before it ends",
                               last->path);
    default:
        return false;
    }
}

/* A gzip file, alone or with the parts behind it. */
static bool join_stream(part_list *list, size_t first, cprof_error *err) {
    size_t ended = 0;
    list->chosen.count = 0;
    if (!choose(list, first, err))
        return false;
    for (size_t i = first + 1;
         i < list->at.count && list->at.at[i].kind == PART_MIDDLE && !list->at.at[i].taken; i++)
        if (!choose(list, i, err))
            return false;
    cprof_walk walk = walk_chosen(list, &ended, err);
    if (walk == CPROF_WALK_FAILED)
        return false;
    if (walk == CPROF_WALK_END && ended == 1)
        return true; /* a file like others */
    if (walk != CPROF_WALK_END)
        return join_family(list, first, err);
    list->chosen.count = ended;
    return join_chosen(list, first, err);
}

/* Parts whose first is not there. */
static bool check_headless(const part_list *list, cprof_error *err) {
    for (size_t i = 0; i < list->at.count; i++) {
        const part *p = &list->at.at[i];
        if (p->kind != PART_MIDDLE || !p->dense || p->number < 1)
            continue;
        bool lowest = true;
        size_t others = 0;
        for (size_t j = 0; j < list->at.count; j++) {
            const part *q = &list->at.at[j];
            if (j == i || !same_family(p, q))
                continue;
            others++;
            lowest &= q->kind == PART_MIDDLE && q->number > p->number;
        }
        if (others > 0 && lowest)
            return part_missing(p, p->number - 1, err);
    }
    return true;
}

static bool add_secret_file(part_list *list, cprof_secrets *secrets, part *p, cprof_error *err) {
    size_t size = 0, count = 0;
    if (!size_of(p->path, &size, err))
        return false;
    char *text = cprof_arena_alloc(&list->parts->arena, size ? size : 1);
    if (!text)
        return cprof_error_memory(list->env, err);
    if (!read_file(p->path, text, size, &count, err))
        return false;
    cprof_parse parse = cprof_secrets_add(secrets, (cprof_slice){text, count}, err);
    if (parse == CPROF_PARSE_MALFORMED)
        return cprof_error_prefix(err, "%s", p->path);
    p->taken = parse == CPROF_PARSE_OK;
    return true;
}

static bool add_dumps(part_list *list, cprof_secrets *secrets, size_t row, cprof_error *err) {
    for (;;) {
        bool found;
        cprof_slice name, dump;
        if (!cprof_secrets_join(secrets, &found, &name, &dump, err))
            return false;
        if (!found)
            return true;
        /* secrets go; what was joined stays */
        dump = cprof_arena_copy(&list->parts->arena, dump);
        if (!dump.ptr)
            return cprof_error_memory(list->env, err);
        if (!add_joined(list, row, name, dump, err))
            return false;
    }
}

static bool join_secrets(part_list *list, size_t first, cprof_error *err) {
    cprof_secrets secrets;
    bool done = cprof_secrets_init(&secrets, list->env, err);
    for (size_t i = 0; done && i < list->at.count; i++)
        if (list->at.at[i].kind == PART_SECRETS)
            done = add_secret_file(list, &secrets, &list->at.at[i], err);
    done = done && add_dumps(list, &secrets, first, err);
    cprof_secrets_deinit(&secrets);
    return done;
}

static bool fill(part_list *list, const bool kinds[4], cprof_error *err) {
    bool secrets_done = !kinds[PART_SECRETS];
    if (kinds[PART_MIDDLE] && !check_headless(list, err))
        return false;
    for (size_t i = 0; i < list->at.count; i++) {
        part *p = &list->at.at[i];
        if (p->kind == PART_SECRETS && !secrets_done) {
            secrets_done = true;
            if (!join_secrets(list, i, err))
                return false;
        }
        if (p->kind == PART_GZIP && kinds[PART_MIDDLE] && !join_stream(list, i, err))
            return false;
    }
    return true;
}

/* What was joined stands where its first part stood; files that belong to nothing are wholes of their own. */
static bool put_in_order(part_list *list, cprof_error *err) {
    cprof_parts *parts = list->parts;
    if (!cprof_vec_reserve(list->env, &parts->at, list->at.count + list->joined.count))
        return cprof_error_memory(list->env, err);
    for (size_t i = 0, next = 0; i < list->at.count; i++) {
        const char *path = list->at.at[i].path;
        for (; next < list->joined.count && list->joined.at[next].row == i; next++)
            parts->at.at[parts->at.count++] = list->joined.at[next].whole;
        if (!list->at.at[i].taken)
            parts->at.at[parts->at.count++] = (cprof_whole){.name = path, .path = path};
    }
    return true;
}

bool cprof_parts_find(cprof_parts *parts, const char *const *paths, size_t count, const cprof_env *env,
                      cprof_error *err) {
    *parts = (cprof_parts){.env = env};
    cprof_arena_init(&parts->arena, cprof_env_budget(env));
    part_list list = {.parts = parts, .env = env};
    bool kinds[4] = {false}, done = true;
    for (size_t i = 0; done && i < count; i++) {
        part p = count > 1 ? look_at(paths[i]) : (part){.path = paths[i]};
        kinds[p.kind] = true;
        done = cprof_vec_push(env, &list.at, p) || cprof_error_memory(env, err);
    }
    done = done && fill(&list, kinds, err) && put_in_order(&list, err);
    cprof_vec_free(env, &list.at);
    cprof_vec_free(env, &list.chosen);
    cprof_vec_free(env, &list.joined);
    return done;
}

void cprof_parts_deinit(cprof_parts *parts) {
    cprof_vec_free(parts->env, &parts->at);
    cprof_arena_deinit(&parts->arena);
}

cprof_reader *cprof_whole_open(const cprof_whole *whole, const cprof_env *env, cprof_error *err) {
    return whole->path ? cprof_reader_open(whole->path, env, err)
                       : cprof_reader_of(whole->bytes, whole->name, env, err);
}
