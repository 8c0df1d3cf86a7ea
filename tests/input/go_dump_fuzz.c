#define PARSE cprof_go_dump_parse
#include "fuzz_format.h"
