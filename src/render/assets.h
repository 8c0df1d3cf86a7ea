/* Style sheets and scripts that pictures carry: files of assets/, built into the program. */
#ifndef CPROF_RENDER_ASSETS_H
#define CPROF_RENDER_ASSETS_H

#include "base/slice.h"

typedef struct cprof_asset {
    cprof_slice text;
    const char *hash; /* "sha256-…", as a content security policy names it */
} cprof_asset;

extern const cprof_asset cprof_asset_palette_css, cprof_asset_page_css, cprof_asset_page_js;
extern const cprof_asset cprof_asset_flame_css, cprof_asset_flame_js;
extern const cprof_asset cprof_asset_graph_css, cprof_asset_graph_js;
extern const cprof_asset cprof_asset_weblist_css, cprof_asset_weblist_js;

#define CPROF_PALETTE_COLOURS 24 /* c0 … c23 in palette.css */

#endif
