#define PARSE cprof_go_contention_parse
#include "fuzz_format.h"
