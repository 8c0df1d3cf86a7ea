#include "input/wire.h"

cprof_wire_status cprof_wire_skip_group(const uint8_t **at, const uint8_t *end,
                                        const cprof_wire_field *field) {
    cprof_wire_groups groups;
    groups.depth = 0;
    cprof_wire_field inner = *field;
    for (;;) {
        cprof_wire_status status = cprof_wire_group(&groups, &inner);
        if (status != CPROF_WIRE_OK || groups.depth == 0)
            return status;
        if (*at == end)
            return CPROF_WIRE_BAD_GROUP;
        status = cprof_wire_header(at, end, &inner);
        if (status == CPROF_WIRE_OK && inner.type == CPROF_WIRE_BYTES) {
            if (inner.value > (uint64_t)(end - *at))
                return CPROF_WIRE_CUT;
            *at += inner.value;
        }
        if (status != CPROF_WIRE_OK)
            return status;
    }
}

const char *cprof_wire_status_text(cprof_wire_status status) {
    static const char *const texts[] = {
        [CPROF_WIRE_OK] = "no error",
        [CPROF_WIRE_CUT] = "a field that goes past its end",
        [CPROF_WIRE_BAD_VARINT] = "a number of more than 10 bytes",
        [CPROF_WIRE_BAD_TYPE] = "an unknown wire type",
        [CPROF_WIRE_BAD_GROUP] = "groups that do not fit together",
    };
    return texts[status];
}
