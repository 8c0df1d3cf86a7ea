#include "input/format.h"

const cprof_format cprof_formats[] = {
    {0},
};
