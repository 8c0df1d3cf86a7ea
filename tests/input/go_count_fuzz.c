#define PARSE cprof_go_count_parse
#include "fuzz_format.h"
