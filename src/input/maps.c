#include "input/maps.h"

void cprof_maps_init(cprof_maps *maps, const cprof_env *env) {
    *maps = (cprof_maps){.env = env};
    cprof_arena_init(&maps->arena, cprof_env_budget(env));
}

void cprof_maps_deinit(cprof_maps *maps) {
    cprof_vec_free(maps->env, &maps->at);
    cprof_vec_free(maps->env, &maps->own.bounds);
    cprof_vec_free(maps->env, &maps->own.owners);
    cprof_vec_free(maps->env, &maps->below.bounds);
    cprof_vec_free(maps->env, &maps->below.owners);
    cprof_vec_free(maps->env, &maps->extended);
    cprof_arena_deinit(&maps->arena);
}

bool cprof_maps_announced(cprof_slice line) {
    return cprof_slice_contains(line, "--- Memory map: ---") ||
           cprof_slice_contains(line, "MAPPED_LIBRARIES:");
}

/* ---- Lines ---- */

static void take_space(cprof_slice *s) {
    while (s->len > 0 && cprof_is_space(s->ptr[0]))
        *s = cprof_slice_sub(*s, 1, s->len);
}

/* The next word; false (and *s as it was) when no white space or no word follows. */
static bool next_word(cprof_slice *s, cprof_slice *word) {
    if (s->len == 0 || !cprof_is_space(s->ptr[0]))
        return false;
    cprof_slice rest = *s;
    take_space(&rest);
    *word = cprof_take_word(&rest);
    if (word->len == 0)
        return false;
    *s = rest;
    return true;
}

static bool is_permission(char c) {
    return c == '-' || c == 'r' || c == 'w' || c == 'x' || c == 'p';
}

static cprof_slice permissions(cprof_slice word) {
    size_t n = 0;
    while (n < word.len && is_permission(word.ptr[n]))
        n++;
    return cprof_slice_sub(word, 0, n);
}

static bool all_hex(cprof_slice word) {
    return cprof_take_hex(&word).len > 0 && word.len == 0;
}

/* "08:01" */
static bool is_device(cprof_slice word) {
    size_t colon = cprof_slice_find(word, ':');
    return colon < word.len && all_hex(cprof_slice_sub(word, 0, colon)) &&
           all_hex(cprof_slice_sub(word, colon + 1, word.len));
}

/* START-LIMIT, each with or without 0x; a space may stand for the minus. */
static bool take_range(cprof_slice *s, cprof_map *map) {
    take_space(s);
    cprof_take(s, "0x");
    cprof_slice start = cprof_take_hex(s);
    if (start.len == 0 || s->len == 0 || !(s->ptr[0] == '-' || cprof_is_space(s->ptr[0])))
        return false;
    *s = cprof_slice_sub(*s, 1, s->len);
    take_space(s);
    cprof_take(s, "0x");
    cprof_slice limit = cprof_take_hex(s);
    cprof_take(s, ":");
    return cprof_parse_hex(start, &map->start) && cprof_parse_hex(limit, &map->limit);
}

/* What follows the range in /proc/PID/maps: [PERMISSIONS] [OFFSET] DEVICE INODE [FILE]. */
static bool take_long_form(cprof_slice s, cprof_map *map, cprof_slice *perm) {
    cprof_slice word, offset = CPROF_SLICE("");
    *perm = CPROF_SLICE("");
    if (!next_word(&s, &word))
        return false;
    if (permissions(word).len == word.len) {
        *perm = word;
        if (!next_word(&s, &word))
            return false;
    }
    if (all_hex(word)) {
        offset = word;
        if (!next_word(&s, &word))
            return false;
    }
    if (!is_device(word) || !next_word(&s, &word) || !cprof_is_digit(word.ptr[0]))
        return false;
    if (offset.len > 0 && !cprof_parse_hex(offset, &map->offset))
        return false;
    cprof_take_digits(&word);
    if (word.len == 0)
        next_word(&s, &map->file);
    return true;
}

/* What follows it in the brief form: [PERMISSIONS] [FILE] [(@OFFSET)] [BUILD ID]. */
static bool take_brief_form(cprof_slice s, cprof_map *map, cprof_slice *perm) {
    cprof_slice word, ahead = s;
    *perm = CPROF_SLICE("");
    if (next_word(&ahead, &word) && permissions(word).len > 0) {
        *perm = permissions(word);
        if (perm->len < word.len)
            return true;
        s = ahead;
    }
    next_word(&s, &map->file);
    ahead = s;
    if (next_word(&ahead, &word) && cprof_take(&word, "(@")) {
        cprof_slice offset = cprof_take_hex(&word);
        if (offset.len > 0 && word.len > 0 && word.ptr[0] == ')') {
            if (!cprof_parse_hex(offset, &map->offset))
                return false;
            s = ahead;
        }
    }
    if (next_word(&s, &word))
        map->build_id = cprof_take_hex(&word);
    return true;
}

