/* topproto: the heaviest nodes as a small profile, with a sample for each. */
#ifndef CPROF_REPORT_TOPPROTO_H
#define CPROF_REPORT_TOPPROTO_H

#include "report/callgraph.h"

/* Sample types "cum" and "flat", in the report's unit.  *profile is the caller's: cprof_profile_free. */
bool cprof_report_topproto(cprof_report *report, cprof_profile **profile, cprof_error *err);

#endif
