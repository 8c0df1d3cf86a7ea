#define PARSE cprof_secrets_parse
#include "fuzz_format.h"
