#include "stage.h"

#include <unistd.h>

enum { FILES_MAX = 4 };

cprof_stage stage;
static char *files[FILES_MAX]; /* in the folder, to be taken away */

int stage_start(void **state) {
    (void)state;
    stage = (cprof_stage){.folder = "/tmp/cprof-stage-XXXXXX", .env = {.budget = &stage.budget}};
    cprof_grid_init(&stage.grid, NULL);
    return mkdtemp(stage.folder) ? 0 : -1;
}

int stage_end(void **state) {
    (void)state;
    stage_unload();
    for (int i = 0; i < FILES_MAX && files[i]; i++) {
        unlink(files[i]);
        free(files[i]);
        files[i] = NULL;
    }
    cprof_grid_deinit(&stage.grid);
    return rmdir(stage.folder) == 0 && stage.budget.used == 0 ? 0 : -1;
}

const char *stage_file(const char *name, const char *text) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", stage.folder, name);
    int i = 0;
    while (i < FILES_MAX && files[i] && strcmp(files[i], path) != 0)
        i++;
    assert_in_range(i, 0, FILES_MAX - 1);
    if (!files[i])
        files[i] = strdup(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return files[i];
}

void stage_load(const char *text, const char *base) {
    const char *paths[] = {stage_file("profile", text)}, *bases[] = {base ? stage_file("base", base) : NULL};
    cprof_sources sources = {
        .paths = paths, .path_count = 1, .bases = bases, .base_count = base != NULL, .is_diff_base = base};
    stage.settings = cprof_settings_default();
    stage.session = cprof_session_new(&sources, &stage.settings, &stage.env, NULL);
    assert_non_null(stage.session);
    stage.cache = cprof_cache_new(stage.session, 1 << 20);
    assert_non_null(stage.cache);
}

void stage_unload(void) {
    if (stage.cache)
        cprof_cache_free(stage.cache);
    cprof_session_free(stage.session);
    stage.cache = NULL;
    stage.session = NULL;
}

void stage_open(cprof_view_kind kind, const char *name) {
    cprof_error err = CPROF_ERROR_INIT;
    if (!cprof_screen_view_init(&stage.view, kind, stage.cache, &stage.env, &stage.settings,
                                cprof_slice_of(name), &err))
        fail_msg("%s", err.message);
}

int stage_close(void **state) {
    (void)state;
    cprof_screen_view_deinit(&stage.view);
    return 0;
}

void stage_draw(int rows, int columns) {
    assert_true(cprof_grid_resize(&stage.grid, rows, columns));
    cprof_grid_clear(&stage.grid);
    cprof_screen_view_draw(&stage.view, cprof_grid_area(&stage.grid), CPROF_SLICE(""), true);
}

void stage_shows(int rows, int columns, const char *expected) {
    cprof_sink sink;
    cprof_sink_init_memory(&sink, NULL);
    stage_draw(rows, columns);
    cprof_grid_dump(&stage.grid, &sink);
    assert_slice(cprof_sink_bytes(&sink), expected);
    cprof_sink_deinit(&sink);
}

void stage_at(const char *name) {
    assert_non_null(cprof_screen_view_at(&stage.view));
    assert_slice(cprof_screen_view_at(&stage.view)->name, name);
}
