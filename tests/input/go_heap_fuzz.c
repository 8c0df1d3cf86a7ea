#define PARSE cprof_go_heap_parse
#include "fuzz_format.h"