typedef enum outcome { RANGE, NOT_EXECUTABLE, NO_RANGE } outcome;

static outcome parse_line(cprof_slice line, cprof_map *map) {
    *map = (cprof_map){0};
    cprof_slice perm;
    if (!take_range(&line, map))
        return NO_RANGE;
    cprof_map range = *map;
    if (!take_long_form(line, map, &perm)) {
        *map = range;
        if (!take_brief_form(line, map, &perm))
            return NO_RANGE;
    }
    return perm.len > 0 && cprof_slice_find(perm, 'x') == perm.len ? NOT_EXECUTABLE : RANGE;
}

/* Without "file.cc:123] " in front, which a logging library put there. */
static cprof_slice without_log_prefix(cprof_slice line) {
    size_t end = 0;
    while (end < line.len && line.ptr[end] != '[' && line.ptr[end] != ']')
        end++;
    size_t digits = end;
    while (digits > 0 && cprof_is_digit(line.ptr[digits - 1]))
        digits--;
    bool prefix = end + 1 < line.len && line.ptr[end] == ']' && cprof_is_space(line.ptr[end + 1]) &&
                  digits < end && digits > 1 && line.ptr[digits - 1] == ':';
    return prefix ? cprof_slice_sub(line, end + 2, line.len) : line;
}

/* ---- Variables: a line "NAME = VALUE" makes later lines' $NAME mean VALUE ---- */

enum { VARIABLES_MAX = 64, REPLACED_MAX = 1 << 14 };

typedef struct variables {
    struct {
        cprof_slice name, value;
    } at[VARIABLES_MAX];
    size_t count;
} variables;

static void note_variable(variables *vars, cprof_slice line) {
    size_t equals = cprof_slice_find(line, '=');
    if (equals == line.len || vars->count == VARIABLES_MAX)
        return;
    vars->at[vars->count].name = cprof_slice_trim(cprof_slice_sub(line, 0, equals));
    vars->at[vars->count].value = cprof_slice_trim(cprof_slice_sub(line, equals + 1, line.len));
    vars->count++;
}

static bool find_variable(const variables *vars, cprof_slice at, size_t *which) {
    for (size_t i = 0; i < vars->count; i++) {
        cprof_slice name = vars->at[i].name;
        if (cprof_slice_equal(cprof_slice_sub(at, 0, name.len), name)) {
            *which = i;
            return true;
        }
    }
    return false;
}

/* line with its variables replaced, in the arena; a line that grows beyond all sense stays as it is. */
static bool replace_variables(cprof_maps *maps, const variables *vars, cprof_slice *line) {
    if (vars->count == 0 || cprof_slice_find(*line, '$') == line->len)
        return true;
    char text[REPLACED_MAX];
    size_t used = 0;
    for (size_t i = 0; i < line->len;) {
        cprof_slice piece = cprof_slice_sub(*line, i, i + 1);
        size_t which, taken = 1;
        if (piece.ptr[0] == '$' && find_variable(vars, cprof_slice_sub(*line, i + 1, line->len), &which)) {
            piece = vars->at[which].value;
            taken += vars->at[which].name.len;
        }
        if (piece.len > sizeof text - used)
            return true;
        cprof_vec_copy(text + used, piece.ptr, piece.len);
        used += piece.len;
        i += taken;
    }
    *line = cprof_arena_copy(&maps->arena, (cprof_slice){text, used});
    return line->ptr != NULL;
}

bool cprof_maps_read(cprof_maps *maps, cprof_text *text, cprof_error *err) {
    variables vars = {.count = 0};
    while (cprof_text_next(text)) {
        cprof_slice line = text->line;
        if (text->number % 4096 == 0 && cprof_stopped(maps->env, err))
            return false;
        if (!replace_variables(maps, &vars, &line))
            return cprof_error_memory(maps->env, err);
        line = without_log_prefix(line);
        cprof_map map;
        outcome what = parse_line(line, &map);
        if (what == NO_RANGE)
            note_variable(&vars, line);
        if (what != RANGE)
            continue;
        if (maps->at.count == CPROF_MAPS_MAX) {
            cprof_text_error(text, err, "more than %d executable ranges in the memory map", CPROF_MAPS_MAX);
            return false;
        }
        if (!cprof_vec_push(maps->env, &maps->at, map))
            return cprof_error_memory(maps->env, err);
    }
    return true;
}
