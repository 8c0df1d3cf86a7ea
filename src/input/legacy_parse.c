#include "input/legacy.h"
#include "input/producers.h"

CPROF_PARSER(cprof_parse_legacy_cpu) {
    return cprof_legacy_parse(cprof_legacy_read_cpu, "gperftools CPU profile", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_heap) {
    return cprof_legacy_parse(cprof_legacy_read_heap, "gperftools heap profile", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_count) {
    return cprof_legacy_parse(cprof_legacy_read_count, "counted stacks", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_contention) {
    return cprof_legacy_parse(cprof_legacy_read_contention, "contention profile", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_thread) {
    return cprof_legacy_parse(cprof_legacy_read_thread, "stacks of threads", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_java) {
    return cprof_legacy_parse(cprof_legacy_read_java, "Java profile (text)", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_legacy_symbolized) {
    return cprof_legacy_parse(cprof_legacy_read_symbolized, "symbolized profile", text, env, profile, err);
}
CPROF_PARSER(cprof_parse_jemalloc) {
    return cprof_legacy_parse(cprof_legacy_read_jemalloc, "jemalloc heap profile", text, env, profile, err);
}
