/* Profiles that hold addresses and, at their end, a memory map: what pprof knew before profile.proto.
 *
 * A reader collects samples and the map; then the addresses are given to the map's files and the profile is
 * made, in the way and order that people know from the usual tool.
 */
#ifndef CPROF_INPUT_LEGACY_H
#define CPROF_INPUT_LEGACY_H

#include "input/maps.h"
#include "input/symbols.h"

#define CPROF_LEGACY_VALUES 4 /* values a sample has at most */

typedef struct cprof_legacy_sample {
    size_t first;   /* of its addresses */
    uint32_t count; /* of its addresses */
    int64_t values[CPROF_LEGACY_VALUES];
    int64_t block; /* bytes a block, see block_sizes */
} cprof_legacy_sample;

typedef struct cprof_legacy {
    const cprof_env *env;
    cprof_builder *builder;
    CPROF_VEC(uint64_t) addresses; /* all samples', leaf first */
    CPROF_VEC(cprof_legacy_sample) samples;
    cprof_maps maps;
    cprof_symbols symbols;  /* names from the file itself */
    cprof_slice binary;     /* the program, where a symbolized file says so: a label of all samples */
    bool symbolized;        /* the file has names of its own for a profile of another kind */
    bool block_sizes;       /* samples carry the label "bytes" */
    bool drop_doubled_leaf; /* a caller at the leaf's address less one is the leaf once more */
    bool forget_named;      /* names stand for addresses: leave the addresses out */
} cprof_legacy;

/* Fills *l from the text; the map, too, where the format has one. */
typedef cprof_parse cprof_legacy_reader(cprof_slice text, cprof_legacy *l, cprof_error *err);

cprof_legacy_reader cprof_legacy_read_cpu;
cprof_legacy_reader cprof_legacy_read_heap;
cprof_legacy_reader cprof_legacy_read_count;
cprof_legacy_reader cprof_legacy_read_contention;
cprof_legacy_reader cprof_legacy_read_thread;
cprof_legacy_reader cprof_legacy_read_java;
cprof_legacy_reader cprof_legacy_read_jemalloc;
cprof_legacy_reader cprof_legacy_read_symbolized;

/* As cprof_format.parse. format is static. */
cprof_parse cprof_legacy_parse(cprof_legacy_reader *read, const char *format, cprof_slice text,
                               const cprof_env *env, cprof_profile **profile, cprof_error *err);

/* ---- For readers ---- */

typedef struct cprof_legacy_type {
    const char *type, *unit;
} cprof_legacy_type;

bool cprof_legacy_types(cprof_legacy *l, const cprof_legacy_type *types, size_t count, cprof_error *err);
bool cprof_legacy_period(cprof_legacy *l, const char *type, const char *unit, int64_t period,
                         cprof_error *err);
bool cprof_legacy_address(cprof_legacy *l, uint64_t address, cprof_error *err);
/* A sample of the addresses from index `first` on. */
bool cprof_legacy_sample_add(cprof_legacy *l, size_t first, const int64_t *values, int64_t block,
                             cprof_error *err);
/* The start of s that holds nothing but spaces, x and lower case hexadecimal digits. */
cprof_slice cprof_legacy_address_part(cprof_slice s);
/* Appends the addresses that stand as 0x… in s, each less `less`; false (and err) when one does not fit 64
 * bits. */
bool cprof_legacy_addresses(cprof_legacy *l, const cprof_text *text, cprof_slice s, uint64_t less,
                            cprof_error *err);
/* Goes on to the memory map, if there is one, and reads it. */
bool cprof_legacy_map(cprof_legacy *l, cprof_text *text, cprof_error *err);
/* What a sampled heap stands for: each sample by the probability with which a block of its size is seen. */
void cprof_legacy_unsample(int64_t *count, int64_t *size, int64_t rate);
/* A double as an integer, at the bounds where it does not fit. */
int64_t cprof_legacy_round_down(double value);

#endif
